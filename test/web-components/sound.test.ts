import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../web-components/shell/portal.ts'
import '../../web-components/shell/slip.ts'
import '../../web-components/shell/staff.ts'
import { common } from '../../web-components/i18n/common.en.ts'
import { common as comun } from '../../web-components/i18n/common.es.ts'
import { invite } from '../../web-components/i18n/invite.en.ts'
import { invite as invitacion } from '../../web-components/i18n/invite.es.ts'
import { patient } from '../../web-components/i18n/patient.en.ts'
import { patient as paciente } from '../../web-components/i18n/patient.es.ts'
import { slip as slipWords } from '../../web-components/i18n/slip.en.ts'
import { slip as comprobante } from '../../web-components/i18n/slip.es.ts'
import { staff as staffWords } from '../../web-components/i18n/staff.en.ts'
import { staff as personal } from '../../web-components/i18n/staff.es.ts'
import {
  CARDS,
  fernwood,
  maria,
  sessionFor,
  MAIL,
  offerForWalter,
  slipForWalter,
  slipWithPassword,
  ticketForWalter,
} from './support/fixtures.ts'
import { launchView } from './support/launch-view.ts'
import { INVITE, OFFER, READ, SAVE } from './support/card.ts'
import { expectNoOverflow, expectSound, type Look, openStage, show, type Stage } from './support/stage.ts'

