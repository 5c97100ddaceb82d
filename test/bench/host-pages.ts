import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'vite'
import type { Manifest } from '../../web-components/build.ts'
import { repository } from '../support/sources.ts'
import { cardOf, fernwood } from '../web-components/support/fixtures.ts'
import { built } from './built.ts'

/** Two pages of one EMR that differ in their element alone. */
export type HostPages = { card: string; empty: string; close: () => void }

/**
 * An EMR at one origin, Portico at another, as it is everywhere: what a page asks Portico with a token in its hand goes
 * through a preflight, for both elements alike. Answers come at once, so that no slow EMR hides a slow element.
 */
export async function openHostPages(): Promise<HostPages> {
  const { version, integrity } = JSON.parse(readFileSync(join(built, 'manifest.json'), 'utf8')) as Manifest
  const script = brotliCompressSync(await emptyElement())
  const service = await listen((request, response) => serve(request, response, { version, script }))
  const pages: Record<string, string> = {
    '/card': page(
      `src="${service.origin}/components/${version}/embed.js" integrity="${integrity}"`,
      '<portico-access patient="12" token-url="/token"></portico-access>',
    ),
    '/empty': page(`src="${service.origin}/empty.js"`, '<empty-element></empty-element>', service.origin),
  }
  const host = await listen(({ url = '', method }, response) => {
    if (method === 'POST' && url === '/token') return sendJson(response, TOKEN)
    const html = pages[url]
    if (!html) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/html' }).end(html)
  })
  const close = () => [service, host].forEach((one) => one.close())
  return { card: `${host.origin}/card`, empty: `${host.origin}/empty`, close }
}

/** Usable is what is laid out and painted: the frame after the event, and what the browser does at its end. */
const page = (script: string, element: string, service = '') => `<!doctype html>
<html lang="en"><head><title>EMR</title><script>
globalThis.service = '${service}'
addEventListener('portico-ready', () => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => globalThis.tellReady(String(performance.now()))
  port2.postMessage(null)
}))</script>
<script type="module" ${script} crossorigin></script></head><body><h1>Chart</h1>${element}</body></html>`

/**
 * The least that any element of this kind has to do: its script, with Lit, comes from Portico; then it asks the host's
 * backend for a token, and with that Portico for one JSON, which is the card's own; then it draws one line of it.
 */
const EMPTY = `
  import { html, LitElement } from 'lit'
  const ask = async (path, init) => (await fetch(path, init)).json()
  customElements.define('empty-element', class extends LitElement {
    static properties = { answer: { state: true } }
    async connectedCallback() {
      super.connectedCallback()
      const type = { 'content-type': 'application/json' }
      const token = await ask('/token', { method: 'POST', headers: type, body: '{"patient":"12"}' })
      const headers = { authorization: 'Bearer ' + token.access_token }
      const path = '/' + token.practice + '/embed/api/patients/12/access'
      this.answer = await ask(globalThis.service + path, { headers, credentials: 'omit', cache: 'no-store' })
      await this.updateComplete
      this.dispatchEvent(new CustomEvent('portico-ready', { bubbles: true }))
    }
    render() { return html\`<p>\${this.answer?.state}</p>\` }
  })`

/** Built as ours are. */
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
    resolve: { conditions: ['module', 'browser', 'production'] },
    build: { write: false, target: 'es2022', rolldownOptions: { input: name } },
  })
  if (Array.isArray(result) || !('output' in result)) throw new Error('One build was asked for')
  return result.output[0].code
}

const TOKEN = {
  access_token: 'a.b.c',
  token_type: 'Bearer',
  expires_in: 300,
  scope: 'access.read access.manage credentials.manage',
  patient: '12',
  practice: 'fernwood',
}

const API: Record<string, unknown> = {
  '/fernwood/embed/api/context': {
    practice: fernwood,
    patient: '12',
    permissions: ['access.read', 'access.manage', 'credentials.manage'],
    liveKey: '',
  },
  '/fernwood/embed/api/patients/12/access': cardOf('ready'),
}

function serve(
  { url = '', method, headers }: IncomingMessage,
  response: ServerResponse,
  { version, script }: { version: string; script: Buffer },
): void {
  const json = API[url]
  if (json) {
    response.setHeader('access-control-allow-origin', headers.origin ?? '')
    response.setHeader('access-control-allow-headers', 'authorization, content-type, idempotency-key')
    response.setHeader('access-control-max-age', '600')
    return method === 'OPTIONS' ? void response.writeHead(204).end() : sendJson(response, json)
  }
  const file = `/components/${version}/`
  const body = url === '/empty.js' ? script : url.startsWith(file) ? readBuilt(url) : null
  if (!body) return void response.writeHead(404).end()
  const type = { 'content-type': 'text/javascript', 'content-encoding': 'br' }
  response.writeHead(200, { ...type, 'access-control-allow-origin': '*' }).end(body)
}

const readBuilt = (url: string) => readFileSync(join(built, `${url.slice('/components/'.length)}.br`))

const sendJson = (response: ServerResponse, body: unknown) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}
