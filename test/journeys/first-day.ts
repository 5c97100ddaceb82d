import type { Browser, BrowserContext, Page } from 'playwright'
import { expect } from 'vitest'
import { GOOD_PASSWORD } from '../support/people.ts'
import type { Demo } from './demo.ts'
import { openContext } from './interrupted.ts'
import { expectSound } from './sound.ts'
import * as walk from './walk.ts'

/** What happens to the service after every step that it acknowledged; in most journeys nothing. */
export type Interrupt = () => Promise<void>
const nothing: Interrupt = async () => {}

export type Desk = { context: BrowserContext; emr: Page; clinic: walk.Clinic }

/** Somebody at their desk, logged in to the EMR. */
export async function sitDown(
  browser: Browser,
  clinic: walk.Clinic,
  role = 'Front desk',
  locale = 'en-US',
): Promise<Desk> {
  const context = await openContext(browser, locale)
  const emr = await context.newPage()
  await walk.logIn(emr, clinic, role)
  return { context, emr, clinic }
}

/** A patient's phone. */
export const takePhone = async (browser: Browser, locale = 'en-US') =>
  (await openContext(browser, locale)).newPage()

/** Opens one of the administrators' pages beside a patient's card. */
export async function openPage(desk: Desk, patient: string, page: string, heading: string): Promise<Page> {
  const card = await walk.openCard(desk.emr, desk.clinic, patient)
  await card.getByRole('link', { name: page, exact: true }).click()
  await card.getByRole('heading', { name: heading, level: 1 }).waitFor()
  await expectSound(card, page)
  return card
}

/** Fills in what a link by mail needs, and saves once. */
export async function allowMail(card: Page, address: string) {
  await card.getByLabel('Contact e-mail', { exact: true }).fill(address)
  await card.getByLabel('Same as contact e-mail').check()
  await card.getByRole('switch', { name: 'Allow e-mail' }).check()
  await walk.allow(card)
}

/** From a card that is ready to five words in the letter's window. */
export async function createTemporaryPassword(desk: Desk, card: Page, username: string) {
  await card.getByRole('button', { name: 'Create credentials' }).click()
  const dialog = card.getByRole('dialog')
  await dialog.getByRole('radio', { name: 'Temporary password' }).check()
  await dialog.getByRole('textbox', { name: 'Username' }).fill(username)
  const opened = desk.context.waitForEvent('page')
  await dialog.getByRole('button', { name: 'Create credentials' }).click()
  const slip = await opened
  const words = slip.getByRole('article').first().locator('.words')
  await words.waitFor()
  const password = (await words.innerText()).trim().split(/\s+/).join(' ')
  expect(password).toMatch(/^[a-z]+( [a-z]+){4}$/)
  await card
    .getByText(/^Waiting for/)
    .first()
    .waitFor()
  return password
}

type Received = { to: string[]; subject: string; text: string; html: string; messageId: string }

/** What the mailbox holds for somebody, newest first. */
export async function mailsTo(demo: Demo, address: string): Promise<Received[]> {
  const { mails } = (await (await fetch(`${demo.mail}/api/mails`)).json()) as { mails: Received[] }
  return mails.filter(({ to }) => to.includes(address))
}

/** Waits for the newest mail and takes the link out of it. */
export async function linkFor(demo: Demo, address: string, count = 1): Promise<string> {
  await expect
    .poll(async () => (await mailsTo(demo, address)).length, { timeout: 20_000, interval: 200 })
    .toBe(count)
  const [mail] = await mailsTo(demo, address)
  expect(mail?.text).not.toContain(GOOD_PASSWORD)
  return /\S+#link=\S+/.exec(mail?.text ?? '')?.[0] ?? ''
}

export type Person = { patient: string; firstName: string; identity: walk.Identity; username: string }

/** What a mail's button opens: who is it, and how will they sign in. */
export async function activateByLink(phone: Page, link: string, person: Person, interrupt = nothing) {
  await phone.goto(link)
  await phone.getByText('You opened the link from our e-mail.').waitFor()
  await interrupt()
  await walk.typePerson(phone, person.identity)
  await phone.getByLabel('Username').waitFor()
  await interrupt()
  await walk.typeKey(phone, { username: person.username, password: GOOD_PASSWORD })
  await walk.expectIn(phone, person.firstName)
}

