import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildComponents, type Manifest } from '../web-components/build.ts'
import { launchOptions } from './support/chromium.ts'

const folder = mkdtempSync(join(tmpdir(), 'portico-build-'))
const out = join(folder, 'components')
const PORTAL = 'https://portal.example'
const HOST = 'https://emr.example'
let manifest: Manifest
let browser: Browser

beforeAll(async () => {
  // Earlier versions, the oldest first.
  for (const [place, name] of ['0.0.1', '0.0.2-aaaaaaaa', '0.0.3-bbbbbbbb'].entries()) {
    mkdirSync(join(out, name), { recursive: true })
    utimesSync(join(out, name), place + 1, place + 1)
  }
  manifest = await buildComponents(out)
  browser = await chromium.launch(launchOptions())
}, 120_000)

afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
})

const read = (file: string) => readFileSync(join(out, manifest.version, file), 'utf8')
const digest = (kind: string, text: string) => createHash(kind).update(text).digest('base64')

describe('the built components', () => {
  test('the version says what is in it, and two earlier ones stay for hosts that pinned them', async () => {
    expect(manifest.version).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{8}$/)
    const kept = ['0.0.2-aaaaaaaa', '0.0.3-bbbbbbbb', manifest.version, 'manifest.json']
    expect(readdirSync(out).sort()).toEqual(kept.sort())
    expect((await buildComponents(out)).version).toBe(manifest.version)
    expect(readdirSync(out).sort()).toEqual(kept.sort())
  })

  test('embed.js imports nothing by itself, and the manifest says its integrity', () => {
    expect(read('embed.js')).not.toMatch(/\bimport\s*[{*"'`\w]|\bfrom\s*["'`]/)
    expect(manifest.integrity).toBe(`sha384-${digest('sha384', read('embed.js'))}`)
  })

  test('embed.js knows the hash of every file that the card can reach, and no file goes out unasked', () => {
    const reached = new Set(['embed-access.js'])
    for (const file of reached) {
      const text = read(file)
      for (const [, name = ''] of text.matchAll(/(?:from|import)\s*\(?\s*["'`]\.\/([\w.-]+\.js)["'`]/g))
        reached.add(name)
      const lazy = [...text.matchAll(/\bimport\(`\.\/([\w.-]+)`\)/g)].map(([, name]) => name)
      const asked = [...text.matchAll(/,`([\w.-]+\.js)`\)/g)].map(([, name]) => name)
      expect(asked, file).toEqual(lazy)
    }
    expect([...reached].sort()).toEqual(manifest.loads['embed']?.all.filter((name) => name !== 'embed.js'))
    for (const file of reached)
      expect(read('embed.js')).toContain(`"${file}":[\`${digest('sha256', read(file))}\``)
  })

  test('no page of ours and no card brings a message’s long name along', () => {
    const scripts = readdirSync(join(out, manifest.version)).filter((name) => name.endsWith('.js'))
    for (const file of scripts) expect(read(file), file).not.toMatch(/[`"']card\.notReady[`"']/)
  })
})

describe('on a host’s page', () => {
  test('a file that is not what was built does not run; mended, the card comes at the next try', async () => {
    let tampered = true
    const page = await openHost((file, text) =>
      tampered && file === 'embed-access.js' ? `globalThis.stolen = true;${text}` : text,
    )
    const again = page.getByRole('button', { name: 'Try again' })
    await again.waitFor()
    expect(await page.evaluate('globalThis.stolen')).toBeUndefined()
    tampered = false
    await again.click()
    await page.getByText('Your EMR session has ended.').waitFor()
    expect(await page.evaluate('globalThis.stolen')).toBeUndefined()
    await page.close()
  })

  test('leaves nothing of its own in the page around', async () => {
    const page = await openHost((_, text) => text)
    await page.getByText('Your EMR session has ended.').waitFor()
    expect(await page.evaluate('document.head.innerHTML')).not.toContain('modulepreload')
    expect(await page.evaluate('document.adoptedStyleSheets.length + document.styleSheets.length')).toBe(0)
    expect(await page.evaluate('document.body.innerHTML.trim()')).toBe(
      '<portico-access patient="12" token-url="/token"></portico-access>',
    )
    await page.close()
  })
})

/** A strict page of an EMR with the two lines; `serve` may change what the service hands out. */
async function openHost(serve: (file: string, text: string) => string): Promise<Page> {
  const page = await browser.newPage()
  const policy = [
    `default-src 'none'; script-src ${PORTAL}; connect-src 'self' ${PORTAL}`,
    "style-src 'self'; require-trusted-types-for 'script'; trusted-types lit-html",
  ].join('; ')
  const src = `${PORTAL}/components/${manifest.version}/embed.js`
  const html = `<!doctype html><html lang="en"><head>
    <script type="module" src="${src}" integrity="${manifest.integrity}" crossorigin></script></head>
    <body><portico-access patient="12" token-url="/token"></portico-access></body></html>`
  await page.route('**/*', (route) => {
    const { pathname, origin } = new URL(route.request().url())
    if (origin === PORTAL && pathname.startsWith('/components/')) {
      const file = pathname.split('/').at(-1) ?? ''
      const headers = { 'access-control-allow-origin': '*' }
      return route.fulfill({ contentType: 'text/javascript', headers, body: serve(file, read(file)) })
    }
    if (pathname === '/token') return route.fulfill({ status: 401 })
    return route.fulfill({
      contentType: 'text/html',
      headers: { 'content-security-policy': policy },
      body: html,
    })
  })
  await page.goto(HOST)
  return page
}
