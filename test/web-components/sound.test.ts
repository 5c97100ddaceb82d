import { describe, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import '../../web-components/shell/portal.ts'
import '../../web-components/shell/slip.ts'
import '../../web-components/shell/staff.ts'
import { en } from '../../web-components/i18n/en.ts'
import { es } from '../../web-components/i18n/es.ts'
import { CARDS, launchView, maria, sessionFor, slipForWalter, ticketForWalter } from './support/fixtures.ts'
import { expectSound, type Look, openStage, show, type Stage } from './support/stage.ts'

const stage = openStage()
const LOOKS = (['en', 'es'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((theme) =>
    ([360, 1280] as const).map((width) => ({ language, theme, width })),
  ),
)
const CARD = 'GET staff/launches/L1/patients/12/access'

type Scene = { name: string; open: (stage: Stage, look: Look) => Promise<void> }

const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
const headline = () => expect.element(page.getByRole('heading').first()).toBeInTheDocument()

const portal: Scene[] = [
  {
    name: 'sign-in and its refusal',
    open: async (stage, look) => {
      const words = wordsOf(look)
      stage.on('POST portal/session', () => ({ status: 401, code: 'sign-in-refused' }))
      await show('portico-portal', '/fernwood/portal/', look)
      await page.getByLabelText(words['signIn.username']).fill('maria.nunez')
      await expectSound()
      await press(words['signIn.submit'])
      await expect.element(page.getByText(words['signIn.passwordMissing'])).toBeVisible()
      await page.getByRole('textbox', { name: words['signIn.password'] }).fill('x')
      await press(words['signIn.submit'])
      await expect.element(page.getByText(words['signIn.refused'])).toBeVisible()
    },
  },
  {
    name: 'activation, each step with faults, refused and done',
    open: async (stage, look) => {
      const words = wordsOf(look)
      stage.on('POST portal/activation', () => ({ status: 403, code: 'no-match' }))
      await show('portico-portal', '/fernwood/portal/activate', look)
      await press(words['activate.continue'])
      await expectSound()
      await page.getByRole('textbox', { name: words['activate.id'] }).fill('482913')
      await page.getByRole('textbox', { name: words['activate.code'] }).fill('K7RM4XWD')
      await press(words['activate.continue'])
      await press(words['activate.continue'])
      await expectSound()
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
      await expectSound()
      stage.on('POST portal/activation', () => ({ body: ticketForWalter() }))
      await press(words['app.tryAgain'])
      await page.getByRole('textbox', { name: words['signIn.password'] }).fill('copperkettle')
      await press(words['activate.finish'])
      await expectSound()
      stage.on('POST portal/activation/credentials', () => ({
        status: 201,
        body: sessionFor('walter.okafor'),
      }))
      await page.getByRole('textbox', { name: words['signIn.password'] }).fill('copper kettle moon')
      await press(words['activate.finish'])
      await expect.element(page.getByRole('link', { name: words['activate.home'] })).toBeVisible()
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
  return language === 'es' ? es : en
}

describe.each(LOOKS)(
  'no axe rule is broken and nothing scrolls sideways: $language, $theme, $width px',
  (look) => {
    test.each([...portal, ...staff, ...slip])('$name', { timeout: 30_000 }, async ({ open }) => {
      await open(stage, look)
      await headline()
      await expectSound()
    })
  },
)
