import { beforeAll, describe, expect, test } from 'vitest'
import { createBench, FHIR, ORIGIN, REDIRECT } from './harness.ts'

let bench: Awaited<ReturnType<typeof createBench>>
beforeAll(async () => {
  bench = await createBench()
})

test('discovery names the endpoints, the issuer and what the server can do', async () => {
  const response = await bench.emr.fetch(`${FHIR}/.well-known/smart-configuration`)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(await response.json()).toMatchObject({
    issuer: `${ORIGIN}/oauth`,
    authorization_endpoint: `${ORIGIN}/oauth/authorize`,
    token_endpoint: `${ORIGIN}/oauth/token`,
    jwks_uri: `${ORIGIN}/oauth/jwks.json`,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    authorization_response_iss_parameter_supported: true,
    capabilities: expect.arrayContaining([
      'launch-ehr',
      'permission-v2',
      'permission-v1',
      'context-ehr-patient',
    ]),
  })
  const openid = await bench.emr.fetch(`${ORIGIN}/oauth/.well-known/openid-configuration`)
  expect(await openid.json()).toMatchObject({
    issuer: `${ORIGIN}/oauth`,
    jwks_uri: `${ORIGIN}/oauth/jwks.json`,
  })
})

test('a good request is answered with a code, the state and the issuer', async () => {
  const back = await bench.emr.authorizeAs('front-desk', bench.authorizeUrl())
  expect(back.origin + back.pathname).toBe(REDIRECT)
  expect(back.searchParams.get('code')).toMatch(/^[\w-]{43}$/)
  expect(back.searchParams.get('state')).toBe('state-of-at-least-22-chars')
  expect(back.searchParams.get('iss')).toBe(`${ORIGIN}/oauth`)
})

describe('an app that cannot be trusted with an answer gets a page and no redirect', () => {
  test.each([
    ['an unknown client', { client_id: 'stranger' }],
    ['an address that is not registered', { redirect_uri: `${REDIRECT}/` }],
    ['an address of another site', { redirect_uri: 'https://evil.example/callback' }],
    ['no address', { redirect_uri: undefined }],
  ])('%s', async (_, changes) => {
    const response = await bench.emr.app.request(bench.authorizeUrl(changes).href)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(response.headers.get('location')).toBeNull()
  })
})

describe('a request with a fault goes back with an OAuth error, never with a code', () => {
  test.each([
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge that is no SHA-256', { code_challenge: 'short' }, 'invalid_request'],
    ['no state', { state: undefined }, 'invalid_request'],
    ['a state that can be guessed', { state: '1' }, 'invalid_request'],
    ['the aud of another server', { aud: 'http://127.0.0.1:9/fhir' }, 'invalid_request'],
    ['the aud with a slash more', { aud: `${FHIR}/` }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['no launch', { launch: undefined }, 'invalid_request'],
    ['a launch nobody made', { launch: 'made-up' }, 'invalid_request'],
    ['no launch scope', { scope: 'openid user/Patient.rs' }, 'invalid_scope'],
    ['an unreadable scope', { scope: 'launch user/Patient.sr' }, 'invalid_scope'],
  ])('%s', async (_, changes, error) => {
    const back = await bench.authorize(changes)
    expect(back.get('error')).toBe(error)
    expect(back.get('code')).toBeNull()
    expect(back.get('iss')).toBe(`${ORIGIN}/oauth`)
  })

  test('a parameter that comes twice', async () => {
    const url = bench.authorizeUrl()
    url.searchParams.append('scope', 'launch')
    expect((await bench.emr.authorizeAs('front-desk', url)).searchParams.get('error')).toBe('invalid_request')
  })
})

describe('a launch', () => {
  test('is good once', async () => {
    const launch = bench.launchFor('front-desk')
    expect((await bench.authorize({ launch })).get('code')).not.toBeNull()
    expect((await bench.authorize({ launch })).get('error')).toBe('invalid_request')
  })

  test('is not good after 5 minutes', async () => {
    const launch = bench.launchFor('front-desk')
    bench.clock.now += 5 * 60_000
    expect((await bench.authorize({ launch })).get('error')).toBe('invalid_request')
  })

  test('made for another app is refused', async () => {
    const { launch } = bench.emr.createLaunch({
      patient: 'walter-okafor',
      user: 'front-desk',
      clientId: 'other',
    })
    expect((await bench.authorize({ launch })).get('error')).toBe('invalid_request')
  })

  test('of another user asks for that user to log in, and stays good for them', async () => {
    const launch = bench.launchFor('physician')
    await expect(bench.authorize({ launch })).rejects.toThrow('The EMR answered 200')
    expect((await bench.authorize({ launch }, 'physician')).get('code')).not.toBeNull()
  })

  test('without a login shows the login page, which leads back to the request', async () => {
    const url = bench.authorizeUrl()
    const response = await bench.emr.app.request(url.href)
    const page = await response.text()
    expect(response.headers.get('location')).toBeNull()
    expect(page).toContain('Log in')
    expect(page).toContain(`value="/oauth/authorize${url.search.replaceAll('&', '&amp;')}"`)
  })
})
