import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../support/people.ts'
import { startDemo, type Demo } from './demo.ts'
import { openContext } from './interrupted.ts'
import * as walk from './walk.ts'

const SILENT = "The EMR isn't answering."
const FORBIDDEN = "The EMR doesn't let you do this."
const ENDED = 'Your EMR session has ended.'
const NO_RECORDS = "We can't reach your records right now."

/** How the EHR fails between two steps, whose card is being saved then, and what staff and patient read. */
const FAILURES = [
  { kind: 'down', patient: PEOPLE.maria, staff: SILENT, home: NO_RECORDS },
  { kind: 'slow', patient: PEOPLE.carmen, staff: SILENT, home: NO_RECORDS },
  { kind: '429', patient: PEOPLE.rosa, staff: SILENT, home: NO_RECORDS },
  {
    kind: '403',
    patient: PEOPLE.aged91,
    staff: FORBIDDEN,
    home: "Your name, address and phone numbers can't be shown here.",
  },
] as const

let demo: Demo
let browser: Browser
let desk: BrowserContext
/** The front desk's tab in the EMR. */
let emr: Page
/** Walter's card, from which letters are made. */
let creating: Page
/** A card that is only looked at. */
let reading: Page
/** Somebody's home. */
let home: Page

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
  desk = await openContext(browser)
  const lena = await walk.invite(desk, walk.fernwood(demo), PEOPLE.twinA)
  emr = lena.emr
  creating = await walk.openCard(emr, walk.fernwood(demo), PEOPLE.walter)
  await walk.allow(creating)
  reading = await walk.openCard(emr, walk.fernwood(demo), PEOPLE.noPhone)
  home = await (await openContext(browser)).newPage()
  await walk.activate(home, walk.fernwood(demo), lena.letter, IDENTITY.lena, 'lena')
  await walk.goHome(home, 'Lena')
})

beforeEach(() => demo.sandbox('behave'))

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

