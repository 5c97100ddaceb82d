import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { environmentIn } from '../../src/setup/environment.ts'
import { startChild, type Child } from '../support/child.ts'
import { openBrowser } from '../support/chromium.ts'
import { freePorts } from '../support/ports.ts'
import { CLIENT_ID, serveSandboxEmr } from '../support/sandbox-emr.ts'
import * as walk from './walk.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'portico-setup-journey-'))
const files = { config: join(folder, 'portico.json'), env: join(folder, '.env') }

let port: number
let portico: string
let sandbox: Awaited<ReturnType<typeof serveSandboxEmr>>
let browser: Browser
let setup: Child

beforeAll(async () => {
  port = await freePorts(2)
  portico = `http://localhost:${port}`
  ;[sandbox, browser] = await Promise.all([serveSandboxEmr(port + 1, portico), openBrowser()])
})

afterAll(async () => {
  setup?.kill('SIGKILL')
  await browser?.close()
  sandbox?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `npm run setup` as somebody starts it; gives the link that it prints. */
async function startSetup(): Promise<string> {
  const args = ['--port', String(port), '--config', files.config, '--env', files.env]
  setup = startChild(new URL('../../src/setup/main.ts', import.meta.url), args)
  await setup.atLine(4)
  const link = setup.lines.join('\n').match(/http:\/\/localhost:\d+\/setup#[\w-]{43}/)?.[0]
  if (!link) throw new Error(`no link in ${setup.lines.join('\n')}`)
  return link
}

/** Nothing that axe finds, and nothing that scrolls sideways on a small phone. */
async function expectSound(page: Page) {
  await page.setViewportSize({ width: 320, height: 800 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.evaluate(axeSource)
  const broken = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)
  })
  expect(broken).toEqual([])
}

test('an administrator connects an EMR by the page, with a launch from a chart, and set-up ends', async () => {
  const context = await walk.openContext(browser)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
  })

  await page.goto(await startSetup())
  expect(page.url()).toBe(`${portico}/setup`)
  await page.getByLabel('FHIR address').fill(`${sandbox.origin}/nowhere`)
  await page.keyboard.press('Enter')
  await page.getByText('There is no FHIR server at').waitFor()
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('fhirBase')
  await expectSound(page)
  await page.getByLabel('FHIR address').fill(`${sandbox.origin}/fhir/metadata`)
  await page.keyboard.press('Enter')

  await page.getByLabel('Name of the practice').pressSequentially('Lakeside')
  expect(await page.getByLabel('Its part of addresses').inputValue()).toBe('lakeside')
  await page.getByRole('button', { name: 'Show what to register' }).click()
  await page.getByText(`${portico}/lakeside/callback`, { exact: true }).waitFor()
  await expectSound(page)

  // A closed tab and a restart: a new link, and the same step.
  setup.kill('SIGTERM')
  await setup.ended
  await page.goto('about:blank')
  await page.goto(await startSetup())
  await page.getByLabel('Client id').fill(CLIENT_ID)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('Waiting for the first launch').waitFor()

  const emr = await context.newPage()
  const clinic = { dashboard: sandbox.origin, portal: '' }
  await walk.logIn(emr, clinic, 'Administrator')
  await walk.openPatient(emr, clinic, 'walter-okafor')
  const opened = context.waitForEvent('page')
  await emr.locator('.apps').getByRole('button', { name: 'Open Portico', exact: true }).click()
  const launched = await opened
  await launched.getByRole('heading', { name: 'The launch works' }).waitFor()
  await expectSound(launched)

  await page.getByText('The launch works: Robin Vega').waitFor()
  await page.getByRole('button', { name: 'Change: First launch' }).click()
  await page.getByText('launch once more from a patient').waitFor()
  await Promise.all([
    page.getByText('The launch works: Robin Vega').waitFor(),
    emr.locator('.apps').getByRole('button', { name: 'Open Portico', exact: true }).click(),
  ])
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Your practice')
  await expectSound(page)
  expect(await page.getByLabel('Origin of the EMR').inputValue()).toBe(sandbox.origin)
  await page.getByLabel('Time zone').fill('Chicago')
  await page.getByRole('button', { name: 'Write the configuration' }).click()
  await page.getByText('Give a time zone as IANA writes it').waitFor()
  await page.getByLabel('Time zone').fill('America/Chicago')
  await page.getByRole('button', { name: 'Write the configuration' }).click()
  await page.getByRole('heading', { name: 'Portico knows your EMR' }).waitFor()
  await expectSound(page)

  expect(complaints).toEqual([])
  expect(await setup.ended).toEqual({ code: 0, errors: '' })
  const [practice] = readConfig(environmentIn(files.env)).practices
  expect(practice).toMatchObject({
    slug: 'lakeside',
    administrators: ['Practitioner/prac-admin'],
    initial: { name: 'Lakeside', timeZone: 'America/Chicago' },
  })
})

test('the link of an earlier run says what to do', async () => {
  const page = await (await walk.openContext(browser)).newPage()
  const link = await startSetup()
  await page.goto(`${link.split('#')[0]}#${'a'.repeat(43)}`)
  await page.getByText('This link is no longer good').waitFor()
  setup.kill('SIGTERM')
  await setup.ended
})
