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

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
  clinic = walk.fernwood(demo)
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

describe('the card on the EMR’s own page', () => {
  test('gives access, keeps every secret out of that page, and follows the patient without a press', async () => {
    const { context, emr } = await day.sitDown(browser, clinic)
    const complaints = await listen(context)
    const streams = watchStreams(context)
    await openChart(emr, PEOPLE.walter)
    const other = await context.newPage()
    await openChart(other, PEOPLE.walter)
    await expectSound(emr, 'the EMR’s page with the card')

    await walk.allow(emr)
    await other.getByText('Everything is in place').first().waitFor()
    const letter = await walk.createCredentials(context, emr)
    expect(letter.page.url()).toBe(`${demo.service}/fernwood/slip`)
    const host = await emr.evaluate(everythingIn)
    for (const secret of [letter.portalId, letter.code, letter.code.slice(0, 4)])
      expect(host).not.toContain(secret)

    const phone = await day.takePhone(browser)
    await phone.goto(`${clinic.portal}activate`)
    await walk.typeLetter(phone, letter)
    await walk.typePerson(phone, IDENTITY.walter)
    for (const page of [emr, other]) await page.getByText('Opened', { exact: true }).waitFor()
    await walk.typeKey(phone, { username: 'walter', password: GOOD_PASSWORD })
    for (const page of [emr, other]) await page.getByText('Walter is using the portal.').first().waitFor()
    expect(streams.most()).toBe(1)
    expect(complaints).toEqual([])
    expect(await reports()).toEqual([])
    for (const one of [context, phone.context()]) await one.close()
  })

  test('changes the chart as the person who is logged in, on the chart’s own page', async () => {
    const { context, emr } = await day.sitDown(browser, clinic)
    await openChart(emr, PEOPLE.piotr)
    await emr.getByRole('button', { name: /^Change… Home or mobile phone/ }).click()
    await cardOn(emr).getByLabel('Mobile phone').fill('(555) 010-0777')
    await cardOn(emr).getByRole('button', { name: 'Save', exact: true }).click()
    await emr.getByText('Saved.', { exact: true }).waitFor()
    await emr.reload()
    await emr.getByText('(555) 010-0777').first().waitFor()
    await context.close()
  })

  test('loses nothing that was typed when the EMR’s session ends, and goes on after a new one', async () => {
    const { context, emr } = await day.sitDown(browser, clinic)
    await openChart(emr, PEOPLE.maria)
    await emr.getByRole('button', { name: /^Change… Home or mobile phone/ }).click()
    await cardOn(emr).getByLabel('Mobile phone').fill('(555) 010-0778')
    const elsewhere = await context.newPage()
    await elsewhere.goto(`${clinic.dashboard}/`)
    await elsewhere.getByRole('button', { name: 'Log out' }).click()
    await elsewhere.getByRole('button', { name: 'Log in' }).waitFor()
    await endPass(emr)
    await cardOn(emr).getByRole('button', { name: 'Save', exact: true }).click()
    await emr.getByText('Your EMR session has ended.').waitFor()
    expect(await cardOn(emr).getByLabel('Mobile phone').inputValue()).toBe('(555) 010-0778')

    await walk.logIn(elsewhere, clinic)
    await emr.getByRole('button', { name: 'Try again' }).click()
    await emr.getByText('Saved.', { exact: true }).waitFor()
    await context.close()
  })

  test('is shut by an administrator, and says so at the very next press', async () => {
    const { context, emr } = await day.sitDown(browser, clinic)
    await openChart(emr, PEOPLE.sameNameA)
    const office = await day.sitDown(browser, clinic, 'Administrator')
    const people = await day.openPage(office, PEOPLE.sameNameA, 'People', 'People and rights')
    await people.getByRole('button', { name: /^Stop.*Fernwood EMR/ }).click()
    await people.getByRole('dialog').getByRole('button', { name: /^Stop/ }).click()
    await people.getByText('Stopped', { exact: true }).waitFor()
    await emr.getByRole('button', { name: 'Check again' }).click()
    await emr.getByText('Portico is switched off here.').waitFor()
    for (const one of [context, office.context]) await one.close()
  })
})

/** The chart, once the card on it has answered. */
async function openChart(page: Page, patient: string) {
  await walk.openPatient(page, clinic, patient)
  await page
    .getByRole('button', { name: 'Check again' })
    .or(page.getByText(/is using the portal|can't be invited/))
    .first()
    .waitFor()
}

/** The EMR's own form beside it calls fields by the same names. */
const cardOn = (page: Page) => page.locator('portico-access')

/** Everything that a script of the page could read: markup, open shadow roots and values of fields. */
function everythingIn(): string {
  const read = (root: ParentNode): string =>
    [...root.querySelectorAll('*')]
      .map((element) => {
        const value = element instanceof HTMLInputElement ? element.value : ''
        return value + (element.shadowRoot ? element.shadowRoot.innerHTML + read(element.shadowRoot) : '')
      })
      .join(' ')
  return document.documentElement.outerHTML + read(document)
}

/** The page's pass is over: what five minutes do, without waiting for them. */
const endPass = (page: Page) =>
  page.route(
    '**/embed/api/patients/**',
    (route) =>
      route.fulfill({
        status: 401,
        contentType: 'application/problem+json',
        headers: { 'access-control-allow-origin': demo.emr },
        body: JSON.stringify({ code: 'token-ended', status: 401 }),
      }),
    { times: 1 },
  )

/** How many live streams one browser ever had open at once. */
function watchStreams(context: BrowserContext) {
  let open = 0
  let most = 0
  context.on('request', (request) => {
    if (request.url().includes('/embed/api/events')) most = Math.max(most, ++open)
  })
  const closed = (request: { url(): string }) => {
    if (request.url().includes('/embed/api/events')) open--
  }
  context.on('requestfinished', closed)
  context.on('requestfailed', closed)
  return { most: () => most }
}

/** What the browser reported of the EMR's content policy. */
const reports = async () => (await fetch(`${demo.emr}/sandbox/csp-reports`)).json() as Promise<unknown[]>
