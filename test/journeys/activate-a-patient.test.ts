import { chromium, type Browser, type Locator, type Page } from 'playwright'
import { encode } from 'uqr'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchOptions } from '../support/chromium.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../support/people.ts'
import { startDemo, type Demo } from './demo.ts'
import { expectSound, expectSoundInBoth, listen, tabTo } from './sound.ts'
import * as walk from './walk.ts'

let demo: Demo
let browser: Browser
let clinic: walk.Clinic
let emr: Page

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowserWithMemory()])
  clinic = walk.fernwood(demo)
  emr = await (await walk.openContext(browser)).newPage()
  await walk.logIn(emr, clinic)
})

afterAll(async () => {
  await browser?.close()
  await demo?.stop()
})

describe('one patient gets in', () => {
  test('from the EMR by the QR code of the letter to home, out and in again, while no page complains', async () => {
    const deskSays = await listen(emr.context())
    await emr.goto(clinic.dashboard)
    await emr.getByRole('searchbox').fill('okafor')
    await emr.getByRole('button', { name: 'Search' }).click()
    await emr.getByRole('link', { name: /okafor/i }).click()
    const card = await walk.openPortico(emr)
    await card.getByText('Walter James Okafor', { exact: true }).waitFor()
    await card.getByText('MRN 004417').waitFor()
    await walk.allow(card)
    const letter = await walk.createCredentials(emr.context(), card)
    expect(letter.page.url()).toBe(`${demo.service}/fernwood/slip`)
    const address = `${clinic.portal}activate#id=${letter.portalId}&code=${letter.code}`
    expect(await drawn(letter.page.locator('svg.qr path').last())).toEqual(modulesOf(address))

    const home = await walk.openContext(browser)
    const homeSays = await listen(home)
    const page = await home.newPage()
    await page.goto(address)
    await expectFilledIn(page, letter)
    expect(page.url()).toBe(`${clinic.portal}activate`)
    await page.getByRole('button', { name: 'Continue' }).click()
    await walk.typePerson(page, IDENTITY.walter)
    await walk.typeKey(page, { username: 'walter', password: GOOD_PASSWORD })
    await walk.expectIn(page, 'Walter')
    await page.getByText(letter.accountId).waitFor()
    await walk.goHome(page, 'Walter')
    await page.getByText('(555) 010-0142').waitFor()
    await page.getByText(letter.accountId).waitFor()
    await walk.expectActive(card, 'Walter')

    await walk.signOut(page)
    await walk.signIn(page, clinic, { username: 'WALTER', password: GOOD_PASSWORD })
    await walk.expectHome(page, 'Walter')
    expect([...deskSays, ...homeSays]).toEqual([])
  })

  test('and once signed out, Back shows nothing of the record', async () => {
    const { letter } = await walk.inviteFrom(emr, clinic, PEOPLE.rosa)
    const page = await (await walk.openContext(browser)).newPage()
    const rosa = { firstInitial: 'R', lastInitial: 'N', birthDate: '1955-01-30' }
    await walk.activate(page, clinic, letter, rosa, 'rosa')
    await walk.goHome(page, 'Rosa')
    await walk.signOut(page)
    await page.goBack()
    await page.getByLabel('Portal ID').waitFor()
    await expectNothingOfRosa(page)

    await walk.signIn(page, clinic, { username: 'rosa', password: GOOD_PASSWORD })
    await walk.expectHome(page, 'Rosa')
    const other = await page.context().newPage()
    await other.goto(clinic.portal)
    await page.goto(demo.mail)
    await walk.signOut(other)
    await page.goBack()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await expectNothingOfRosa(page)
  })
})

