import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright'
import { GOOD_PASSWORD } from '../support/people.ts'
import type { Demo } from './demo.ts'
import { SAYS, type Language } from './says.ts'

/** One practice as a browser finds it. */
export type Clinic = { dashboard: string; portal: string }

/** The staff app, in a tab of its own or in the EMR's page. */
export type Card = Page | FrameLocator | Locator

/** What stands on a letter, and the window that shows it. */
export type Letter = { portalId: string; code: string; accountId: string; page: Page }

export type Identity = { firstInitial: string; lastInitial: string; birthDate: string }
export type Key = { username: string; password: string }

export const fernwood = (demo: Demo): Clinic => ({
  dashboard: demo.emr,
  portal: `${demo.service}/fernwood/portal/`,
})

export const harbor = (demo: Demo): Clinic => ({
  dashboard: `${demo.emr}/harbor`,
  portal: `${demo.service}/harbor/portal/`,
})

/** A browser of somebody's own. Patient, because two cores may carry two demos and two browsers at once. */
export async function openContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  return context
}

/** The EMR's login page and then its patient list. */
export async function logIn(page: Page, clinic: Clinic, role = 'Front desk') {
  await page.goto(`${clinic.dashboard}/`)
  await page.getByRole('radio', { name: role }).check()
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { name: 'Patients' }).waitFor()
}

/** The patient's chart in the EMR; `patient` is a FHIR id. */
export async function openPatient(page: Page, clinic: Clinic, patient: string) {
  await page.goto(`${clinic.dashboard}/patients/${patient}`)
  await page.getByRole('heading', { name: 'Demographics' }).waitFor()
}

/** A SMART launch in a tab, from the patient's chart. */
export async function openPortico(page: Page): Promise<Page> {
  const opened = page.context().waitForEvent('page')
  // A note on the chart may have a button of the same name.
  await page.locator('.apps').getByRole('button', { name: 'Open Portico', exact: true }).click()
  const tab = await opened
  await cardIsThere(tab)
  return tab
}

/** A SMART launch in a frame of the chart's page. */
export async function openPorticoHere(page: Page): Promise<FrameLocator> {
  await page.getByRole('button', { name: 'Open Portico here' }).click()
  const frame = page.frameLocator('iframe[title="Portico"]')
  await cardIsThere(frame)
  await frame.locator('html').evaluate(painted)
  await page.evaluate(painted)
  return frame
}

/** Chromium routes a click into a frame by what it painted last: one that comes sooner reaches nobody. */
const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))

/** Opens the chart and launches from it, in a tab. */
export async function openCard(page: Page, clinic: Clinic, patient: string): Promise<Page> {
  await openPatient(page, clinic, patient)
  return openPortico(page)
}

/** The card has answered: something can be pressed on it. */
const cardIsThere = (card: Card) =>
  card.getByRole('button', { name: 'Check again' }).or(stateOf(card)).first().waitFor()

const stateOf = (card: Card) => card.getByText(/is using the portal|can't sign in|can't be invited/)

/** "Allow patient portal" and Save. */
export async function allow(card: Card) {
  await card.getByRole('switch', { name: 'Allow patient portal' }).check()
  await card.getByRole('button', { name: 'Save' }).click()
  await card.getByText('Everything is in place').first().waitFor()
}

/** Everything at the desk, from the EMR's login to the letter. */
export async function invite(context: BrowserContext, clinic: Clinic, patient: string) {
  const emr = await context.newPage()
  await logIn(emr, clinic)
  return { emr, ...(await inviteFrom(emr, clinic, patient)) }
}

/** The same for somebody who is logged in to the EMR. */
export async function inviteFrom(emr: Page, clinic: Clinic, patient: string) {
  const card = await openCard(emr, clinic, patient)
  await allow(card)
  return { card, letter: await createCredentials(emr.context(), card) }
}

/** From a card that is ready to the letter in a window of its own. */
export const createCredentials = (context: BrowserContext, card: Card): Promise<Letter> =>
  makeLetter(context, card, 'Create credentials', 'Create credentials')

/** A letter that ends the one before. */
export const createNewLetter = (context: BrowserContext, card: Card): Promise<Letter> =>
  makeLetter(context, card, 'New letter…', 'Make new letter')

async function makeLetter(context: BrowserContext, card: Card, ask: string, make: string): Promise<Letter> {
  await card.getByRole('button', { name: ask }).click()
  const opened = context.waitForEvent('page')
  await card.getByRole('dialog').getByRole('button', { name: make }).click()
  const letter = await readLetter(await opened)
  await card
    .getByText(/^Waiting for/)
    .first()
    .waitFor()
  return letter
}