/**
 * The first day by mail, for somebody of whom the chart knows no e-mail: everything is filled in on the card, the link
 * goes out, the patient is in.
 */
export async function firstDayByMail(
  demo: Demo,
  browser: Browser,
  person: Person,
  interrupt: Interrupt = nothing,
) {
  const address = `${person.username}@mail.example`
  const desk = await sitDown(browser, walk.fernwood(demo))
  const card = await walk.openCard(desk.emr, desk.clinic, person.patient)
  await interrupt()
  await allowMail(card, address)
  await interrupt()
  await card.getByRole('button', { name: 'Create credentials' }).click()
  const dialog = card.getByRole('dialog')
  await dialog.getByLabel(`E-mail a link to ${address}`).waitFor()
  await dialog.getByLabel('Print the letter').uncheck()
  await interrupt()
  await dialog.getByRole('button', { name: 'Create credentials' }).click()
  await dialog.getByText(`We e-mailed a link to ${address}.`).waitFor()
  await interrupt()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await card
    .getByText(/^Waiting for/)
    .first()
    .waitFor()

  const link = await linkFor(demo, address)
  const phone = await takePhone(browser)
  await activateByLink(phone, link, person, interrupt)
  await interrupt()
  await walk.expectActive(card, person.firstName)
  await desk.context.close()
  await phone.context().close()
}

/** Five words, a phone that dies on the change page twice, and a password of one's own at the third visit. */
export async function firstDayByPassword(
  demo: Demo,
  browser: Browser,
  person: Person,
  interrupt: Interrupt = nothing,
) {
  const desk = await sitDown(browser, walk.fernwood(demo))
  const card = await walk.openCard(desk.emr, desk.clinic, person.patient)
  await walk.allow(card)
  await interrupt()
  const password = await createTemporaryPassword(desk, card, person.username)
  await interrupt()
  for (let visit = 1; visit <= 2; visit++) {
    const phone = await takePhone(browser)
    await comeWithWords(phone, desk.clinic, { username: person.username, password })
    await interrupt()
    await phone.context().close()
  }
  const phone = await takePhone(browser)
  // As people type from paper.
  await comeWithWords(phone, desk.clinic, {
    username: person.username.toUpperCase(),
    password: `  ${password.toUpperCase().replaceAll(' ', '  ')} `,
  })
  await interrupt()
  await phone.goto(desk.clinic.portal)
  await phone.getByRole('heading', { name: 'Choose your own password' }).waitFor()
  await phone.getByLabel('New password', { exact: true }).fill(GOOD_PASSWORD)
  await phone.getByRole('button', { name: 'Save my password' }).click()
  await phone.getByRole('heading', { name: "You're in" }).waitFor()
  await interrupt()
  await walk.goHome(phone, person.firstName)
  await walk.signOut(phone)
  await walk.typeSignIn(phone, { username: person.username, password })
  await phone.getByText("That username and password don't go together.").waitFor()
  await walk.typeSignIn(phone, { username: person.username, password: GOOD_PASSWORD })
  await walk.expectHome(phone, person.firstName)
  await interrupt()
  await walk.expectActive(card, person.firstName)
  await desk.context.close()
  await phone.context().close()
}

/** Signs in with the temporary password, which opens the change page and nothing else. */
export async function comeWithWords(phone: Page, clinic: walk.Clinic, key: walk.Key) {
  await walk.signIn(phone, clinic, key)
  const page = phone.getByRole('heading', { name: 'Choose your own password' })
  // On a busy machine Chromium may lose a click on a page that it has only just painted. People press again.
  const again = phone.getByRole('button', { name: 'Sign in', exact: true })
  await page.waitFor({ timeout: 8000 }).catch(() => again.click({ timeout: 1000 }).catch(() => {}))
  await page.waitFor()
}
