import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../support/people.ts'
import { startDemo, type Demo } from './demo.ts'
import * as day from './first-day.ts'
import { expectSound, listen } from './sound.ts'
import * as walk from './walk.ts'

let demo: Demo
let browser: Browser
let clinic: walk.Clinic
let context: BrowserContext
let emr: Page
let complaints: string[]

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
  clinic = walk.fernwood(demo)
  ;({ context, emr } = await day.sitDown(browser, clinic))
  complaints = await listen(context)
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

describe('everything that is done for a patient is done on the EMR’s own page', () => {
  test('a temporary password gets the patient to a password of their own', async () => {
    const card = await openChart(PEOPLE.piotr)
    await walk.allow(card)
    await card.getByRole('button', { name: 'Create credentials' }).click()
    const dialog = card.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'Temporary password' }).check()
    await dialog.getByRole('textbox', { name: 'Username' }).fill('piotr')
    const opened = context.waitForEvent('page')
    await dialog.getByRole('button', { name: 'Create credentials' }).click()
    const slip = await opened
    const words = slip.getByRole('article').first().locator('.words')
    const password = (await words.innerText()).trim().split(/\s+/).join(' ')
    await waiting(card)
    const shown = await emr.evaluate(everythingIn)
    expect(shown).toContain('Waiting for Piotr')
    const [first, second] = password.split(' ')
    for (const secret of [password, `${first} ${second}`]) expect(shown).not.toContain(secret)

    const phone = await day.takePhone(browser)
    await day.comeWithWords(phone, clinic, { username: 'piotr', password })
    await phone.getByLabel('New password', { exact: true }).fill(GOOD_PASSWORD)
    await phone.getByRole('button', { name: 'Save my password' }).click()
    await phone.getByRole('heading', { name: "You're in" }).waitFor()
    await card.getByText('Piotr is using the portal.').first().waitFor()
    await slip.close()
    await phone.context().close()
  })

  test('a link by e-mail: allowed, trusted and mailed from one card, and the patient is in', async () => {
    const address = 'walter@mail.example'
    const card = await openChart(PEOPLE.walter)
    await card.getByLabel('Contact e-mail', { exact: true }).fill(address)
    await card.getByLabel('Same as contact e-mail').check()
    await card.getByRole('switch', { name: 'Allow e-mail' }).check()
    await walk.allow(card)
    await emr.getByRole('region', { name: 'Demographics' }).getByText(address).waitFor()
    await card.getByRole('button', { name: 'Create credentials' }).click()
    const dialog = card.getByRole('dialog')
    await dialog.getByLabel(`E-mail a link to ${address}`).waitFor()
    await dialog.getByLabel('Print the letter').uncheck()
    await dialog.getByRole('button', { name: 'Create credentials' }).click()
    await dialog.getByText(`We e-mailed a link to ${address}.`).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await waiting(card)

    const phone = await day.takePhone(browser)
    await day.activateByLink(phone, await day.linkFor(demo, address), {
      patient: PEOPLE.walter,
      firstName: 'Walter',
      identity: IDENTITY.walter,
      username: 'walter',
    })
    await card.getByText('Walter is using the portal.').first().waitFor()
    await phone.context().close()
  })

  test('a new letter ends the older one, and a cancelled invite ends that', async () => {
    const card = await openChart(PEOPLE.maria)
    await walk.allow(card)
    const older = await walk.createCredentials(context, card)
    const newer = await walk.createNewLetter(context, card)
    const phone = await day.takePhone(browser)
    const come = async (letter: walk.Letter) => {
      await phone.goto(`${clinic.portal}activate`)
      await walk.typeLetter(phone, letter)
      await walk.typePerson(phone, IDENTITY.maria)
    }
    await come(older)
    await phone.getByText("didn't match our records").first().waitFor()

    await card.getByRole('button', { name: 'Cancel invite…' }).click()
    await card.getByRole('dialog').getByRole('button', { name: 'Cancel invite' }).click()
    await card.getByText('Everything is in place for Maria.').waitFor()
    await phone.reload()
    await come(newer)
    await phone.getByText("didn't match our records").first().waitFor()
    for (const page of [older.page, newer.page]) await page.close()
    await phone.context().close()
  })

  test('"Not now" is kept with its reason, and the patient can be asked after all', async () => {
    const card = await openChart(PEOPLE.mononym)
    await card.getByRole('button', { name: 'Not now…' }).click()
    const dialog = card.getByRole('dialog')
    await dialog.getByRole('radio', { name: /doesn't want it/ }).check()
    await dialog.getByRole('button', { name: 'Ask again later' }).click()
    await card
      .getByText(/^Not now for/)
      .first()
      .waitFor()
    await expectSound(emr, 'the EMR’s page with a card that is put off')
    await card.getByRole('button', { name: 'Ask now' }).click()
    await walk.allow(card)
  })
})