describe('the EHR fails between two steps', () => {
  test.for(FAILURES)(
    '$kind: reading, saving, creating and home say so plainly, keep everything and go on',
    async (failure) => {
      const saving = await walk.openCard(emr, walk.fernwood(demo), failure.patient)
      await saving.getByRole('switch', { name: 'Allow patient portal' }).check()
      await askForLetter(creating)
      const windows = desk.pages().length

      await demo.sandbox('misbehave', { kind: failure.kind, target: 'fhir', delayMs: 12_000 })
      await Promise.all([
        reading.reload(),
        saving.getByRole('button', { name: 'Save' }).click(),
        makeIt(creating).click(),
        home.reload(),
      ])
      await Promise.all([
        ...[reading, saving, creating.getByRole('dialog')].map((card) =>
          card.getByText(failure.staff).waitFor(),
        ),
        home.getByText(failure.home).waitFor(),
      ])
      expect(await saving.getByRole('switch', { name: 'Allow patient portal' }).isChecked()).toBe(true)
      expect(await home.getByRole('heading', { level: 1 }).innerText()).toContain('Lena')
      // The window that was opened for the letter is gone again.
      await expect.poll(() => desk.pages().length).toBe(windows)

      await demo.sandbox('behave')
      await reading.getByRole('button', { name: /^Try (now|again)$/ }).click()
      await reading.getByRole('button', { name: 'Check again' }).waitFor()
      await saving.getByRole('button', { name: failure.staff === SILENT ? 'Try now' : 'Save' }).click()
      await saving.getByText('Everything is in place').first().waitFor()
      await letterComes(creating)
      await (failure.home === NO_RECORDS
        ? home.getByRole('button', { name: 'Try again' }).click()
        : home.reload())
      await walk.expectHome(home, 'Lena')
      await closeAll(saving)
    },
  )

  test('401: staff are sent back to the EMR and nothing was changed; patients wait for the EHR, not for staff', async () => {
    const saving = await walk.openCard(emr, walk.fernwood(demo), PEOPLE.mergedInto)
    await saving.getByRole('switch', { name: 'Allow patient portal' }).check()
    await askForLetter(creating)
    await demo.sandbox('misbehave', { kind: '401', target: 'fhir' })
    await Promise.all([
      saving.getByRole('button', { name: 'Save' }).click(),
      makeIt(creating).click(),
      home.reload(),
    ])
    await Promise.all([saving, creating].map((card) => card.getByText(ENDED).waitFor()))
    await home.getByText(NO_RECORDS).waitFor()
    expect(await saving.getByText('Aiko').count()).toBe(0)

    await demo.sandbox('behave')
    await home.getByRole('button', { name: 'Try again' }).click()
    await walk.expectHome(home, 'Lena')
    const again = await walk.openCard(emr, walk.fernwood(demo), PEOPLE.mergedInto)
    expect(await again.getByRole('switch', { name: 'Allow patient portal' }).isChecked()).toBe(false)
    await walk.allow(again)
    await creating.reload()
    await askForLetter(creating)
    await letterComes(creating)
    await closeAll(saving, again)
  })

  test('a card goes on by itself: what was switched is saved once the EHR is back', async () => {
    const card = await walk.openCard(emr, walk.fernwood(demo), PEOPLE.sameNameA)
    await card.clock.install()
    await demo.sandbox('misbehave', { kind: 'down', target: 'fhir' })
    await card.getByRole('switch', { name: 'Allow patient portal' }).check()
    await card.getByRole('button', { name: 'Save' }).click()
    await card.getByText(SILENT).waitFor()
    await demo.sandbox('behave')
    await card.clock.fastForward(16_000)
    await card.getByText('Everything is in place').first().waitFor()
    await closeAll(card)
  })

  test('in Spanish: card, home and launch', async () => {
    const context = await openContext(browser, 'es-US')
    const page = await context.newPage()
    await walk.logIn(page, walk.fernwood(demo))
    const card = await launch(page, PEOPLE.noPhone)
    await card.getByRole('switch', { name: 'Permitir el portal' }).waitFor()
    await demo.sandbox('misbehave', { kind: 'down', target: 'fhir' })
    await card.reload()
    await card.getByText('El sistema de la clínica no responde.').waitFor()
    await card.getByRole('button', { name: 'Intentar ahora' }).waitFor()
    await demo.sandbox('misbehave', { kind: 'down', target: 'token' })
    const notice = await launch(page, PEOPLE.walter)
    await notice.getByRole('heading', { name: 'El sistema de la clínica no responde' }).waitFor()

    const phone = await context.newPage()
    await walk.signIn(phone, walk.fernwood(demo), { username: 'lena', password: GOOD_PASSWORD }, 'es')
    await phone.getByText('No podemos ver sus datos en este momento.').waitFor()
    await demo.sandbox('behave')
    await phone.getByRole('button', { name: 'Intentar de nuevo' }).click()
    await walk.expectHome(phone, 'Lena', 'es')
    await context.close()
  })
})

describe('the EHR fails during a launch', () => {
  test.for(['down', 'html'])('token endpoint %s: a page says so, and the next launch works', async (kind) => {
    await demo.sandbox('misbehave', { kind, target: 'token', times: 1 })
    const notice = await launch(emr, PEOPLE.noPhone)
    await notice.getByRole('heading', { name: 'The EMR isn’t answering' }).waitFor()
    await notice.getByText('open Portico from the patient again in a minute').waitFor()
    const card = await walk.openPortico(emr)
    await closeAll(notice, card)
  })
})

