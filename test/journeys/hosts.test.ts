import type { Browser, BrowserContext, Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Host, type HostName, startHosts } from '../hosts/start.ts'
import { openBrowser } from '../support/chromium.ts'
import { PEOPLE } from '../support/people.ts'
import type { Demo } from './demo.ts'
import { expectSound, listen } from './sound.ts'
import * as walk from './walk.ts'

let demo: Demo
let hosts: Record<HostName, Host>
let stopHosts: () => Promise<void>
let browser: Browser

beforeAll(async () => {
  const [started, opened] = await Promise.all([startHosts(), openBrowser()])
  ;({ demo, hosts, stop: stopHosts } = started)
  browser = opened
})

afterAll(async () => {
  await browser?.close()
  await stopHosts?.()
})

/** A browser of somebody's own, with everything it complained of. */
async function sitDown() {
  const context = await walk.openContext(browser)
  return { context, complaints: await listen(context) }
}

async function open(context: BrowserContext, { origin }: Host, patient = '') {
  const page = await context.newPage()
  await page.goto(`${origin}/?patient=${patient}`)
  return page
}

const cardOf = (page: Page, patient: string) => page.locator(`portico-access[patient="${patient}"]`)
const cardIsThere = (card: Page | Locator) => card.getByRole('button', { name: 'Check again' }).waitFor()

/** Gives access and makes a letter, with the host's page open. Nothing of the letter may be in that page. */
async function inviteIn(context: BrowserContext, page: Page, card: Page | Locator) {
  await walk.allow(card)
  const letter = await walk.createCredentials(context, card)
  expect(letter.page.url()).toBe(`${demo.service}/fernwood/slip`)
  const host = await page.evaluate(everythingIn)
  expect(host).toContain('portico-access-card')
  for (const secret of [letter.portalId, letter.code, letter.code.slice(0, 4)])
    expect(host).not.toContain(secret)
  await letter.page.close()
}

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

describe('the EMR’s own page', () => {
  test.each([1280, 360])('keeps everything where it is while the card comes, at %i px', async (width) => {
    const { context, complaints } = await sitDown()
    const page = await context.newPage()
    await page.setViewportSize({ width, height: 800 })
    await walk.logIn(page, walk.fernwood(demo))
    await page.addInitScript(noteShifts)
    await walk.openPatient(page, walk.fernwood(demo), PEOPLE.leo)
    await page.locator('portico-access-card').getByText('Leo').first().waitFor()
    expect(await page.evaluate(() => Reflect.get(window, 'shifted') as number)).toBeLessThan(0.01)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('has a card that says when nobody is logged in any more, and that comes with the next try', async () => {
    const { context } = await sitDown()
    const page = await context.newPage()
    await walk.logIn(page, walk.fernwood(demo))
    await demo.sandbox('misbehave', { kind: '401', target: 'portico-token', times: 1 })
    await walk.openPatient(page, walk.fernwood(demo), PEOPLE.rosa)
    await page.getByText('Your EMR session has ended.').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await cardIsThere(page)
    await context.close()
  })
})

/** How far things moved by themselves. @see Layout Instability §2 */
function noteShifts() {
  Reflect.set(window, 'shifted', 0)
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
      Reflect.set(window, 'shifted', (Reflect.get(window, 'shifted') as number) + entry.value)
  }).observe({ type: 'layout-shift', buffered: true })
}