describe('every page on the way', () => {
  test('is sound for staff: EMR, card in each state, question and letter', async () => {
    const stranger = await (await walk.openContext(browser)).newPage()
    await stranger.goto(clinic.dashboard)
    await expectSound(stranger, 'login')
    await emr.goto(clinic.dashboard)
    await expectSound(emr, 'patients')
    await walk.openPatient(emr, clinic, PEOPLE.maria)
    await expectSound(emr, 'patient')
    const card = await walk.openPortico(emr)
    await expectSound(card, 'card, not allowed yet')
    await walk.allow(card)
    await expectSound(card, 'card, ready')
    await card.getByRole('button', { name: 'Create credentials' }).click()
    await expectSound(card, 'card, question')
    await card.getByRole('button', { name: 'Cancel' }).click()
    const letter = await walk.createCredentials(emr.context(), card)
    await expectSound(card, 'card, invited')
    await letter.page.getByText('Maria, su portal de paciente está listo.').waitFor()
    await letter.page.getByText('Maria, your patient portal is ready.').waitFor()
    await expectSound(letter.page, 'letter, in both languages')
    await walk.activate(stranger, clinic, letter, IDENTITY.maria, 'maria')
    await walk.expectActive(card, 'Maria')
    await expectSound(card, 'card, active')
    const stopped = await walk.openCard(emr, clinic, PEOPLE.deceased)
    await expectSound(stopped, 'card, not possible')
  })

  test('is sound for patients, in English and Spanish', async () => {
    const { letter } = await walk.inviteFrom(emr, clinic, PEOPLE.andres)
    const page = await (await walk.openContext(browser)).newPage()
    await page.goto(clinic.portal)
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await expectSoundInBoth(page, 'sign-in')
    await page.getByRole('link', { name: 'Activate your portal' }).click()
    await page.getByLabel('Portal ID').waitFor()
    await expectSoundInBoth(page, 'activation, letter')
    await walk.typeLetter(page, letter)
    await expectSoundInBoth(page, 'activation, person')
    await walk.typePerson(page, { firstInitial: 'A', lastInitial: 'N', birthDate: '1985-02-11' })
    await page.getByLabel('Username').waitFor()
    await expectSoundInBoth(page, 'activation, key')
    await walk.typeKey(page, { username: 'andres', password: GOOD_PASSWORD })
    await walk.expectIn(page, 'Andrés')
    await expectSoundInBoth(page, 'activation, done')
    await walk.goHome(page, 'Andrés')
    await expectSoundInBoth(page, 'home')
    await walk.signOut(page)
    await expectSoundInBoth(page, 'signed out')
  })

  test('needs no mouse: the keyboard alone activates, reads and signs out', async () => {
    const { letter } = await walk.inviteFrom(emr, clinic, PEOPLE.piotr)
    const page = await (await walk.openContext(browser)).newPage()
    const type = async (label: string, text: string) => {
      await tabTo(page, page.getByLabel(label, { exact: true }))
      await page.keyboard.press('ControlOrMeta+A')
      await page.keyboard.type(text)
    }
    const press = async (role: 'link' | 'button', name: string, key: 'Enter' | 'Space' = 'Enter') => {
      await tabTo(page, page.getByRole(role, { name }))
      await page.keyboard.press(key)
    }
    await page.goto(clinic.portal)
    await press('link', 'Activate your portal')
    await type('Portal ID', letter.portalId)
    await type('Activation code', letter.code)
    await press('button', 'Continue', 'Space')
    await type('First name', 'p')
    await type('Last name', 'l')
    await type('Month', '11')
    await type('Day', '4')
    await type('Year', '1971')
    await page.keyboard.press('Enter')
    await type('Username', 'piotr')
    await type('Password', GOOD_PASSWORD)
    await page.keyboard.press('Enter')
    await walk.expectIn(page, 'Piotr')
    await press('link', 'Go to my portal')
    await walk.expectHome(page, 'Piotr')
    await press('button', 'Sign out')
    await page.getByText("You're signed out.").waitFor()
  })
})

/** Playwright switches off the memory that Back takes whole pages from; people have it. */
const openBrowserWithMemory = () =>
  chromium.launch({ ...launchOptions(), ignoreDefaultArgs: ['--disable-back-forward-cache'] })

async function expectFilledIn(page: Page, { portalId, code }: walk.Letter) {
  await page.getByLabel('Portal ID').waitFor()
  const typed = await Promise.all(
    ['Portal ID', 'Activation code'].map((name) => page.getByLabel(name).inputValue()),
  )
  expect(typed.map((text) => text.replace(' ', ''))).toEqual([portalId, code])
}

async function expectNothingOfRosa(page: Page) {
  const shown = await page.locator('body').innerText()
  const filled = await page
    .getByRole('textbox')
    .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value))
  expect(`${shown} ${filled.join(' ')}`).not.toMatch(/rosa|núñez|1955|mill lane/i)
}

/** Dark modules of a QR code as `x,y`, from the path that draws them inside four light ones. */
async function drawn(path: Locator): Promise<string[]> {
  const runs = ((await path.getAttribute('d')) ?? '').matchAll(/M(\d+) (\d+)h(\d+)/g)
  return [...runs].flatMap(([, x, y, length]) =>
    Array.from({ length: Number(length) }, (_, step) => `${Number(x) - 4 + step},${Number(y) - 4}`),
  )
}

const modulesOf = (text: string): string[] =>
  encode(text, { ecc: 'M', border: 0 }).data.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`${x},${y}`] : [])),
  )