describe('the patient’s connection', () => {
  test('a phone that loses it on the last step, with the EHR down too, keeps every field and then gets in', async () => {
    const { card, letter } = await inviteAnother(PEOPLE.piotr)
    await demo.sandbox('misbehave', { kind: 'down', target: 'fhir' })
    const context = await openContext(browser)
    const phone = await context.newPage()
    await atLastStep(phone, letter, IDENTITY.piotr)
    await context.setOffline(true)
    await walk.typeKey(phone, { username: 'piotr', password: GOOD_PASSWORD })
    await phone.getByText("We can't reach the portal.").waitFor()
    await phone.getByText("You're offline. What you typed is still here.").waitFor()
    expect(await phone.getByLabel('Username').inputValue()).toBe('piotr')
    expect(await phone.getByLabel('Password', { exact: true }).inputValue()).toBe(GOOD_PASSWORD)

    await context.setOffline(false)
    await phone.getByRole('button', { name: 'Finish and sign in' }).click()
    await walk.expectIn(phone, 'Piotr')
    await phone.getByRole('link', { name: 'Go to my portal' }).click()
    await phone.getByText(NO_RECORDS).waitFor()
    await demo.sandbox('behave')
    await phone.getByRole('button', { name: 'Try again' }).click()
    await walk.expectHome(phone, 'Piotr')
    await walk.expectActive(card, 'Piotr')
    await closeAll(card, letter.page)
    await context.close()
  })

  test('an answer that is lost on the way is given again: Finish pressed twice opens one account', async () => {
    const { card, letter } = await inviteAnother(PEOPLE.sameNameB)
    const context = await openContext(browser)
    const phone = await context.newPage()
    await atLastStep(phone, letter, { firstInitial: 'J', lastInitial: 'W', birthDate: '1996-11-02' })
    const keys: (string | null)[] = []
    await phone.route('**/activation/credentials', async (route) => {
      keys.push(await route.request().headerValue('idempotency-key'))
      if (keys.length > 1) return route.continue()
      expect((await route.fetch()).status()).toBe(201)
      await route.abort('connectionreset')
    })
    await walk.typeKey(phone, { username: 'james', password: GOOD_PASSWORD })
    await phone.getByText("We can't reach the portal.").waitFor()
    await phone.getByRole('button', { name: 'Finish and sign in' }).click()
    await walk.expectIn(phone, 'James')
    expect(keys).toEqual([keys[0], keys[0]])
    await walk.goHome(phone, 'James')
    await walk.expectActive(card, 'James')
    await closeAll(card, letter.page)
    await context.close()
  })
})

/** Clicks through the EMR to a launch, whatever comes of it. */
async function launch(page: Page, patient: string): Promise<Page> {
  await walk.openPatient(page, walk.fernwood(demo), patient)
  const opened = page.context().waitForEvent('page')
  await page.getByRole('button', { name: 'Open Portico', exact: true }).click()
  return opened
}

async function inviteAnother(patient: string) {
  const card = await walk.openCard(emr, walk.fernwood(demo), patient)
  await walk.allow(card)
  return { card, letter: await walk.createCredentials(desk, card) }
}

/** Opens the question, for a first letter or a new one. */
async function askForLetter(card: Page) {
  await card.getByRole('button', { name: /^(Create credentials|New letter…)$/ }).click()
  await makeIt(card, { disabled: false }).waitFor()
}

const makeIt = (card: Page, state: { disabled?: boolean } = {}) =>
  card.getByRole('dialog').getByRole('button', { name: /^(Create credentials|Make new letter)$/, ...state })

/** Presses the button in the question, reads the letter and puts it away. */
async function letterComes(card: Page) {
  const opened = desk.waitForEvent('page')
  await makeIt(card).click()
  const letter = await walk.readLetter(await opened)
  await card.getByText('Waiting for Walter.').first().waitFor()
  await letter.page.close()
}

async function atLastStep(phone: Page, letter: walk.Letter, identity: walk.Identity) {
  await phone.goto(`${walk.fernwood(demo).portal}activate`)
  await walk.typeLetter(phone, letter)
  await walk.typePerson(phone, identity)
  await phone.getByLabel('Username').waitFor()
}

const closeAll = (...pages: Page[]) => Promise.all(pages.map((page) => page.close()))