describe('the card and what is around it', () => {
  const chart = () => emr.getByRole('region', { name: 'Demographics' })
  const startAgain = () => emr.evaluate(() => document.body.setAttribute('data-same-page', ''))
  const isSamePage = () => emr.evaluate(() => document.body.hasAttribute('data-same-page'))

  test('what the card saves stands in the chart beside it at once', async () => {
    const card = await openChart(PEOPLE.carmen)
    await startAgain()
    await change(card)
    await card.getByLabel('Mobile phone').fill('(555) 010-0881')
    await save(card)
    await chart().getByText('(555) 010-0881').waitFor()
    await emr.getByRole('button', { name: 'Edit demographics' }).click()
    const form = emr.getByRole('dialog', { name: /^Demographics of/ })
    expect(await form.getByLabel('Mobile phone').inputValue()).toBe('(555) 010-0881')
    await form.getByRole('button', { name: 'Cancel' }).click()
    expect(await isSamePage()).toBe(true)
  })

  test('what the EMR saves is known to the card at once, and nothing typed in it is lost', async () => {
    const card = await openChart(PEOPLE.noContact)
    await startAgain()
    await card.getByLabel('Home phone').fill('(555) 010-0882')
    await emr.getByRole('button', { name: 'Edit demographics' }).click()
    const form = emr.getByRole('dialog', { name: /^Demographics of/ })
    await form.getByLabel('E-mail').fill('gloria@mail.example')
    await form.getByRole('button', { name: 'Save' }).click()
    await chart().getByText('gloria@mail.example').waitFor()
    await card.getByText('gloria@mail.example').first().waitFor({ state: 'attached' })
    expect(await card.getByLabel('Home phone').inputValue()).toBe('(555) 010-0882')
    await save(card)
    await chart().getByText('(555) 010-0882').waitFor()
    expect(await isSamePage()).toBe(true)
  })

  test('the card and the app in a tab of its own overwrite nothing of each other', async () => {
    const card = await openChart(PEOPLE.sameNameA)
    const app = await walk.openPortico(emr)
    await change(card)
    await change(app)
    await card.getByLabel('Home phone').fill('(555) 010-0901')
    await app.getByLabel('Home phone').fill('(555) 010-0902')
    await save(app)
    await card.getByRole('button', { name: 'Save', exact: true }).click()
    await card.getByText('Someone changed this phone number a minute ago.').waitFor()
    await card.getByText('(555) 010-0902').waitFor()
    await card.getByRole('button', { name: 'Use mine' }).click()
    await save(card)
    await chart().getByText('(555) 010-0901').waitFor()
    expect(await chart().getByText('(555) 010-0902').count()).toBe(0)
    await app.close()
  })

  test('and no page or policy had anything to complain of', async () => {
    // Chromium writes down every refusal, also the one that the conflict is made of.
    expect(complaints.filter((one) => !one.includes('409 (Conflict)'))).toEqual([])
    expect(await (await fetch(`${demo.emr}/sandbox/csp-reports`)).json()).toEqual([])
  })
})

/** The card on the chart, once it has answered; the EMR's own form beside it calls fields by the same names. */
async function openChart(patient: string) {
  await walk.openPatient(emr, clinic, patient)
  const card = emr.locator('portico-access')
  await card.getByRole('button', { name: 'Check again' }).waitFor()
  return card
}

async function change(card: walk.Card) {
  for (const fold of await card.locator('details:not([open]) > summary').all()) await fold.click()
  await card.getByRole('button', { name: 'Change… Home or mobile phone' }).click()
}

async function save(card: walk.Card) {
  await card.getByRole('button', { name: 'Save', exact: true }).click()
  await card.getByText('Saved.', { exact: true }).waitFor()
}

const waiting = (card: walk.Card) =>
  card
    .getByText(/^Waiting for/)
    .first()
    .waitFor()

/** Text and values of fields that a script of the page could read, in open shadow roots too. */
function everythingIn(): string {
  const read = (root: ParentNode): string =>
    [...root.querySelectorAll('*')]
      .map((element) => {
        const value = element instanceof HTMLInputElement ? element.value : ''
        const own = element.children.length === 0 ? element.textContent : ''
        return `${own}${value}${element.shadowRoot ? read(element.shadowRoot) : ''}`
      })
      .join('\n')
  return read(document)
}
