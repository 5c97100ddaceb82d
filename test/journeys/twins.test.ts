import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../support/people.ts'
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

describe('twins with the same initials and birth date', () => {
  test('get into their own records, and neither into the other’s', async () => {
    const desk = await walk.openContext(browser)
    const lena = await walk.invite(desk, clinic, PEOPLE.twinA)
    const luca = await walk.inviteFrom(lena.emr, clinic, PEOPLE.twinB)
    expect(lena.letter.portalId).not.toBe(luca.letter.portalId)

    const page = await (await walk.openContext(browser)).newPage()
    await tryLetter(page, { portalId: lena.letter.portalId, code: luca.letter.code }, IDENTITY.lena)
    await expectNoMatch(page)
    await page.getByRole('button', { name: 'Back' }).click()
    await walk.typeLetter(page, lena.letter)
    await page.getByRole('button', { name: 'Continue' }).click()
    await walk.typeKey(page, { username: 'lena', password: GOOD_PASSWORD })
    await walk.expectIn(page, 'Lena')
    await walk.goHome(page, 'Lena')
    await page.getByText('Lena Hartmann').waitFor()
    await page.getByText(lena.letter.accountId).waitFor()
    expect(await page.getByText('Luca').count()).toBe(0)
    await walk.signOut(page)

    await walk.activate(page, clinic, luca.letter, IDENTITY.luca, 'luca')
    await walk.goHome(page, 'Luca')
    await page.getByText('Luca Hartmann').waitFor()
    await page.getByText(luca.letter.accountId).waitFor()
    await walk.expectActive(lena.card, 'Lena')
    await walk.expectActive(luca.card, 'Luca')
  })
})

describe('a wrong code', () => {
  test('five times stops the letter, the card says so, and a new letter works', async () => {
    const desk = await walk.openContext(browser)
    const { card, letter } = await walk.invite(desk, clinic, PEOPLE.walter)
    const page = await (await walk.openContext(browser)).newPage()
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

    await card.getByText('The letter for Walter stopped after 5 wrong tries.').first().waitFor()
    await card.getByText('Too many tries').waitFor()

    const fresh = await walk.createNewLetter(desk, card)
    expect(fresh.code).not.toBe(letter.code)
    await walk.activate(page, clinic, fresh, IDENTITY.walter, 'walter')
    await walk.goHome(page, 'Walter')
    await walk.expectActive(card, 'Walter')
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