/** What a patient reads on the letter, whatever its language. */
export async function readLetter(page: Page): Promise<Letter> {
  // The patient's own language stands first; another one says the same.
  const sheet = page.getByRole('article').first()
  const codes = sheet.locator('.code')
  await codes.nth(1).waitFor()
  const [portalId = '', code = ''] = (await codes.allInnerTexts()).map((text) => text.replace(/\s/g, ''))
  const text = await sheet.innerText()
  const accountId = /[0-9A-Z]{2} [0-9A-Z]{4} [0-9A-Z]{4}/.exec(text)?.[0] ?? ''
  return { portalId, code, accountId, page }
}

/** Step 1 of activation: what stands in the box on the letter. */
export async function typeLetter(
  page: Page,
  letter: Pick<Letter, 'portalId' | 'code'>,
  language: Language = 'en',
) {
  const says = SAYS[language]
  await page.getByLabel(says.portalId).fill(letter.portalId)
  await page.getByLabel(says.code).fill(letter.code)
  await page.getByRole('button', { name: says.continue }).click()
  await page.getByLabel(says.firstName, { exact: true }).waitFor()
}

/** Step 2: initials and birth date. Ends with the question sent, answered or not. */
export async function typePerson(page: Page, identity: Identity, language: Language = 'en') {
  const says = SAYS[language]
  const [year = '', month = '', day = ''] = identity.birthDate.split('-')
  await page.getByLabel(says.firstName, { exact: true }).fill(identity.firstInitial)
  await page.getByLabel(says.lastName, { exact: true }).fill(identity.lastInitial)
  await page.getByLabel(says.month).fill(String(Number(month)))
  await page.getByLabel(says.day).fill(String(Number(day)))
  await page.getByLabel(says.year).fill(year)
  await page.getByRole('button', { name: says.continue }).click()
}

/** Step 3: username and password. Ends with the question sent, answered or not. */
export async function typeKey(page: Page, key: Key, language: Language = 'en') {
  const says = SAYS[language]
  await page.getByLabel(says.username, { exact: true }).fill(key.username)
  await page.getByLabel(says.password, { exact: true }).fill(key.password)
  await page.getByRole('button', { name: says.finish }).click()
}

/** The page that ends activation; `firstName` as the EMR has it. */
export async function expectIn(page: Page, firstName: string, language: Language = 'en') {
  await page.getByRole('heading', { name: `${SAYS[language].done}${firstName}` }).waitFor()
}

/** The whole activation with a letter in hand, to the page that says "You're in". */
export async function activate(
  page: Page,
  clinic: Clinic,
  letter: Letter,
  identity: Identity,
  username: string,
) {
  await page.goto(`${clinic.portal}activate`)
  await typeLetter(page, letter)
  await typePerson(page, identity)
  await typeKey(page, { username, password: GOOD_PASSWORD })
  await page.getByRole('heading', { name: SAYS.en.done }).waitFor()
}

/** From "You're in" to home. */
export async function goHome(page: Page, firstName: string, language: Language = 'en') {
  await page.getByRole('link', { name: SAYS[language].home }).click()
  await expectHome(page, firstName, language)
}

/** Home with the patient's own record, read from the EHR. */
export async function expectHome(page: Page, firstName: string, language: Language = 'en') {
  await page.getByRole('heading', { name: firstName, level: 1 }).waitFor()
  await page.getByRole('region', { name: SAYS[language].details }).getByText(firstName).first().waitFor()
}

export async function signIn(page: Page, clinic: Clinic, key: Key, language: Language = 'en') {
  await page.goto(clinic.portal)
  await typeSignIn(page, key, language)
}

/** The same on a sign-in page that is there already. */
export async function typeSignIn(page: Page, { username, password }: Key, language: Language = 'en') {
  await page.getByLabel(SAYS[language].username, { exact: true }).fill(username)
  await page.getByLabel(SAYS[language].password, { exact: true }).fill(password)
  await page.getByRole('button', { name: SAYS[language].signIn }).click()
}

/** The patient's own sign-out; the staff app has one of the same name. */
export async function signOut(page: Page, language: Language = 'en') {
  await page.getByRole('button', { name: SAYS[language].signOut }).click()
  await page.getByText(SAYS[language].signedOut).waitFor()
}

/** The card on reload says that the patient is in. */
export async function expectActive(card: Page, firstName: string) {
  await card.reload()
  await card.getByText(`${firstName} is using the portal.`).first().waitFor()
  await card.getByText('Since', { exact: true }).waitFor()
}
