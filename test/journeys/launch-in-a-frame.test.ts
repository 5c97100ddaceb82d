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

async function openContext() {
  const context = await browser.newContext({ locale: 'en-US' })
  context.setDefaultTimeout(15_000)
  return context
}

describe('in a frame of the EMR, an unpartitioned third-party cookie', () => {
  test('that the browser has is sent from a tab and not from the frame', async () => {
    const context = await openContext()
    const emr = await context.newPage()
    await walk.logIn(emr, clinic)
    await keepCookie(context, 'probe')
    await walk.openPatient(emr, clinic, PEOPLE.walter)
    const asked = cookiesSent(context, /\/api\/staff\/launches\//)
    const inFrame = await asked.during(() => walk.openPorticoHere(emr))
    await walk.openPatient(emr, clinic, PEOPLE.walter)
    const inTab = await asked.during(() => walk.openPortico(emr))

    expect(inTab).toContain('probe')
    expect(inTab).toContain('__Host-portico-staff-fernwood')
    expect(inFrame).not.toContain('probe')
    expect(inFrame).toContain('__Host-portico-staff-fernwood')
    await context.close()
  })

  test('is the only kind blocked: the launch in the frame leaves partitioned ones alone', async () => {
    const context = await openContext()
    const emr = await context.newPage()
    await walk.logIn(emr, clinic)
    await walk.openPatient(emr, clinic, PEOPLE.walter)
    await walk.openPorticoHere(emr)
    const kept = (await context.cookies(demo.service)).map(({ name, sameSite, partitionKey }) => ({
      name,
      sameSite,
      partitioned: partitionKey !== undefined,
    }))
    expect(kept).toEqual([{ name: '__Host-portico-staff-fernwood', sameSite: 'None', partitioned: true }])
    await context.close()
  })
})

describe('the card in a frame', () => {
  test('allows, creates credentials, opens the letter in a window of its own, and the patient gets in', async () => {
    const context = await openContext()
    const complaints = await listen(context)
    const emr = await context.newPage()
    await walk.logIn(emr, clinic, 'Physician')
    await walk.openPatient(emr, clinic, PEOPLE.maria)
    const frame = await walk.openPorticoHere(emr)
    await walk.allow(frame)
    const letter = await walk.createCredentials(context, frame)
    expect(letter.page.url()).toBe(`${demo.service}/fernwood/slip`)
    expect(await letter.page.evaluate(() => window.opener === null)).toBe(true)

    const phone = await openContext()
    await walk.activate(await phone.newPage(), clinic, letter, IDENTITY.maria, 'maria')
    await frame.getByRole('button', { name: 'Check again' }).click()
    await frame.getByText('Maria is using the portal.').waitFor()
    expect(complaints).toEqual([])
    await Promise.all([context.close(), phone.close()])
  })

  test('shows no banner of its own where the EMR has one, and shows it in a tab', async () => {
    const context = await openContext()
    const emr = await context.newPage()
    await walk.logIn(emr, clinic)
    await walk.openPatient(emr, clinic, PEOPLE.piotr)
    const frame = await walk.openPorticoHere(emr)
    expect(await frame.getByText('MRN 006654').count()).toBe(0)
    await emr.getByRole('button', { name: 'Close' }).click()
    const tab = await walk.openPortico(emr)
    await tab.getByText('MRN 006654').waitFor()
    await context.close()
  })

  test('is not the place for credentials: portal and letter refuse to be framed', async () => {
    const context = await openContext()
    const emr = await context.newPage()
    await walk.logIn(emr, clinic)
    for (const path of ['/fernwood/portal/', '/fernwood/slip']) {
      const refused = emr.waitForEvent('requestfailed', (request) => request.url() === demo.service + path)
      await emr.evaluate(addFrame, demo.service + path)
      expect((await refused).failure()?.errorText).toBe('net::ERR_BLOCKED_BY_RESPONSE')
    }
    await context.close()
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
