import type { Browser, BrowserContext, Request } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { IDENTITY, PEOPLE } from '../support/people.ts'
import { startDemo, type Demo } from './demo.ts'
import { listen } from './sound.ts'
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

describe('the card in a frame of the EMR', () => {
  test('works while the browser blocks third-party cookies that are not partitioned', async () => {
    const context = await walk.openContext(browser)
    const emr = await context.newPage()
    await walk.logIn(emr, clinic)
    await walk.openPatient(emr, clinic, PEOPLE.piotr)
    await walk.openPorticoHere(emr)
    expect(await cookiesKept(context)).toEqual([
      { name: '__Host-portico-staff-fernwood', sameSite: 'None', partitioned: true },
    ])

    await keepCookie(context, 'probe')
    const asked = cookiesSent(context, /\/api\/staff\/launches\//)
    await walk.openPatient(emr, clinic, PEOPLE.piotr)
    const inFrame = await asked.during(async () => {
      const frame = await walk.openPorticoHere(emr)
      // The EMR's page says whose chart it is, so the card need not.
      expect(await frame.getByText('MRN 006654').count()).toBe(0)
    })
    await emr.getByRole('button', { name: 'Close' }).click()
    const inTab = await asked.during(async () => {
      const tab = await walk.openPortico(emr)
      await tab.getByText('MRN 006654').waitFor()
    })
    expect(inFrame).toEqual(['__Host-portico-staff-fernwood'])
    expect(new Set(inTab)).toEqual(new Set(['__Host-portico-staff-fernwood', 'probe']))
  })

  test('allows, creates credentials, opens the letter in a window of its own, and the patient gets in', async () => {
    const context = await walk.openContext(browser)
    const complaints = await listen(context)
    const emr = await context.newPage()
    await walk.logIn(emr, clinic)
    await walk.openPatient(emr, clinic, PEOPLE.maria)
    const frame = await walk.openPorticoHere(emr)
    await walk.allow(frame)
    const letter = await walk.createCredentials(context, frame)
    expect(letter.page.url()).toBe(`${demo.service}/fernwood/slip`)
    expect(await letter.page.evaluate(() => window.opener === null)).toBe(true)

    const phone = await (await walk.openContext(browser)).newPage()
    await walk.activate(phone, clinic, letter, IDENTITY.maria, 'maria')
    await frame.getByText('Maria is using the portal.').first().waitFor()
    expect(complaints).toEqual([])
  })

  test('is not the place for credentials: portal and letter refuse to be framed', async () => {
    const emr = await (await walk.openContext(browser)).newPage()
    await walk.logIn(emr, clinic)
    for (const path of ['/fernwood/portal/', '/fernwood/slip']) {
      const refused = emr.waitForEvent('requestfailed', (request) => request.url() === demo.service + path)
      await emr.evaluate(addFrame, demo.service + path)
      expect((await refused).failure()?.errorText).toBe('net::ERR_BLOCKED_BY_RESPONSE')
    }
  })
})

function addFrame(address: string) {
  const frame = document.createElement('iframe')
  frame.src = address
  document.body.append(frame)
}

/** Set in a tab, as a site of our own would: third party, but not partitioned. */
async function keepCookie(context: BrowserContext, name: string) {
  const page = await context.newPage()
  await page.goto(clinic.portal)
  await page.evaluate((set) => (document.cookie = set), `${name}=kept; Path=/; SameSite=None; Secure`)
  await page.close()
}

const cookiesKept = async (context: BrowserContext) =>
  (await context.cookies(demo.service)).map(({ name, sameSite, partitionKey }) => ({
    name,
    sameSite,
    partitioned: partitionKey !== undefined,
  }))

/** Names of the cookies that went with the requests whose address matches. */
function cookiesSent(context: BrowserContext, address: RegExp) {
  const seen: Request[] = []
  context.on('request', (request) => {
    if (address.test(request.url())) seen.push(request)
  })
  return {
    during: async (work: () => Promise<unknown>) => {
      seen.length = 0
      await work()
      const headers = await Promise.all(seen.map((request) => request.allHeaders()))
      expect(headers.length).toBeGreaterThan(0)
      return [
        ...new Set(headers.flatMap(({ cookie = '' }) => cookie.split('; ').map((one) => one.split('=')[0]))),
      ]
    },
  }
}
