import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { beginLaunch, readLaunchRequest, SmartError } from '../../smart-launch/index.ts'
import { startEhr } from './ehr.ts'
import { refuses } from './refuses.ts'

const ehr = await startEhr()
afterAll(() => ehr.close())
beforeEach(() => ehr.reset())

const begin = (launch = 'xyz') => beginLaunch(ehr.client, { iss: ehr.iss, launch }, ehr.deps())

test('a launch leads to the EHR with everything SMART asks for, and nothing else', async () => {
  const { authorizeUrl, pending } = await begin('a launch & more')
  const url = new URL(authorizeUrl)
  expect(url.origin + url.pathname).toBe(`${ehr.origin}/authorize`)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    response_type: 'code',
    client_id: 'portico',
    redirect_uri: 'https://portal.example/fernwood/callback',
    launch: 'a launch & more',
    scope: ehr.client.scope,
    state: pending.state,
    nonce: pending.nonce,
    aud: ehr.iss,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
    code_challenge_method: 'S256',
  })
})

test('what waits in the browser is plain JSON with its time', async () => {
  const { pending } = await begin()
  expect(JSON.parse(JSON.stringify(pending))).toEqual(pending)
  expect(Object.keys(pending).sort()).toEqual(['codeVerifier', 'createdAt', 'iss', 'nonce', 'state'])
  expect(pending.createdAt).toBe(ehr.time.at)
  expect(pending.codeVerifier).toMatch(/^[\w-]{43,128}$/)
})

test('the authorization endpoint keeps a query of its own', async () => {
  ehr.bends.configuration = { authorization_endpoint: `${ehr.origin}/authorize?tenant=a%26b` }
  const { authorizeUrl } = await begin()
  expect(new URL(authorizeUrl).searchParams.get('tenant')).toBe('a&b')
  expect(authorizeUrl.split('?')).toHaveLength(2)
})

test('state and nonce have 256 bits of their own each time, whatever Math.random says', async () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0)
  const launches = await Promise.all(Array.from({ length: 20 }, () => begin()))
  random.mockRestore()
  const secrets = launches.flatMap(({ pending }) => [pending.state, pending.nonce])
  expect(new Set(secrets).size).toBe(40)
  for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
})

test('an EHR that knows v1 scopes alone is asked in v1', async () => {
  ehr.bends.configuration = { capabilities: ['permission-v1'] }
  const { authorizeUrl } = await begin()
  expect(new URL(authorizeUrl).searchParams.get('scope')).toBe(
    'openid fhirUser launch online_access user/Patient.read user/Consent.read user/Consent.write',
  )
})

test('an EHR that knows both forms is asked in v2', async () => {
  ehr.bends.configuration = { capabilities: ['permission-v1', 'permission-v2'] }
  const { authorizeUrl } = await begin()
  expect(new URL(authorizeUrl).searchParams.get('scope')).toBe(ehr.client.scope)
})

describe('an iss that is not the registered one byte for byte is refused before anything is fetched', () => {
  const port = new URL(ehr.iss).port
  const variants: Record<string, string> = {
    userinfo: `http://user@127.0.0.1:${port}/fhir`,
    'the registered host as userinfo': `http://127.0.0.1:${port}@evil.example/fhir`,
    'trailing dot': `http://127.0.0.1.:${port}/fhir`,
    case: `HTTP://127.0.0.1:${port}/fhir`,
    'path case': `http://127.0.0.1:${port}/FHIR`,
    'another port': 'http://127.0.0.1:1/fhir',
    'unicode digits': `http://１27.0.0.1:${port}/fhir`,
    'trailing slash': `${ehr.iss}/`,
    'https for http': ehr.iss.replace('http:', 'https:'),
    'path suffix': `${ehr.iss}/../admin`,
    'percent-encoding': ehr.iss.replace('fhir', '%66hir'),
    fragment: `${ehr.iss}#x`,
    query: `${ehr.iss}?x=1`,
    'link-local address': 'http://169.254.169.254/latest/meta-data',
    'surrounding space': ` ${ehr.iss}`,
  }
  test.each(Object.entries(variants))('%s', async (_, iss) => {
    const fetch = vi.fn<typeof globalThis.fetch>()
    const launch = beginLaunch(ehr.client, { iss, launch: 'x' }, ehr.deps({ fetch }))
    await refuses(launch, 'launch-refused')
    expect(fetch).not.toHaveBeenCalled()
    expect(ehr.requests).toEqual([])
  })

  test('an aud that names another server', async () => {
    const request = { iss: ehr.iss, launch: 'x', aud: 'https://evil.example/fhir' }
    await refuses(beginLaunch(ehr.client, request, ehr.deps()), 'launch-refused')
    expect(ehr.requests).toEqual([])
  })

  test('a discovery that redirects elsewhere is not followed', async () => {
    ehr.bends.instead.configuration = () => Response.redirect(`${ehr.origin}/elsewhere`, 302)
    await refuses(begin(), 'ehr-unavailable')
    expect(ehr.requests.map((request) => request.path)).toEqual(['/fhir/.well-known/smart-configuration'])
  })
})

describe('the query of a launch', () => {
  test('names the EHR and the launch, and overrides nothing of ours', async () => {
    const hostile = new URLSearchParams({
      iss: ehr.iss,
      launch: 'x',
      fhirServiceUrl: 'https://evil.example/fhir',
      clientId: 'evil',
      patientId: 'VICTIM',
      redirect_uri: 'https://evil.example',
    })
    const request = readLaunchRequest(hostile)
    expect(request).toEqual({ iss: ehr.iss, launch: 'x' })
    const { authorizeUrl } = await beginLaunch(ehr.client, request, ehr.deps())
    expect(authorizeUrl).not.toMatch(/evil|VICTIM/)
  })

  test('may hold the aud that some EHRs add', () => {
    expect(readLaunchRequest(new URLSearchParams('iss=a&launch=b&aud=a'))).toEqual({
      iss: 'a',
      launch: 'b',
      aud: 'a',
    })
  })

  test.each(['', 'iss=a', 'launch=b', 'iss=&launch=b', 'iss=a&launch=', 'iss=a&iss=b&launch=c'])(
    'is refused as "%s"',
    (query) => {
      const error = caught(() => readLaunchRequest(new URLSearchParams(query)))
      expect(error).toBeInstanceOf(SmartError)
      expect(error).toMatchObject({ code: 'launch-refused' })
    },
  )
})

function caught(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
