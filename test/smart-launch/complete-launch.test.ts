import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { beginLaunch, completeLaunch, type SmartDeps } from '../../smart-launch/index.ts'
import { createKey, startEhr } from './ehr.ts'
import { refuses } from './refuses.ts'

const ehr = await startEhr()
afterAll(() => ehr.close())
beforeEach(() => ehr.reset())

async function launch(deps: SmartDeps = ehr.deps()) {
  const { authorizeUrl, pending } = await beginLaunch(ehr.client, { iss: ehr.iss, launch: 'xyz' }, deps)
  return { pending, query: ehr.authorize(authorizeUrl), deps }
}

async function complete() {
  const { pending, query, deps } = await launch()
  return completeLaunch(ehr.client, pending, query, deps)
}

test('a launch ends in a grant: token, patient, person and context', async () => {
  ehr.bends.tokenAnswer = {
    need_patient_banner: false,
    intent: 'create-credentials',
    smart_style_url: 'https://ehr.example/style.json',
    fhirContext: [{ reference: 'Appointment/9' }],
    encounter: 'visit-3',
    appContext: '{"from":"hook"}',
    smart_web_messaging_handle: 'handle-1',
    smart_web_messaging_origin: 'https://ehr.example',
  }
  expect(await complete()).toEqual({
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    expiresAt: ehr.time.at + 3_600_000,
    scope: ehr.client.scope,
    patient: 'ann',
    fhirUser: 'Practitioner/7',
    userName: 'Dana Front',
    subject: 'u-7',
    context: {
      needPatientBanner: false,
      intent: 'create-credentials',
      styleUrl: 'https://ehr.example/style.json',
      fhirContext: [{ reference: 'Appointment/9' }],
      encounter: 'visit-3',
      appContext: '{"from":"hook"}',
      messaging: { handle: 'handle-1', origin: 'https://ehr.example' },
    },
  })
})

test('the code reaches the EHR as it came, however it is spelt', async () => {
  const { pending, query, deps } = await launch()
  expect(query.get('code')).toContain('+&=/')
  await completeLaunch(ehr.client, pending, query, deps)
  const [request] = ehr.tokenRequests()
  expect(Object.fromEntries(request?.body ?? [])).toEqual({
    grant_type: 'authorization_code',
    code: query.get('code'),
    redirect_uri: ehr.client.redirectUri,
    code_verifier: pending.codeVerifier,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: expect.any(String) as string,
  })
})

test('an RSA key signs with RS384', async () => {
  const own = await startEhr(await createKey('RS384'))
  const deps = own.deps()
  const { authorizeUrl, pending } = await beginLaunch(own.client, { iss: own.iss, launch: 'x' }, deps)
  const grant = await completeLaunch(own.client, pending, own.authorize(authorizeUrl), deps)
  own.close()
  expect(grant.patient).toBe('ann')
  const assertion = own.tokenRequests()[0]?.body.get('client_assertion') ?? ''
  expect(JSON.parse(Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString())).toEqual({
    alg: 'RS384',
    kid: 'portico-1',
    typ: 'JWT',
  })
})

test('a frozen key of the configuration is signed with and left as it was', async () => {
  const key = Object.freeze({ ...ehr.client.privateKeyJwk })
  const client = Object.freeze({ ...ehr.client, privateKeyJwk: key })
  const { pending, query, deps } = await launch()
  await completeLaunch(client, pending, query, deps)
  expect(key).not.toHaveProperty('key_ops')
})

test.each(['RS256', undefined])('a key with alg %s is refused before anything is sent', async (alg) => {
  const { pending, query, deps } = await launch()
  const { alg: _, ...key } = ehr.client.privateKeyJwk
  const client = { ...ehr.client, privateKeyJwk: alg === undefined ? key : { ...key, alg } }
  const error = await refuses(completeLaunch(client, pending, query, deps), 'client-misconfigured')
  expect(ehr.tokenRequests()).toEqual([])
  expect(error.message).not.toContain(key.d)
})

test('a grant without refresh token, life or context gets careful defaults', async () => {
  ehr.bends.tokenAnswer = { refresh_token: undefined, expires_in: undefined, token_type: 'bearer' }
  const grant = await complete()
  expect(grant.refreshToken).toBeNull()
  expect(grant.expiresAt).toBe(ehr.time.at + 300_000)
  expect(grant.context).toEqual({
    needPatientBanner: true,
    intent: null,
    styleUrl: null,
    fhirContext: [],
    encounter: null,
    appContext: null,
    messaging: null,
  })
})

test.each(['javascript:alert(1)', 'data:text/css,x', 'ftp://ehr.example/x', '/style.json', 7])(
  'the style address %s is ignored',
  async (address) => {
    ehr.bends.tokenAnswer = { smart_style_url: address }
    expect((await complete()).context.styleUrl).toBeNull()
  },
)

test.each([
  'https://ehr.example/',
  'https://ehr.example/page',
  'http://ehr.example',
  'https://EHR.example',
  'https://user@ehr.example',
  'javascript:alert(1)',
  'null',
  '*',
  '',
  7,
])('nobody is spoken with at %s', async (origin) => {
  ehr.bends.tokenAnswer = { smart_web_messaging_handle: 'h', smart_web_messaging_origin: origin }
  expect((await complete()).context.messaging).toBeNull()
})

