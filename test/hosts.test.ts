import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type HostUser, loadHelper, readmeCode } from './hosts/readme.ts'
import { PEOPLE } from './support/people.ts'
import { openService, type TestService } from './support/service.ts'

const PORTICO = 'http://localhost:8080/fernwood'
const ORIGIN = 'https://emr.example.org'
const JORDAN: HostUser = { fhirUser: 'Practitioner/prac-park', name: 'Jordan Park' }
/** Before the helper's own `fetch` is led to the service in this process. */
const overNetwork = fetch
const { privateKey, publicKey } = generateKeyPairSync('ed25519')

let service: TestService
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portico-hosts-'))
  const jwks = join(folder, 'your-emr.jwks.json')
  const key = { ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'EdDSA' }
  writeFileSync(jwks, JSON.stringify({ keys: [key] }))
  const host = { id: 'your-emr', name: 'Your EMR', origins: [ORIGIN], jwks }
  service = await openService({ practice: { hosts: [host] } })
})
afterAll(() => rmSync(folder, { recursive: true }))
// The helper goes by the real clock.
beforeEach(() => {
  service.clock.now = Date.now()
  vi.stubGlobal('fetch', (input: string, init: RequestInit) => service.app.fetch(new Request(input, init)))
})
afterEach(() => vi.unstubAllGlobals())

type Post = { body?: string; site?: string; user?: HostUser | undefined; origin?: string }

/** What a page gets from a host whose backend is the README's. */
async function post({
  body = JSON.stringify({ patient: PEOPLE.walter }),
  site = 'same-origin',
  ...rest
}: Post) {
  const user = 'user' in rest ? rest.user : JORDAN
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const { origin = ORIGIN } = rest
  const { porticoToken } = await loadHelper()
  const handle = porticoToken({ portico: PORTICO, host: 'your-emr', origin, key, userOf: () => user })
  const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': site }
  const answer = await overNetwork(`http://127.0.0.1:${port}/portico-token`, {
    method: 'POST',
    headers,
    body,
  })
  const text = await answer.text()
  server.close()
  return { status: answer.status, type: answer.headers.get('content-type'), text }
}

describe('the helper in README.md', () => {
  test('has at most 40 lines and needs nothing but Node', () => {
    const code = readmeCode('js')
    expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
    expect([...code.matchAll(/from '([^']+)'/g)].map(([, name]) => name)).toEqual(['node:crypto'])
  })

  test('gets a token that opens the card of this patient on this origin', async () => {
    const { status, text } = await post({})
    expect(status).toBe(200)
    const token = JSON.parse(text) as { access_token: string }
    expect(token).toMatchObject({
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'access.read access.manage credentials.manage',
      patient: PEOPLE.walter,
      practice: 'fernwood',
    })
    const headers = { authorization: `Bearer ${token.access_token}`, origin: ORIGIN }
    const card = await service.app.request(`${PORTICO}/embed/api/patients/${PEOPLE.walter}/access`, {
      headers,
    })
    expect(card.status).toBe(200)
    expect(card.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  })

  test('passes on what Portico refuses', async () => {
    const { status, type, text } = await post({ origin: 'https://other.example.org' })
    expect([status, type]).toEqual([400, 'application/problem+json'])
    expect(JSON.parse(text)).toMatchObject({ code: 'invalid-grant', error: 'invalid_grant' })
  })

  test.each<[string, Post, number]>([
    ['a page of another site', { site: 'cross-site' }, 403],
    ['nobody who is logged in', { user: undefined }, 401],
    ['something that is not JSON', { body: 'patient=1' }, 502],
  ])('asks Portico nothing for %s', async (_, order, status) => {
    const asked = vi.fn<typeof fetch>()
    vi.stubGlobal('fetch', asked)
    expect((await post(order)).status).toBe(status)
    expect(asked).not.toHaveBeenCalled()
  })
})

test.each(['php', 'java'] as const)('the same in %s has at most 20 lines', (language) => {
  expect(readmeCode(language).trimEnd().split('\n').length).toBeLessThanOrEqual(20)
})