const stage = openStage()
const EN = { ...common, ...patient, ...staffWords, ...invite, ...slipWords }
const ES = { ...comun, ...paciente, ...personal, ...invitacion, ...comprobante }
const LOOKS = (['en', 'es'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((theme) =>
    ([360, 1280] as const).map((width) => ({ language, theme, width })),
  ),
)

/** `check` is what every screen on the way is put to. */
type Scene = { name: string; open: (stage: Stage, look: Look, check: () => Promise<void>) => Promise<void> }

const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
const headline = () => expect.element(page.getByRole('heading').first()).toBeInTheDocument()

/** The card of one fixture, on its page. */
async function openCard(stage: Stage, look: Look, name: string) {
  stage.on('GET staff/launches/L1', () => ({ body: launchView() }))
  stage.on(READ, () => ({ body: CARDS[name] }))
  stage.on(OFFER, () => ({ body: offerForWalter() }))
  await show('portico-staff', '/fernwood/staff/l/L1/', look)
  await expect.element(page.getByText('Walter James Okafor')).toBeVisible()
}

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
  ...Object.keys(CARDS).map((name) => ({
    name: `card ${name}`,
    open: async (stage: Stage, look: Look) => {
      await openCard(stage, look, name)
      for (const summary of page.getByRole('group').elements()) summary.setAttribute('open', '')
    },
  })),
  {
    name: 'the question before a letter, and before a password with its faults',
    open: async (stage, look, check) => {
      const words = wordsOf(look)
      await openCard(stage, look, 'ready, with e-mail')
      await press(words['card.create'])
      await expect.element(page.getByRole('dialog').getByText(MAIL)).toBeVisible()
      await check()
      stage.on(INVITE, () => ({ status: 409, code: 'username-taken', extra: { suggestion: 'walter2' } }))
      await page.getByRole('radio', { name: words['invite.password'], exact: true }).click()
      await page.getByRole('dialog').getByRole('button', { name: words['card.create'] }).click()
      await expect.element(page.getByText(words['invite.usernameTaken'])).toBeVisible()
      await check()
      await page.getByRole('checkbox', { name: words['invite.print'] }).click()
      await page.getByRole('dialog').getByRole('button', { name: words['card.create'] }).click()
      await expect.element(page.getByText(words['invite.neither'])).toBeVisible()
    },
  },
  {
    name: 'the question before a new letter, and an offer that does not come',
    open: async (stage, look, check) => {
      const words = wordsOf(look)
      await openCard(stage, look, 'invited')
      stage.on(OFFER, () => ({ status: 504, code: 'ehr-timeout' }))
      await press(words['card.newLetter'])
      await expect.element(page.getByText(words['staffRefused.ehrDown'])).toBeVisible()
      await check()
      stage.on(OFFER, () => ({ body: offerForWalter({ mailTo: null, mailBar: 'no-trusted-email' }) }))
      await press(words['app.tryAgain'])
      await expect.element(page.getByText(words['invite.print'])).toBeVisible()
    },
  },
  {
    name: 'a letter whose window was kept closed, and one that went by mail alone',
    open: async (stage, look, check) => {
      const words = wordsOf(look)
      const open = vi.spyOn(window, 'open').mockReturnValue(null)
      await openCard(stage, look, 'ready, with e-mail')
      const slipUrl = 'https://staff.fernwood.example/fernwood/slip#token'
      const validUntil = Date.now() + 60_000
      stage.on(INVITE, () => ({ status: 201, body: { slipUrl, validUntil, mailedTo: null } }))
      await press(words['card.create'])
      await expect.element(page.getByRole('dialog').getByText(MAIL)).toBeVisible()
      await page.getByRole('dialog').getByRole('button', { name: words['card.create'] }).click()
      await expect.element(page.getByRole('button', { name: words['invite.open'] })).toBeVisible()
      await check()
      await press(words['invite.close'])
      stage.on(INVITE, () => ({ status: 201, body: { slipUrl: null, validUntil, mailedTo: MAIL } }))
      await press(words['card.create'])
      await expect.element(page.getByRole('dialog').getByText(MAIL)).toBeVisible()
      await page.getByRole('dialog').getByRole('button', { name: words['card.create'] }).click()
      await expect.element(page.getByText(words['invite.mailedNext'])).toBeVisible()
      open.mockRestore()
    },
  },
  {
    name: 'not now, and its faults',
    open: async (stage, look, check) => {
      const words = wordsOf(look)
      await openCard(stage, look, 'ready')
      await press(words['notNow.button'])
      await expect.element(page.getByText(words['refuse.title'])).toBeVisible()
      await check()
      await userEvent.fill(page.getByLabelText(words['notNow.askAgain']), '')
      await press(words['refuse.save'])
      await expect.element(page.getByText(words['refuse.noReason'])).toBeVisible()
      await expect.element(page.getByText(words['refuse.noDate'])).toBeVisible()
    },
  },
  {
    name: 'the question before an invite is cancelled',
    open: async (stage, look) => {
      await openCard(stage, look, 'invited')
      await press(wordsOf(look)['card.cancelInvite'])
      await expect.element(page.getByText(wordsOf(look)['cancel.letterText'])).toBeVisible()
    },
  },
  {
    name: 'fields at fault, and changed by two at once',
    open: async (stage, look, check) => {
      const words = wordsOf(look)
      await openCard(stage, look, 'everything missing')
      await page.getByRole('textbox', { name: words['field.homePhone'] }).fill('12')
      await page.getByRole('checkbox', { name: words['field.sameEmail'] }).click()
      await press(words['card.save'])
      await expect.element(page.getByText(words['field.phoneForm'])).toBeVisible()
      await expect.element(page.getByText(words['field.contactFirst'])).toBeVisible()
      await check()
      const issues = ['homePhone', 'contactEmail'].map((name) => ({
        pointer: `/contacts/${name}`,
        theirs: name === 'homePhone' ? '(555) 010-0199' : 'a.very.long.address.of.somebody@mail.example',
      }))
      stage.on(SAVE, () => ({ status: 409, code: 'conflict', extra: { issues } }))
      await page.getByRole('textbox', { name: words['field.homePhone'] }).fill('5550100142')
      await page.getByRole('textbox', { name: words['line.contactEmail'] }).fill(MAIL)
      await press(words['card.save'])
      await expect.element(page.getByText(words['conflict.several'])).toBeVisible()
    },
  },
  {
    name: 'an EMR that does not answer',
    open: async (stage, look) => {
      stage.on('GET staff/launches/L1', () => ({ body: launchView() }))
      stage.on(READ, () => ({ status: 504, code: 'ehr-timeout' }))
      await show('portico-staff', '/fernwood/staff/l/L1/', look)
      await expect.element(page.getByText(wordsOf(look)['staffRefused.ehrDown'])).toBeVisible()
    },
  },
]

const slip: Scene[] = [
  {
    name: 'the slip',
    open: async (stage, look) => {
      stage.on('POST slip', () => ({ body: { ...slipForWalter, mailedTo: MAIL } }))
      await show('portico-slip', `/fernwood/slip#${'a'.repeat(43)}`, look)
      await expect.element(page.getByRole('article').first()).toBeVisible()
    },
  },
  {
    name: 'the slip with a password, its menu and its mail text',
    open: async (stage, look) => {
      const words = wordsOf(look)
      stage.on('POST slip', () => ({ body: slipWithPassword }))
      await show('portico-slip', `/fernwood/slip#${'a'.repeat(43)}`, look)
      await press(words['slip.copy'])
      await page.getByText(words['slip.pdf'], { exact: true }).click()
      await expect
        .element(page.getByRole('button', { name: words['slip.paperA4'], exact: true }))
        .toBeVisible()
    },
  },
  {
    name: 'a slip already shown',
    open: async (stage, look) => {
      stage.on('POST slip', () => ({ status: 410, code: 'slip-opened' }))
      await show('portico-slip', `/fernwood/slip#${'a'.repeat(43)}`, look)
      await expect.element(page.getByText(wordsOf(look)['slip.wasShown'])).toBeVisible()
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
