import * as fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createDiscovery, SmartError } from '../../smart-launch/index.ts'
import { startEhr } from './ehr.ts'
import { refuses } from './refuses.ts'

const ehr = await startEhr()
afterAll(() => ehr.close())
beforeEach(() => ehr.reset())

const create = (timeoutMs?: number) =>
  createDiscovery({ fetch, now: () => ehr.time.at, ...(timeoutMs === undefined ? {} : { timeoutMs }) })

test('an EHR is asked once an hour, however many ask', async () => {
  const discovery = create()
  const [first, second] = await Promise.all([discovery(ehr.iss), discovery(ehr.iss)])
  expect(first).toEqual(second)
  expect(first).toEqual({
    issuer: ehr.origin,
    authorizationEndpoint: `${ehr.origin}/authorize`,
    tokenEndpoint: `${ehr.origin}/token`,
    jwksUri: `${ehr.origin}/jwks`,
    capabilities: expect.arrayContaining(['launch-ehr']) as string[],
    namesIssuer: false,
  })
  ehr.time.at += 3_599_000
  await discovery(ehr.iss)
  expect(ehr.requests).toHaveLength(1)
  ehr.time.at += 1000
  ehr.bends.configuration = { token_endpoint: `${ehr.origin}/token-2` }
  expect((await discovery(ehr.iss)).tokenEndpoint).toBe(`${ehr.origin}/token-2`)
  expect(ehr.requests).toHaveLength(2)
})

test('a failure is told to all who wait and not remembered', async () => {
  const discovery = create()
  ehr.bends.instead.configuration = () => new Response('', { status: 503 })
  await Promise.all([
    refuses(discovery(ehr.iss), 'ehr-unavailable'),
    refuses(discovery(ehr.iss), 'ehr-unavailable'),
  ])
  expect(ehr.requests).toHaveLength(1)
  ehr.bends.instead = {}
  expect((await discovery(ehr.iss)).issuer).toBe(ehr.origin)
})

test('two EHRs are kept apart', async () => {
  const other = await startEhr()
  const discovery = create()
  const issuers = [(await discovery(ehr.iss)).issuer, (await discovery(other.iss)).issuer]
  other.close()
  expect(issuers).toEqual([ehr.origin, other.origin])
})

describe('an EHR that does not answer sensibly is not available', () => {
  test.each<[string, () => Response]>([
    ['500', () => new Response('oops', { status: 500 })],
    ['404', () => Response.json({}, { status: 404 })],
    ['a page', () => new Response('<!doctype html><title>Welcome</title>')],
    ['nothing', () => new Response('')],
    ['half an object', () => new Response('{"issuer":')],
  ])('%s', async (_, answer) => {
    ehr.bends.instead.configuration = answer
    await refuses(create()(ehr.iss), 'ehr-unavailable')
  })

  test('too late', async () => {
    ehr.bends.instead.configuration = () =>
      new Promise((resolve) => setTimeout(() => resolve(Response.json({})), 300))
    await refuses(create(50)(ehr.iss), 'ehr-unavailable')
  })

  test('a body that never ends', async () => {
    ehr.bends.instead.configuration = () =>
      new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{')) }))
    await refuses(create(80)(ehr.iss), 'ehr-unavailable')
  })

  test('no server at all', async () => {
    await refuses(create()('http://127.0.0.1:1/fhir'), 'ehr-unavailable')
  })
})

describe('an EHR that lacks what a safe launch needs is not supported', () => {
  test.each<[string, Record<string, unknown>]>([
    ['no PKCE', { code_challenge_methods_supported: undefined }],
    ['PKCE in the clear', { code_challenge_methods_supported: ['plain'] }],
    ['no issuer', { issuer: undefined }],
    ['no keys', { jwks_uri: undefined }],
    ['no token endpoint', { token_endpoint: undefined }],
    ['an endpoint that is a number', { authorization_endpoint: 7 }],
    ['a file', { token_endpoint: 'file:///etc/passwd' }],
    ['a script', { authorization_endpoint: 'javascript:alert(1)' }],
    ['a name and password in an address', { token_endpoint: 'http://a:b@127.0.0.1/token' }],
    ['no address', { token_endpoint: 'http://' }],
  ])('%s', async (_, patch) => {
    ehr.bends.configuration = patch
    await refuses(create()(ehr.iss), 'ehr-unsupported')
  })

  test('plain http behind an https base', async () => {
    const body = { issuer: 'https://ehr.example', code_challenge_methods_supported: ['S256'] }
    const endpoints = {
      jwks_uri: '/jwks',
      authorization_endpoint: '/a',
      token_endpoint: 'http://ehr.example/token',
    }
    const answer = () => Promise.resolve(Response.json({ ...body, ...endpoints }))
    const discovery = createDiscovery({ fetch: answer, now: () => ehr.time.at })
    await refuses(discovery('https://ehr.example/fhir'), 'ehr-unsupported')
  })
})

test('relative addresses stand on the FHIR base', async () => {
  ehr.bends.configuration = { token_endpoint: 'oauth/token', jwks_uri: '/keys' }
  const { tokenEndpoint, jwksUri } = await create()(ehr.iss)
  expect(tokenEndpoint).toBe(`${ehr.iss}/oauth/token`)
  expect(jwksUri).toBe(`${ehr.origin}/keys`)
})

test('a base with a slash at its end has the same document', async () => {
  expect((await create()(`${ehr.iss}/`)).issuer).toBe(ehr.origin)
})

test('whatever JSON an EHR answers, only a SmartError comes of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (body) => {
      const answer = () => Promise.resolve(Response.json(body))
      const error: unknown = await createDiscovery({ fetch: answer, now: () => 0 })(
        'https://ehr.example/fhir',
      ).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(SmartError)
    }),
    { numRuns: 200 },
  )
})
