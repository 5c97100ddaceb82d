import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright'
import { build } from 'vite'
import type { Manifest } from '../../web-components/build.ts'
import { launchOptions } from '../support/chromium.ts'
import { repository } from '../support/sources.ts'
import { cardOf, fernwood } from '../web-components/support/fixtures.ts'
import { built } from './built.ts'
import { atMost, type Figure, median, reported } from './figure.ts'

const ROUNDS = 7
/** A clinic's line, and a computer that is not new. */
const NETWORK = { offline: false, latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 625_000 }
const CPU_SLOWER = 4

/**
 * From the press on the link until the card can be used, against an empty Lit element that comes to the same page, asks
 * its host and its service for as much, and draws one line. In turns, on the same throttled browser.
 */
export async function measureHostReady(): Promise<Figure[]> {
  const { version } = JSON.parse(readFileSync(join(built, 'manifest.json'), 'utf8')) as Manifest
  const empty = await emptyElement()
  const server = createServer((request, response) => answer(request, response, { version, empty }))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await chromium.launch(launchOptions())
  try {
    const times: Record<'card' | 'empty', number[]> = { card: [], empty: [] }
    for (let round = 0; round < ROUNDS; round++)
      for (const page of ['card', 'empty'] as const)
        times[page].push(await open(browser, `${origin}/${page}`))
    const [card, base] = [median(times.card), median(times.empty)]
    return [reported('host-ready-ms', card), atMost('host-ready-vs-empty-element', card / base, 1.35)]
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
  }
}

async function open(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', NETWORK)
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWER })
  await page.goto(address, { waitUntil: 'commit' })
  const ready = await page.waitForFunction('globalThis.readyAt')
  const time = (await ready.jsonValue()) as number
  await context.close()
  return time
}

/** What Lit costs any element, built as ours are. */
async function emptyElement(): Promise<string> {
  const name = 'virtual:empty'
  const result = await build({
    configFile: false,
    root: repository,
    logLevel: 'silent',
    plugins: [
      {
        name: 'empty',
        resolveId: (id) => (id === name ? id : null),
        load: (id) => (id === name ? EMPTY : null),
      },
    ],
    build: { write: false, target: 'es2022', rolldownOptions: { input: name } },
  })
  if (Array.isArray(result) || !('output' in result)) throw new Error('One build was asked for')
  return result.output[0].code
}

const EMPTY = `
  import { html, LitElement } from 'lit'
  const ask = async (path, init) => (await fetch(path, init)).json()
  customElements.define('empty-element', class extends LitElement {
    static properties = { answer: { state: true } }
    async connectedCallback() {
      super.connectedCallback()
      const { access_token } = await ask('/token', { method: 'POST', body: '{}' })
      const headers = { authorization: 'Bearer ' + access_token }
      const api = '/fernwood/embed/api/'
      ;[, this.answer] = await Promise.all([ask(api + 'context', { headers }), ask(api + 'patients/12/access', { headers })])
      await this.updateComplete
      this.dispatchEvent(new CustomEvent('portico-ready', { bubbles: true }))
    }
    render() { return html\`<p>\${this.answer?.state}</p>\` }
  })`

const PAGE = (script: string, element: string) => `<!doctype html><html lang="en"><head><title>EMR</title>
<script>addEventListener('portico-ready', () => requestAnimationFrame(() => { globalThis.readyAt = performance.now() }))</script>
<script type="module" src="${script}" crossorigin></script></head><body><h1>Chart</h1>${element}</body></html>`

const JSON_ANSWERS: Record<string, unknown> = {
  '/token': {
    access_token: 'a.b.c',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'access.read',
    patient: '12',
    practice: 'fernwood',
  },
  '/fernwood/embed/api/context': {
    practice: fernwood,
    patient: '12',
    permissions: ['access.read', 'access.manage', 'credentials.manage'],
    liveKey: '',
  },
  '/fernwood/embed/api/patients/12/access': cardOf('ready'),
}

function answer(
  { url = '' }: IncomingMessage,
  response: ServerResponse,
  { version, empty }: { version: string; empty: string },
): void {
  const send = (type: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    response.writeHead(200, { 'content-type': type, ...headers }).end(body)
  const json = JSON_ANSWERS[url]
  if (json) return void send('application/json', JSON.stringify(json))
  if (url === '/card')
    return void send(
      'text/html',
      PAGE(
        `/components/${version}/embed.js`,
        '<portico-access patient="12" token-url="/token"></portico-access>',
      ),
    )
  if (url === '/empty') return void send('text/html', PAGE('/empty.js', '<empty-element></empty-element>'))
  if (url === '/empty.js') return void send('text/javascript', empty)
  if (url.startsWith(`/components/${version}/`))
    return void send('text/javascript', readFileSync(join(built, `${url.slice('/components/'.length)}.br`)), {
      'content-encoding': 'br',
    })
  response.writeHead(404).end()
}
