import type { Browser, Locator, Page } from 'playwright'
import { expect } from 'vitest'
import { GOOD_PASSWORD, PEOPLE } from '../support/people.ts'
import type { Demo } from './demo.ts'
import * as day from './first-day.ts'
import * as walk from './walk.ts'

/** Somebody of whom the chart knows no phone and no e-mail, and what they say at the desk. */
export const GLORIA = {
  patient: PEOPLE.noContact,
  firstName: 'Gloria',
  identity: { firstInitial: 'G', lastInitial: 'W', birthDate: '1951-12-31' },
  username: 'gloria',
  phone: '(555) 010-0801',
  email: 'whitfield.home@mail.example',
  trustedEmail: 'gloria.whitfield@mail.example',
}
type NewPatient = typeof GLORIA

/** Everything that the card asks for, and Save. */
export async function fillIn(card: walk.Card, { phone, email, trustedEmail }: NewPatient) {
  await card.getByLabel('Mobile phone').fill(phone)
  await card.getByLabel('Contact e-mail', { exact: true }).fill(email)
  await card.getByLabel('Trusted e-mail', { exact: true }).fill(trustedEmail)
  await card.getByRole('switch', { name: 'Allow e-mail' }).check()
  await walk.allow(card)
}

/** What a patient's page in the EMR holds under a name. */
export const factOf = (emr: Page, name: string): Locator =>
  emr
    .locator('[data-facts] > div')
    .filter({ has: emr.getByText(name, { exact: true }) })
    .locator('dd')

/** With the letter in hand and the mail in the box: in, home, out, and in again. Ends with the card that knows of it. */
export async function comeIn(demo: Demo, browser: Browser, desk: day.Desk, card: Page, person: NewPatient) {
  const { firstName, identity, username, trustedEmail } = person
  const letter = await walk.createCredentials(desk.context, card)
  await day.linkFor(demo, trustedEmail)
  const phone = await day.takePhone(browser)
  await walk.activate(phone, desk.clinic, letter, identity, username)
  await walk.goHome(phone, firstName)
  await walk.signOut(phone)
  await walk.typeSignIn(phone, { username, password: GOOD_PASSWORD })
  await walk.expectHome(phone, firstName)
  await walk.expectActive(card, firstName)
  expect(await day.mailsTo(demo, person.email)).toEqual([])
  await phone.context().close()
}

/** The card in the chart's own page, once it has answered. */
export async function openEmbedded(emr: Page, clinic: walk.Clinic, patient: string): Promise<Locator> {
  await walk.openPatient(emr, clinic, patient)
  const card = emr.locator('portico-access')
  await card.getByRole('button', { name: 'Check again' }).waitFor()
  return card
}

/** Changes the mobile phone of somebody who has one, and saves. */
export async function changeMobile(card: walk.Card, number: string) {
  await typeMobile(card, number)
  await card.getByRole('button', { name: 'Save', exact: true }).click()
}

/** Opens the line of phones, wherever it is folded away, and types. */
export async function typeMobile(card: walk.Card, number: string) {
  const change = card.getByRole('button', { name: /^Change… Home or mobile phone/ })
  const shown = card.getByText(/Home or mobile phone/).first()
  await shown.waitFor({ state: 'attached' })
  for (const fold of await card.locator('details:not([open]) > summary').all()) await fold.click()
  await change.click()
  await card.getByLabel('Mobile phone').fill(number)
}

/** Types into the EMR's own form, as staff do. */
export async function editInEmr(emr: Page, values: Record<string, string>) {
  await emr.getByRole('button', { name: 'Edit demographics' }).click()
  const form = emr.getByRole('dialog')
  for (const [name, value] of Object.entries(values)) await form.getByLabel(name, { exact: true }).fill(value)
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'hidden' })
}
