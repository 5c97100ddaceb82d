import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { IDENTITY, PEOPLE } from '../support/people.ts'
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

async function openContext() {
  const context = await browser.newContext({ locale: 'en-US' })
  context.setDefaultTimeout(15_000)
  return context
}

describe('twins with the same initials and birth date', () => {
  test('get into their own records, and neither into the other’s', async () => {
    const desk = await openContext()
    const lena = await walk.invite(desk, clinic, PEOPLE.twinA)
    const luca = await walk.openCard(lena.emr, clinic, PEOPLE.twinB)
    await walk.allow(luca)
    const lucasLetter = await walk.createCredentials(desk, luca)
    expect(lena.letter.portalId).not.toBe(lucasLetter.portalId)

    const home = await openContext()
    const page = await home.newPage()
    const mixed = { portalId: lena.letter.portalId, code: lucasLetter.code }
    await tryLetter(page, mixed, IDENTITY.lena)
    await expectNoMatch(page)
    await walk.activate(page, clinic, lucasLetter, IDENTITY.luca, 'luca')
    await walk.goHome(page, 'Luca')
    await page.getByText('Luca Hartmann').waitFor()
    await page.getByText(lucasLetter.accountId).waitFor()
    expect(await page.getByText('Lena').count()).toBe(0)
    await walk.signOut(page)

    await walk.activate(page, clinic, lena.letter, IDENTITY.lena, 'lena')
    await walk.goHome(page, 'Lena')
    await page.getByText('Lena Hartmann').waitFor()
    await page.getByText(lena.letter.accountId).waitFor()
    await walk.expectActive(lena.card, 'Lena')
    await walk.expectActive(luca, 'Luca')
    await Promise.all([desk.close(), home.close()])
  })
})

describe('a wrong code', () => {
  test('five times stops the letter, the card says so, and a new letter works', async () => {
    const desk = await openContext()
    const { card, letter } = await walk.invite(desk, clinic, PEOPLE.walter)
    const home = await openContext()
    const page = await home.newPage()
    await tryLetter(page, { ...letter, code: anotherCode(letter.code) }, IDENTITY.walter)
    for (const status of [403, 403, 403, 429]) {
      await expectNoMatch(page)
      const answered = page.waitForResponse(/\/portal\/activation$/)
      await page.getByRole('button', { name: 'Try again' }).click()
      expect((await answered).status()).toBe(status)
    }
    await page.getByText('For safety this letter has stopped working.').waitFor()
    await page.getByText('Call us; it takes two minutes.').waitFor()
    await tryLetter(page, letter, IDENTITY.walter)
    await page.getByText('For safety this letter has stopped working.').waitFor()

    await card.getByRole('button', { name: 'Check again' }).click()
    await card.getByText('The letter for Walter stopped after 5 wrong tries.').waitFor()
    await card.getByText('Too many tries').waitFor()

    const fresh = await walk.createNewLetter(desk, card)
    expect(fresh.code).not.toBe(letter.code)
    await walk.activate(page, clinic, fresh, IDENTITY.walter, 'walter')
    await walk.goHome(page, 'Walter')
    await walk.expectActive(card, 'Walter')
    await Promise.all([desk.close(), home.close()])
  })

  test('once does no harm: the right one still opens the door', async () => {
    const context = await openContext()
    const { letter } = await walk.invite(context, clinic, PEOPLE.maria)
    const page = await context.newPage()
    await tryLetter(page, { ...letter, code: anotherCode(letter.code) }, IDENTITY.maria)
    await expectNoMatch(page)
    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByLabel('Activation code').fill(letter.code)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByLabel('Username').waitFor()
    await context.close()
  })
})

/** The first two steps of activation from the start. */
async function tryLetter(
  page: Page,
  letter: Pick<walk.Letter, 'portalId' | 'code'>,
  identity: walk.Identity,
) {
  await page.goto(`${clinic.portal}activate`)
  await walk.typeLetter(page, letter)
  await walk.typePerson(page, identity)
}

async function expectNoMatch(page: Page) {
  await page.getByRole('heading', { name: "That didn't match our records" }).waitFor()
  await page.getByText('Check each part against your letter.').waitFor()
}

/** A code of the right form that is not on the letter. */
const anotherCode = (code: string) => (code.startsWith('7') ? '8' : '7') + code.slice(1)