describe('a plain page', () => {
  test('shows the card: staff give access and make a letter that the page never sees', async () => {
    const { context, complaints } = await sitDown()
    const page = await open(context, hosts.plain, PEOPLE.piotr)
    await cardIsThere(page)
    await inviteIn(context, page, page)
    await expectSound(page, 'a plain page with the card')
    expect(complaints).toEqual([])
    expect(hosts.plain.reports).toEqual([])
    await context.close()
  })

  test('whose backend says no has a card that says so, and that comes with the next try', async () => {
    const { context } = await sitDown()
    const { user } = hosts.plain.session
    hosts.plain.session.user = undefined
    const page = await open(context, hosts.plain, PEOPLE.carmen)
    await page.getByText('Your EMR session has ended.').waitFor()
    await expectSound(page, 'a card without a token')
    hosts.plain.session.user = user
    await page.getByRole('button', { name: 'Try again' }).click()
    await cardIsThere(page)
    await context.close()
  })

  test('keeps the card in a frame with the sandbox of an EMR', async () => {
    const { context, complaints } = await sitDown()
    const page = await context.newPage()
    // Another site around it.
    const outside = hosts.plain.origin.replace('127.0.0.1', 'localhost')
    await page.goto(`${outside}/frame?src=${hosts.plain.origin}/?patient=${PEOPLE.twinA}`)
    const frame = page.frameLocator('iframe')
    await frame.getByRole('button', { name: 'Check again' }).waitFor()
    await walk.allow(frame)
    const letter = await walk.createCredentials(context, frame)
    expect(letter.page.url()).toBe(`${demo.service}/fernwood/slip`)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('opens the staff app by SMART launch in such a frame', async () => {
    const { context, complaints } = await sitDown()
    const page = await context.newPage()
    await walk.logIn(page, walk.fernwood(demo))
    const { url } = await launch(PEOPLE.twinB)
    await page.goto(`${hosts.plain.origin}/frame?src=${encodeURIComponent(url)}`)
    const frame = page.frameLocator('iframe')
    await frame.getByRole('button', { name: 'Check again' }).waitFor()
    await walk.allow(frame)
    const letter = await walk.createCredentials(context, frame)
    expect(letter.page.url()).toBe(`${demo.service}/fernwood/slip`)
    expect(complaints).toEqual([])
    expect(hosts.plain.reports).toEqual([])
    await context.close()
  })

  test('would have been heard complaining', async () => {
    const { context } = await sitDown()
    const page = await open(context, hosts.plain, PEOPLE.piotr)
    await page.evaluate(breakPolicy)
    await expect.poll(() => hosts.plain.reports.length).toBeGreaterThan(0)
    hosts.plain.reports.length = 0
    await context.close()
  })
})

function breakPolicy() {
  const script = document.createElement('script')
  script.textContent = 'void 0'
  document.body.append(script)
}

/** A launch as the EMR's button makes it, for the front desk. */
async function launch(patient: string) {
  const body = JSON.stringify({ patient, user: 'front-desk' })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${demo.emr}/sandbox/launches`, { method: 'POST', headers, body })
  return (await answer.json()) as { url: string }
}

describe('a React page', () => {
  test('renders again, moves, hides and shows the card, and names another patient', async () => {
    const { context, complaints } = await sitDown()
    const page = await open(context, hosts.react)
    await cardIsThere(page)
    const allowed = page.getByRole('switch', { name: 'Allow patient portal' })
    await allowed.check()
    for (let times = 1; times <= 3; times++) {
      await page.getByRole('button', { name: 'Render again' }).click()
      await page.getByText(`Rendered ${times} times more`).waitFor()
    }
    expect(await allowed.isChecked()).toBe(true)

    await page.getByRole('button', { name: 'Other column' }).click()
    await cardIsThere(page.locator('.column').nth(1))
    await page.getByRole('button', { name: 'Hide or show' }).click()
    await page.locator('portico-access').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Hide or show' }).click()
    await cardIsThere(page)
    await page.getByRole('button', { name: 'Other patient' }).click()
    await cardIsThere(cardOf(page, PEOPLE.maria))
    await page.getByText('Maria', { exact: false }).first().waitFor()
    await expectSound(page, 'a React page with the card')
    expect(complaints).toEqual([])
    await context.close()
  })

  test('hears that the card was saved, and never sees the letter', async () => {
    const { context, complaints } = await sitDown()
    const page = await open(context, hosts.react)
    await cardIsThere(page)
    await inviteIn(context, page, page)
    await page.getByText('saved 1 times').waitFor()
    expect(complaints).toEqual([])
    expect(hosts.react.reports).toEqual([])
    await context.close()
  })
})

describe('a page with a strict policy, a Lit of its own and ten cards in a shadow root', () => {
  test('answers a click with three such tabs open', async () => {
    const { context, complaints } = await sitDown()
    const tabs = await Promise.all([1, 2, 3].map(() => open(context, hosts.strict)))
    for (const tab of tabs)
      await expect
        .poll(() => tab.getByRole('button', { name: 'Check again' }).count(), { timeout: 60_000 })
        .toBe(10)
    const [first] = tabs
    if (!first) throw new Error('no tab')
    await first.bringToFront()
    const card = cardOf(first, PEOPLE.aged91)
    const answered = first.waitForResponse((answer) => answer.url().includes(`/${PEOPLE.aged91}/access`))
    await card.getByRole('button', { name: 'Check again' }).click()
    expect((await answered).status()).toBe(200)
    expect(complaints).toEqual([])
    expect(hosts.strict.reports).toEqual([])
    await context.close()
  })

  test('lets staff give access and make a letter, and moves a card without losing what is typed', async () => {
    const { context, complaints } = await sitDown()
    const page = await open(context, hosts.strict)
    const card = cardOf(page, PEOPLE.maria)
    await cardIsThere(card)
    await inviteIn(context, page, card)
    const other = cardOf(page, PEOPLE.mononym)
    await other.getByRole('switch', { name: 'Allow patient portal' }).check()
    await other.evaluate((element) => document.querySelector('main')?.append(element))
    expect(await other.getByRole('switch', { name: 'Allow patient portal' }).isChecked()).toBe(true)
    await expectSound(page, 'ten cards on a page')
    expect(complaints).toEqual([])
    expect(hosts.strict.reports).toEqual([])
    await context.close()
  })
})