test.each([
  'http://localhost:8081',
  'http://127.0.0.1:8081',
  'http://[::1]:8081',
  'https://ehr.example:8443',
])('a page at %s can be spoken with', async (origin) => {
  ehr.bends.tokenAnswer = { smart_web_messaging_handle: 'h', smart_web_messaging_origin: origin }
  expect((await complete()).context.messaging).toEqual({ handle: 'h', origin })
})

test.each([undefined, null, '', 7, 'x'.repeat(600)])(
  'without a handle of ours (%s) nobody is spoken with',
  async (handle) => {
    ehr.bends.tokenAnswer = {
      smart_web_messaging_handle: handle,
      smart_web_messaging_origin: 'https://ehr.example',
    }
    expect((await complete()).context.messaging).toBeNull()
  },
)

test('the scope to speak with the page is asked for as configured, in both forms of scopes', async () => {
  const client = { ...ehr.client, scope: 'openid launch user/Patient.rs messaging/ui' }
  const asked = async () => {
    const { authorizeUrl } = await beginLaunch(client, { iss: ehr.iss, launch: 'xyz' }, ehr.deps())
    return new URL(authorizeUrl).searchParams.get('scope')
  }
  expect(await asked()).toBe('openid launch user/Patient.rs messaging/ui')
  ehr.bends.configuration = { capabilities: ['launch-ehr', 'sso-openid-connect', 'permission-v1'] }
  expect(await asked()).toBe('openid launch user/Patient.read messaging/ui')
})

test('hints of the wrong type are ignored', async () => {
  ehr.bends.tokenAnswer = {
    need_patient_banner: 'no',
    intent: 4,
    fhirContext: {},
    encounter: '../x',
    appContext: [],
  }
  expect((await complete()).context).toEqual({
    needPatientBanner: true,
    intent: null,
    styleUrl: null,
    fhirContext: [],
    encounter: null,
    appContext: null,
    messaging: null,
  })
})

describe('a token answer that is not one is refused', () => {
  const answers: [string, Record<string, unknown>][] = [
    ['no access token', { access_token: undefined }],
    ['an empty access token', { access_token: '' }],
    ['a token of another type', { token_type: 'DPoP' }],
    ['no token type', { token_type: undefined }],
    ['a life in words', { expires_in: '3600' }],
    ['no life left', { expires_in: 0 }],
    ['a life beyond all time', { expires_in: 1e300 }],
    ['no scope', { scope: undefined }],
    ['scopes as a list', { scope: ['openid'] }],
    ['a patient that is a number', { patient: 7 }],
    ['a patient that is a path', { patient: '../Practitioner/1' }],
    ['a refresh token that is an object', { refresh_token: {} }],
    ['no id_token', { id_token: undefined }],
  ]
  test.each(answers)('%s', async (_, patch) => {
    ehr.bends.tokenAnswer = patch
    const error = await refuses(complete(), 'token-invalid')
    expect(error.message).not.toContain('access-1')
  })

  test.each([undefined, null])('no patient (%s) has a refusal of its own', async (patient) => {
    ehr.bends.tokenAnswer = { patient }
    await refuses(complete(), 'no-patient')
  })
})

describe('a token endpoint that says no', () => {
  const answers: [string, Response, 'code-refused' | 'client-misconfigured' | 'ehr-unavailable'][] = [
    ['to the code', Response.json({ error: 'invalid_grant' }, { status: 400 }), 'code-refused'],
    ['to us', Response.json({ error: 'invalid_client' }, { status: 401 }), 'client-misconfigured'],
    ['without a reason', Response.json({}, { status: 400 }), 'ehr-unavailable'],
    ['with 500', new Response('oops', { status: 500 }), 'ehr-unavailable'],
    ['with 429', Response.json({ error: 'slow_down' }, { status: 429 }), 'ehr-unavailable'],
    ['with a page', new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'ehr-unavailable'],
    ['with a redirect', Response.redirect(`${ehr.origin}/elsewhere`, 307), 'ehr-unavailable'],
  ]
  test.each(answers)('%s', async (_, response, code) => {
    ehr.bends.instead.token = () => response
    await refuses(complete(), code)
    expect(ehr.requests.map((request) => request.path)).not.toContain('/elsewhere')
  })

  test('too slowly', async () => {
    const { pending, query, deps } = await launch(ehr.deps({ timeoutMs: 60 }))
    ehr.bends.instead.token = () => new Promise((resolve) => setTimeout(() => resolve(new Response()), 300))
    await refuses(completeLaunch(ehr.client, pending, query, deps), 'ehr-unavailable')
  })

  test('after the code was used', async () => {
    const { pending, query, deps } = await launch()
    await completeLaunch(ehr.client, pending, query, deps)
    await refuses(completeLaunch(ehr.client, pending, query, deps), 'code-refused')
  })
})

test('the private key is neither in what waits in the browser nor in the grant', async () => {
  const { pending, query, deps } = await launch()
  const grant = await completeLaunch(ehr.client, pending, query, deps)
  const { d } = ehr.client.privateKeyJwk
  expect(d).toBeTruthy()
  expect(JSON.stringify({ pending, grant })).not.toContain(d)
})
