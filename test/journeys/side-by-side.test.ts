import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { GOOD_PASSWORD, HARBOR_PEOPLE, IDENTITY, PEOPLE } from '../support/people.ts'
import { startDemo, type Demo } from './demo.ts'
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

const checkAgain = (card: Page) => card.getByRole('button', { name: 'Check again' }).click()

describe('two patients in two tabs', () => {
  test('each show their own patient, and neither can see or change the other’s', async () => {
    const context = await walk.openContext(browser)
    const emr = await context.newPage()
    await walk.logIn(emr, clinic)
    const carmen = await walk.openCard(emr, clinic, PEOPLE.carmen)
    const piotr = await walk.openCard(emr, clinic, PEOPLE.piotr)
    await Promise.all([carmen.reload(), piotr.reload()])
    await carmen.getByText('MRN 005102').waitFor()
    await piotr.getByText('MRN 006654').waitFor()

    expect(await readAccess(carmen, PEOPLE.carmen)).toMatchObject({ status: 200 })
    expect(await readAccess(carmen, PEOPLE.piotr)).toEqual({
      status: 409,
      type: 'application/problem+json',
      code: 'stale-tab',
    })

    await walk.allow(carmen)
    await checkAgain(piotr)
    expect(await piotr.getByRole('switch', { name: 'Allow patient portal' }).isChecked()).toBe(false)
    const letter = await walk.createCredentials(context, carmen)
    await letter.page.getByText('Carmen Lucía de la Cruz').first().waitFor()
    await walk.allow(piotr)
    await carmen.reload()
    await carmen
      .getByText(/^Waiting for Carmen/)
      .first()
      .waitFor()
    await piotr.reload()
    await piotr.getByText('Everything is in place for Piotr.').first().waitFor()
  })

  test('and a tab of somebody who has left says so and does nothing more', async () => {
    const context = await walk.openContext(browser)
    const emr = await context.newPage()
    await walk.logIn(emr, clinic, 'Front desk')
    const old = await walk.openCard(emr, clinic, PEOPLE.walter)
    await emr.getByRole('button', { name: 'Log out' }).click()
    await walk.logIn(emr, clinic, 'Administrator')
    const fresh = await walk.openCard(emr, clinic, PEOPLE.walter)

    const answered = old.waitForResponse((response) => response.request().method() === 'PUT')
    await old.getByRole('switch', { name: 'Allow patient portal' }).check()
    await old.getByRole('button', { name: 'Save' }).click()
    expect((await answered).status()).toBe(409)
    await old.getByText('This tab shows another patient.').waitFor()
    await old.getByText('Open Portico from the EMR again for this one.').waitFor()
    expect(await old.getByRole('switch', { name: 'Allow patient portal' }).count()).toBe(0)
    await checkAgain(fresh)
    expect(await fresh.getByRole('switch', { name: 'Allow patient portal' }).isChecked()).toBe(false)
  })
})

describe('two practices in one browser', () => {
  test('keep staff, letters and patients of the same name apart', async () => {
    const context = await walk.openContext(browser)
    const other = walk.harbor(demo)
    const here = await walk.invite(context, clinic, PEOPLE.walter)
    await walk.logIn(here.emr, other)
    const there = await walk.inviteFrom(here.emr, other, HARBOR_PEOPLE.walter)
    await here.card.reload()
    await here.card.getByText('MRN 004417').waitFor()
    await there.card.reload()
    await there.card.getByText('MRN H-20417').waitFor()

    const [atFernwood, atHarbor] = [await context.newPage(), await context.newPage()]
    await atHarbor.goto(`${other.portal}activate`)
    await walk.typeLetter(atHarbor, here.letter)
    await walk.typePerson(atHarbor, IDENTITY.walter)
    await atHarbor.getByText("That didn't match our records").waitFor()

    await walk.activate(atFernwood, clinic, here.letter, IDENTITY.walter, 'walter')
    await walk.activate(atHarbor, other, there.letter, IDENTITY.walter, 'walter')
    await walk.goHome(atFernwood, 'Walter')
    await walk.goHome(atHarbor, 'Walter')
    await walk.signOut(atFernwood)
    await atHarbor.reload()
    await walk.expectHome(atHarbor, 'Walter')
    await atHarbor.getByText(there.letter.accountId).waitFor()
    for (const { card } of [here, there])
      await card.getByText('Walter is using the portal.').first().waitFor()
  })
})

describe('staff and patient in one browser', () => {
  test('live side by side, and each signs out alone', async () => {
    const context = await walk.openContext(browser)
    const { card, letter } = await walk.invite(context, clinic, PEOPLE.maria)
    const page = await context.newPage()
    await walk.activate(page, clinic, letter, IDENTITY.maria, 'maria')
    await walk.goHome(page, 'Maria')
    await walk.signOut(page)
    await walk.expectActive(card, 'Maria')

    await walk.typeSignIn(page, { username: 'maria', password: GOOD_PASSWORD })
    await walk.expectHome(page, 'Maria')
    await card.getByRole('button', { name: 'Sign out' }).click()
    await card.getByText("You're signed out of Portico.").waitFor()
    await card.reload()
    await card.getByText('Your EMR session has ended.').waitFor()
    await page.reload()
    await walk.expectHome(page, 'Maria')
  })
})

/** What this tab's launch is told about a patient, asked as its own page would. */
const readAccess = (card: Page, patient: string) =>
  card.evaluate(async (id) => {
    const [, practice, , , launch] = location.pathname.split('/')
    const answer = await fetch(`/${practice}/api/staff/launches/${launch}/patients/${id}/access`)
    const { code } = (await answer.json()) as { code?: string }
    return { status: answer.status, type: answer.headers.get('content-type'), code }
  }, patient)
