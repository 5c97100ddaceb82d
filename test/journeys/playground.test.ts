import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ViteDevServer } from 'vite'
import { openPlayground } from '../../web-components/playground/play.ts'
import { openBrowser } from '../support/chromium.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let server: ViteDevServer
let browser: Browser
let page: Page
let address: string
const complaints: string[] = []

beforeAll(async () => {
  ;[server, browser] = await Promise.all([openPlayground(0), openBrowser()])
  address = server.resolvedUrls?.local[0] ?? ''
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()))
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol !== 'data:' && origin !== new URL(address).origin) complaints.push(request.url())
  })
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

const stage = () => page.frameLocator('iframe')

test('it listens on this computer alone', () => {
  expect(new URL(address).hostname).toBe('127.0.0.1')
})

test('a state is a link, a knob is a list, and the address says both', async () => {
  await page.goto(address)
  await stage().getByText('Walter can be invited once these are done.').waitFor()
  await page.getByRole('link', { name: 'almost ready' }).focus()
  await page.keyboard.press('Enter')
  await stage().getByText('Almost ready for Walter.').waitFor()
  await page.getByLabel('Language').selectOption('es')
  await stage().getByText('Casi listo para Walter.').waitFor()
  await page.getByLabel('Width').selectOption('320')
  expect(new URL(page.url()).hash).toBe('#scene=portico-access.almost-ready&language=es&width=320')
  const innerWidth = () =>
    stage()
      .locator('html')
      .evaluate(() => window.innerWidth)
  await expect.poll(innerWidth, { timeout: 20_000 }).toBe(320)
  await page.reload()
  expect(await page.getByLabel('Width').inputValue()).toBe('320')
  expect(await page.getByRole('link', { name: 'almost ready' }).getAttribute('aria-current')).toBe('page')
  expect(complaints).toEqual([])
})

test.each([
  [1440, '#scene=portico-portal.sign-in&theme=dark'],
  [360, '#scene=portico-access.ready'],
])('at %i px no axe rule is broken', async (width, hash) => {
  await page.setViewportSize({ width, height: 900 })
  await page.goto('about:blank')
  await page.goto(address + hash)
  await stage().getByRole('button').first().waitFor()
  await page.evaluate(axeSource)
  const broken = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document, { resultTypes: ['violations'], iframes: false })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`)
  })
  expect(broken).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
})

test('a letter opens in a window of its own, and loading a page of ours anew finds its scene', async () => {
  await page.goto(`${address}frame.html#scene=portico-access.ready`)
  await page.getByRole('button', { name: 'Create credentials' }).click()
  const [letter] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).click(),
  ])
  await letter.getByRole('article').first().waitFor()
  await page.getByText('Waiting for Walter.', { exact: false }).first().waitFor()
  expect(complaints).toEqual([])
})
