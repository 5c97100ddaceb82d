import { once } from 'node:events'
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/chromium.ts'
import { IDENTITY, PEOPLE } from '../support/people.ts'
import { startDemo, type Demo } from './demo.ts'
import { listen } from './sound.ts'
import * as walk from './walk.ts'

/**
 * Browsers give a frame storage of its own for each site around it. Playwright switches that off, and then Chromium
 * refuses the frame any: this takes the place of Playwright's list.
 */
const PARTITIONED_STORAGE =
  '--disable-features=DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,PaintHolding'

let demo: Demo
let browser: Browser
let clinic: walk.Clinic
let between: Awaited<ReturnType<typeof startProxy>>

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser(PARTITIONED_STORAGE)])
  clinic = walk.fernwood(demo)
  between = await startProxy(new URL(demo.service).host)
})

afterAll(async () => {
  await browser?.close()
  await between?.close()
  await demo?.stop()
})

/** A browser that neither keeps nor sends a cookie of Portico; the EMR's own are its own business. */
async function openContext(locale = 'en-US') {
  const context = await browser.newContext({ locale, proxy: { server: between.address } })
  context.setDefaultTimeout(15_000)
  return context
}

async function openEmr(context: BrowserContext) {
  const emr = await context.newPage()
  await walk.logIn(emr, clinic)
  return emr
}

/** Opens Portico in a frame that gets no further than a notice. */
async function openToNotice(emr: Page, title: string) {
  await walk.openPatient(emr, clinic, PEOPLE.walter)
  await emr.getByRole('button', { name: 'Open Portico here' }).click()
  const frame = emr.frameLocator('iframe[title="Portico"]')
  await frame.getByText(title).waitFor()
  return frame
}

describe('in a frame of the EMR where no cookie survives', () => {
  test('the card allows, creates credentials and opens the letter; the patient gets in', async () => {
    const context = await openContext()
    const complaints = await listen(context)
    const emr = await openEmr(context)
    await walk.openPatient(emr, clinic, PEOPLE.walter)
    const frame = await walk.openPorticoHere(emr)
    const address = emr.frames().find((one) => one.url().startsWith(demo.service))
    expect(address?.url()).toMatch(/\/fernwood\/staff\/l\/[^/?]+\/$/)
    expect(await address?.evaluate(() => [sessionStorage.length, localStorage.length])).toEqual([0, 0])
    expect(await context.cookies(demo.service)).toEqual([])
    await walk.allow(frame)
    const letter = await walk.createCredentials(context, frame)

    const phone = await browser.newContext({ locale: 'en-US' })
    await walk.activate(await phone.newPage(), clinic, letter, IDENTITY.walter, 'walter')
    await frame.getByText('Walter is using the portal.').first().waitFor()
    expect(await context.cookies(demo.service)).toEqual([])
    expect(between.dropped).toContain('__Host-portico-launch')
    expect(complaints).toEqual([])
    await Promise.all([context.close(), phone.close()])
  })

  test('signing out ends the session; after a reload too the way on is the EMR', async () => {
    const context = await openContext()
    const emr = await openEmr(context)
    await walk.openPatient(emr, clinic, PEOPLE.maria)
    const frame = await walk.openPorticoHere(emr)
    await frame.locator('html').evaluate(() => location.reload())
    await frame.getByText('Open Portico from the EMR again').waitFor()
    await emr.getByRole('button', { name: 'Close' }).click()

    const again = await walk.openPorticoHere(emr)
    await again.getByRole('button', { name: 'Sign out' }).click()
    await again.getByText('signed out of Portico').waitFor()
    await context.close()
  })

  test('nor storage: the app says why, and that a tab of its own would do', async () => {
    const context = await openContext()
    const complaints = await listen(context)
    await context.addInitScript(noSessionStorage)
    const emr = await openEmr(context)
    const frame = await openToNotice(emr, 'Your browser kept Portico out of this frame.')
    await frame.getByText('Open Portico in its own tab').waitFor()
    expect(await frame.getByRole('button', { name: 'Try again' }).count()).toBe(0)
    expect(emr.frames().map((one) => one.url())).toContain(`${demo.service}/fernwood/callback`)
    expect(complaints).toEqual([])

    const spanish = await openContext('es-US')
    await spanish.addInitScript(noSessionStorage)
    const said = await openToNotice(
      await openEmr(spanish),
      'Su navegador no dejó entrar a Portico en este marco.',
    )
    await said.getByText('en su propia pestaña').waitFor()
    await Promise.all([context.close(), spanish.close()])
  })

  test('an EMR that fails at the last step is told apart from a launch that does not fit', async () => {
    const context = await openContext()
    await demo.sandbox('misbehave', { kind: '500', target: 'token' })
    const emr = await openEmr(context)
    const frame = await openToNotice(emr, "The EMR isn't answering.")
    await frame.getByText('Open Portico from the patient again in a minute.').waitFor()
    await demo.sandbox('misbehave', { kind: 'wrong-id-token', target: 'token' })
    await openToNotice(emr, "Portico didn't open.")
    await demo.sandbox('behave')
    await context.close()
  })
})

/** What browsers do where a frame may store nothing. */
function noSessionStorage() {
  const get = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  }
  Object.defineProperty(window, 'sessionStorage', { get })
}

/** Stands between the browser and everything; takes cookies from what goes to `host` and comes from there. */
async function startProxy(host: string) {
  const dropped = new Set<string>()
  const server = createServer((from: IncomingMessage, to: ServerResponse) => {
    const ours = new URL(from.url ?? '').host === host
    const headers = { ...from.headers }
    if (ours) delete headers.cookie
    const onward = ask(from.url ?? '', { method: from.method, headers }, (answer) => {
      const { 'set-cookie': kept = [], ...rest } = answer.headers
      if (ours) for (const one of kept) dropped.add(/^(?:__Host-)?\w+-\w+/.exec(one)?.[0] ?? one)
      to.writeHead(answer.statusCode ?? 502, ours ? rest : answer.headers)
      answer.pipe(to)
    })
    onward.once('error', () => to.destroy())
    from.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    dropped,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
