import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../web-components/shell/portal.ts'
import '../../web-components/shell/slip.ts'
import '../../web-components/shell/staff.ts'
import { common } from '../../web-components/i18n/common.en.ts'
import { common as comun } from '../../web-components/i18n/common.es.ts'
import { patient } from '../../web-components/i18n/patient.en.ts'
import { patient as paciente } from '../../web-components/i18n/patient.es.ts'
import { slip as slipWords } from '../../web-components/i18n/slip.en.ts'
import { slip as comprobante } from '../../web-components/i18n/slip.es.ts'
import { staff as staffWords } from '../../web-components/i18n/staff.en.ts'
import { staff as personal } from '../../web-components/i18n/staff.es.ts'
import {
  CARDS,
  fernwood,
  launchView,
  maria,
  sessionFor,
  slipForWalter,
  ticketForWalter,
} from './support/fixtures.ts'
import { expectNoOverflow, expectSound, type Look, openStage, show, type Stage } from './support/stage.ts'

const stage = openStage()
const EN = { ...common, ...patient, ...staffWords, ...slipWords }
const ES = { ...comun, ...paciente, ...personal, ...comprobante }
const LOOKS = (['en', 'es'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((theme) =>
    ([360, 1280] as const).map((width) => ({ language, theme, width })),
  ),
)
const CARD = 'GET staff/launches/L1/patients/12/access'

/** `check` is what every screen on the way is put to. */
type Scene = { name: string; open: (stage: Stage, look: Look, check: () => Promise<void>) => Promise<void> }

const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
const headline = () => expect.element(page.getByRole('heading').first()).toBeInTheDocument()

const portal: Scene[] = [
  {
    name: 'sign-in and its refusal',
    open: async (stage, look, check) => {
      const words = wordsOf(look)
      stage.on('POST portal/session', () => ({ status: 401, code: 'sign-in-refused' }))
      await show('portico-portal', '/fernwood/portal/', look)
      await page.getByLabelText(words['signIn.username']).fill('maria.nunez')
      await check()
      await press(words['signIn.submit'])
      await expect.element(page.getByText(words['signIn.passwordMissing'])).toBeVisible()
      await page.getByRole('textbox', { name: words['signIn.password'] }).fill('x')
      await press(words['signIn.submit'])
      await expect.element(page.getByText(words['signIn.refused'])).toBeVisible()
    },
  },
  {
    name: 'activation, each step with faults, refused and done',
    open: async (stage, look, check) => {
      const words = wordsOf(look)
      stage.on('POST portal/activation', () => ({ status: 403, code: 'no-match' }))
      await show('portico-portal', '/fernwood/portal/activate', look)
      await press(words['activate.continue'])
      await check()
      await page.getByRole('textbox', { name: words['credential.portalId'] }).fill('482913')
      await page.getByRole('textbox', { name: words['credential.code'] }).fill('K7RM4XWD')
      await press(words['activate.continue'])
      await press(words['activate.continue'])
      await check()
      for (const [id, text] of [
        ['activate.firstName', 'W'],
        ['activate.lastName', 'O'],
        ['date.month', '3'],
        ['date.day', '14'],
        ['date.year', '1948'],
      ] as const)
        await page.getByRole('textbox', { name: words[id] }).fill(text)
      await press(words['activate.continue'])
      await expect.element(page.getByText(words['activate.noMatch'])).toBeVisible()
      await check()
      stage.on('POST portal/activation', () => ({ body: ticketForWalter() }))
      await press(words['app.tryAgain'])
      await page.getByRole('textbox', { name: words['signIn.password'] }).fill('copperkettle')
      await press(words['activate.finish'])
      await check()
      stage.on('POST portal/activation/credentials', () => ({
        status: 201,
        body: sessionFor('walter.okafor'),
      }))
      await page.getByRole('textbox', { name: words['signIn.password'] }).fill('copper kettle moon')
      await press(words['activate.finish'])
      await expect.element(page.getByRole('link', { name: words['activate.home'] })).toBeVisible()
    },
  },
  {
    name: 'an address of no practice',
    open: async (stage, look) => {
      stage.on('GET practice', () => ({ status: 404, code: 'not-found' }))
      await show('portico-portal', '/fernwood/portal/', look)
      await expect.element(page.getByText(wordsOf(look)['unknown.practice'])).toBeVisible()
    },
  },
  ...(['', 'activate'] as const).map((path) => ({
    name: `a portal that is switched off, ${path === '' ? 'sign-in' : path}`,
    open: async (stage: Stage, look: Look) => {
      stage.on('GET practice', () => ({ body: { ...fernwood, portalOpen: false } }))
      await show('portico-portal', `/fernwood/portal/${path}`, look)
      await expect.element(page.getByText(wordsOf(look)['refused.closed'])).toBeVisible()
    },
  })),
  {
    name: 'offline: the bar over what is there',
    open: async (_stage, look) => {
      await show('portico-portal', '/fernwood/portal/', look)
      await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
      const gone = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
      window.dispatchEvent(new Event('offline'))
      await expect.element(page.getByText(wordsOf(look)['app.offline'])).toBeVisible()
      gone.mockRestore()
    },
  },
  ...(['shown', 'unavailable', 'not-offered'] as const).map((chart) => ({
    name: `home, chart ${chart}`,
    open: async (stage: Stage, look: Look) => {
      stage.on('GET portal/session', () => ({ body: sessionFor('maria.nunez') }))
      stage.on('GET portal/home', () => ({
        body: { ...maria, chart, profile: chart === 'shown' ? maria.profile : null },
      }))
      await show('portico-portal', '/fernwood/portal/', look)
      await expect.element(page.getByText('PA 7F3K 92QD')).toBeVisible()
    },
  })),
]

const staff: Scene[] = [
  ...Object.entries(CARDS).map(([name, card]) => ({
    name: `card ${name}`,
    open: async (stage: Stage, look: Look) => {
      stage.on('GET staff/launches/L1', () => ({ body: launchView() }))
      stage.on(CARD, () => ({ body: card }))
      await show('portico-staff', '/fernwood/staff/l/L1/', look)
      await expect.element(page.getByText('Walter James Okafor')).toBeVisible()
      for (const summary of page.getByRole('group').elements()) summary.setAttribute('open', '')
    },
  })),
  {
    name: 'the question before a letter',
    open: async (stage, look) => {
      stage.on('GET staff/launches/L1', () => ({ body: launchView() }))
      stage.on(CARD, () => ({ body: CARDS['ready'] }))
      await show('portico-staff', '/fernwood/staff/l/L1/', look)
      await press(wordsOf(look)['invite.create'])
      await expect.element(page.getByRole('dialog')).toBeVisible()
    },
  },
  {
    name: 'a letter whose window was kept closed',
    open: async (stage, look) => {
      const words = wordsOf(look)
      const open = vi.spyOn(window, 'open').mockReturnValue(null)
      stage.on('GET staff/launches/L1', () => ({ body: launchView() }))
      stage.on(CARD, () => ({ body: CARDS['ready'] }))
      stage.on('POST staff/launches/L1/patients/12/invitations', () => ({
        status: 201,
        body: {
          slipUrl: 'https://staff.fernwood.example/fernwood/slip#token',
          validUntil: Date.now() + 60_000,
        },
      }))
      await show('portico-staff', '/fernwood/staff/l/L1/', look)
      await press(words['invite.create'])
      await page.getByRole('dialog').getByRole('button', { name: words['invite.create'] }).click()
      await expect.element(page.getByRole('link', { name: words['invite.open'] })).toBeVisible()
      open.mockRestore()
    },
  },
  {
    name: 'an EMR that does not answer',
    open: async (stage, look) => {
      stage.on('GET staff/launches/L1', () => ({ body: launchView() }))
      stage.on(CARD, () => ({ status: 504, code: 'ehr-timeout' }))
      await show('portico-staff', '/fernwood/staff/l/L1/', look)
      await expect.element(page.getByText(wordsOf(look)['staffRefused.ehrDown'])).toBeVisible()
    },
  },
]

const slip: Scene[] = [
  {
    name: 'the slip',
    open: async (stage, look) => {
      stage.on('POST slip', () => ({ body: slipForWalter }))
      await show('portico-slip', `/fernwood/slip#${'a'.repeat(43)}`, look)
      await expect.element(page.getByRole('article')).toBeVisible()
    },
  },
  {
    name: 'a slip already shown',
    open: async (stage, look) => {
      stage.on('POST slip', () => ({ status: 410, code: 'slip-opened' }))
      await show('portico-slip', `/fernwood/slip#${'a'.repeat(43)}`, look)
      await expect.element(page.getByText(wordsOf(look)['slip.opened'])).toBeVisible()
    },
  },
]

function wordsOf({ language }: Look) {
  return language === 'es' ? ES : EN
}

const scenes = [...portal, ...staff, ...slip]
/** The screens that people meet first. Colours are the same few tokens everywhere, which ui/contrast.test.ts measures. */
const KEY = new Set(['sign-in and its refusal', 'card not ready', 'the slip'])

async function expectSoundScene({ open }: Scene, look: Look, check: () => Promise<void>) {
  await open(stage, look, check)
  await headline()
  await check()
}

describe('no axe rule is broken and nothing scrolls sideways', () => {
  test.each(scenes)('$name', (scene) =>
    expectSoundScene(scene, { language: 'en', theme: 'light', width: 360 }, expectSound),
  )
})

describe('in the longer language nothing scrolls sideways', () => {
  test.each(scenes)('$name', (scene) =>
    expectSoundScene(scene, { language: 'es', theme: 'dark', width: 360 }, expectNoOverflow),
  )
})

describe.each(LOOKS)('$language, $theme, $width px', (look) => {
  test.each(scenes.filter(({ name }) => KEY.has(name)))('$name', async (scene) => {
    await scene.open(stage, look, async () => {})
    await expectSound()
  })
})
