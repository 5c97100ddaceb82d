import { createRemoteJWKSet, customFetch, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createBench, createClient, FHIR, oauthError, ORIGIN, refusal, type Tokens } from './harness.ts'

let bench: Awaited<ReturnType<typeof createBench>>
beforeAll(async () => {
  bench = await createBench()
})

test('a code gives tokens, the patient in context and a signed id_token', async () => {
  const response = await bench.redeem(await bench.getCode())
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('pragma')).toBe('no-cache')
  const tokens = (await response.json()) as Tokens
  expect(tokens).toMatchObject({
    token_type: 'Bearer',
    expires_in: 900,
    patient: 'walter-okafor',
    need_patient_banner: true,
    smart_style_url: `${ORIGIN}/oauth/style.json`,
  })
  const keys = createRemoteJWKSet(new URL(`${ORIGIN}/oauth/jwks.json`), { [customFetch]: bench.emr.fetch })
  const { payload } = await jwtVerify(tokens.id_token, keys, {
    algorithms: ['RS256'],
    issuer: `${ORIGIN}/oauth`,
    audience: 'portico',
    currentDate: new Date(bench.clock.now),
  })
  expect(payload).toMatchObject({
    nonce: 'a-nonce',
    fhirUser: `${FHIR}/Practitioner/prac-park`,
    name: 'Jordan Park',
  })
  expect((await bench.readPatient(tokens.access_token)).status).toBe(200)
})

test('an encounter and an intent of the launch reach the app', async () => {
  const order = {
    patient: 'walter-okafor',
    user: 'front-desk',
    intent: 'create-credentials',
    encounter: 'visit-1',
  }
  const tokens = await bench.getTokens({ launch: bench.emr.createLaunch(order).launch })
  expect(tokens).toMatchObject({ intent: 'create-credentials', encounter: 'visit-1' })
})

test('what a link of a note carried reaches the app as it is', async () => {
  const order = { patient: 'walter-okafor', user: 'front-desk', appContext: '{"intent":"access"}' }
  const tokens = await bench.getTokens({ launch: bench.emr.createLaunch(order).launch })
  expect(tokens).toMatchObject({ appContext: '{"intent":"access"}' })
})

describe('speaking with the page around it', () => {
  const ask = (scope: string, messagingHandle?: string) => {
    const order = { patient: 'walter-okafor', user: 'front-desk', messagingHandle }
    return bench.getTokens({ scope, launch: bench.emr.createLaunch(order).launch })
  }

  test('is granted to an app that asks for it where somebody listens, and lasts with the grant', async () => {
    const tokens = await ask('launch online_access messaging/ui', 'handle-1')
    const granted = {
      scope: 'launch online_access messaging/ui',
      smart_web_messaging_handle: 'handle-1',
      smart_web_messaging_origin: ORIGIN,
    }
    expect(tokens).toMatchObject(granted)
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    expect(await (await bench.postAs('/oauth/token', form)).json()).toMatchObject(granted)
  })

  test('is not granted to an app in a tab of its own, nor to one that does not ask', async () => {
    for (const tokens of [await ask('launch messaging/ui'), await ask('launch', 'handle-1')]) {
      expect(tokens.scope).toBe('launch')
      expect(tokens).not.toHaveProperty('smart_web_messaging_handle')
      expect(tokens).not.toHaveProperty('smart_web_messaging_origin')
    }
  })
})

describe('a code is refused', () => {
  test('the second time, and what the first gave ends too', async () => {
    const code = await bench.getCode()
    const tokens = (await (await bench.redeem(code)).json()) as Tokens
    expect(await oauthError(await bench.redeem(code))).toEqual(refusal(400, 'invalid_grant'))
    expect((await bench.readPatient(tokens.access_token)).status).toBe(401)
  })

  test('after 60 seconds', async () => {
    const code = await bench.getCode()
    bench.clock.now += 60_000
    expect(await oauthError(await bench.redeem(code))).toEqual(refusal(400, 'invalid_grant'))
  })

  test.each([
    ['with the wrong verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['with another redirect_uri', { redirect_uri: 'http://localhost:18080/other' }, 'invalid_grant'],
    ['when nobody gave it', { code: 'made-up' }, 'invalid_grant'],
    ['with an unknown grant type', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('%s', async (_, changes, error) => {
    expect(await oauthError(await bench.redeem(await bench.getCode(), changes))).toEqual(refusal(400, error))
  })

  test('to a client that it was not given to', async () => {
    const code = await bench.getCode()
    const stolen = await bench.redeem(code, {}, await bench.assertion(bench.other))
    expect(await oauthError(stolen)).toEqual(refusal(400, 'invalid_grant'))
  })

  test('after one wrong try, even with the right verifier', async () => {
    const code = await bench.getCode()
    await bench.redeem(code, { code_verifier: 'x'.repeat(43) })
    expect(await oauthError(await bench.redeem(code))).toEqual(refusal(400, 'invalid_grant'))
  })
})

describe('a client assertion is refused', () => {
  const inSeconds = (seconds: number) => Math.floor(bench.clock.now / 1000) + seconds
  const faulty: [string, Record<string, unknown>, Record<string, unknown>?][] = [
    ['without exp', { exp: undefined }],
    ['without jti', { jti: undefined }],
    ['for another server', { aud: 'https://elsewhere.example/token' }],
    ['for this server among others', { aud: [`${ORIGIN}/oauth/token`, 'https://elsewhere.example/token'] }],
    ['for the issuer instead of the token URL', { aud: `${ORIGIN}/oauth` }],
    ['whose sub is another client', { sub: 'other' }],
    ['of a client nobody registered', { iss: 'stranger', sub: 'stranger' }],
    ['with another typ', {}, { typ: 'at+jwt' }],
    ['with an unknown kid', {}, { kid: 'unknown' }],
  ]
  test.each(faulty)('%s', async (_, claims, header) => {
    const jwt = await bench.assertion(bench.client, claims, header)
    expect(await oauthError(await bench.redeem(await bench.getCode(), {}, jwt))).toEqual(
      refusal(401, 'invalid_client'),
    )
  })

  test.each([
    ['that has expired', -1],
    ['that lives longer than 5 minutes', 301],
  ])('%s', async (_, seconds) => {
    const jwt = await bench.assertion(bench.client, { exp: inSeconds(seconds) })
    expect(await oauthError(await bench.redeem(await bench.getCode(), {}, jwt))).toEqual(
      refusal(401, 'invalid_client'),
    )
  })

  test('the second time', async () => {
    const jwt = await bench.assertion()
    expect((await bench.redeem(await bench.getCode(), {}, jwt)).status).toBe(200)
    expect(await oauthError(await bench.redeem(await bench.getCode(), {}, jwt))).toEqual(
      refusal(401, 'invalid_client'),
    )
  })

  test('signed with another algorithm', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const jwt = await new SignJWT({ iss: 'portico', sub: 'portico', aud: `${ORIGIN}/oauth/token`, jti: 'x' })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: bench.client.kid })
      .setExpirationTime(inSeconds(60))
      .sign(privateKey)
    expect(await oauthError(await bench.redeem(await bench.getCode(), {}, jwt))).toEqual(
      refusal(401, 'invalid_client'),
    )
  })

  test('signed by another key', async () => {
    const jwt = await bench.assertion({ ...bench.other, clientId: 'portico', kid: bench.client.kid })
    expect(await oauthError(await bench.redeem(await bench.getCode(), {}, jwt))).toEqual(
      refusal(401, 'invalid_client'),
    )
  })

  test('when a shared secret comes instead', async () => {
    const form = { ...bench.codeForm(await bench.getCode()), client_id: 'portico', client_secret: 'secret' }
    expect(await oauthError(await bench.post('/oauth/token', form))).toEqual(refusal(401, 'invalid_client'))
  })
})

test('a client may publish its keys, and RS384 is as good as ES384', async () => {
  const rsa = await createClient('rsa', 'RS384')
  const asked: string[] = []
  const elsewhere: typeof fetch = async (input) => {
    asked.push(input instanceof Request ? input.url : String(input))
    return Response.json({ keys: [rsa.publicJwk] })
  }
  const jwksUri = 'http://localhost:18080/.well-known/jwks.json'
  const registered = {
    clientId: 'rsa',
    name: 'RSA',
    redirectUris: [],
    launchUrl: 'http://localhost:18080/launch',
  }
  const other = await createBench({
    elsewhere,
    clients: [{ ...registered, jwksUri, scope: 'system/Patient.rs' }],
  })
  const jwt = await other.assertion(rsa, {}, { alg: 'RS384' })
  const response = await other.postAs(
    '/oauth/token',
    { grant_type: 'client_credentials', scope: 'system/Patient.rs' },
    jwt,
  )
  expect(response.status).toBe(200)
  expect(asked).toEqual([jwksUri])
})

describe('scope', () => {
  test('is what was asked for, is registered and the role may', async () => {
    const scope = 'openid launch user/Patient.cruds user/Observation.rs user/Consent.rs'
    expect((await bench.getTokens({ scope })).scope).toBe('openid launch user/Patient.rus user/Consent.rs')
  })

  test('asked for in SMART 1 words is answered in them', async () => {
    const { scope, access_token } = await bench.getTokens({ scope: 'launch user/Patient.read user/*.read' })
    expect(scope).toBe('launch user/Patient.read user/Consent.read')
    expect((await bench.readPatient(access_token)).status).toBe(200)
  })

  test('differs by role: the front desk gets no results, the physician does', async () => {
    const registered = {
      clientId: 'portico',
      name: 'Portico',
      redirectUris: ['http://localhost:18080/fernwood/callback'],
      launchUrl: 'http://localhost:18080/fernwood/launch',
    }
    const clients = [
      { ...registered, jwks: { keys: [bench.client.publicJwk] }, scope: 'launch user/*.cruds' },
    ]
    const wide = await createBench({ clients })
    const scope = 'launch user/Observation.rs user/Patient.rs'
    const redeemAs = async (user: string) => {
      const code = await wide.getCode({ scope }, user)
      const tokens = (await (
        await wide.redeem(code, {}, await wide.assertion(bench.client))
      ).json()) as Tokens
      return tokens.scope
    }
    expect(await redeemAs('front-desk')).toBe('launch user/Patient.rs')
    expect(await redeemAs('physician')).toBe('launch user/Observation.rs user/Patient.rs')
  })

  test('is enforced at the FHIR server', async () => {
    const { access_token } = await bench.getTokens({ scope: 'launch user/Patient.rs' })
    const headers = { authorization: `Bearer ${access_token}` }
    expect((await bench.emr.fetch(`${FHIR}/Consent`, { headers })).status).toBe(403)
    expect((await bench.readPatient(access_token, 'DELETE')).status).toBe(403)
    expect((await bench.readPatient('made-up')).status).toBe(401)
  })
})

describe('a refresh token', () => {
  const refresh = (token: string, more: Record<string, string> = {}) =>
    bench.postAs('/oauth/token', { grant_type: 'refresh_token', refresh_token: token, ...more })

  test('gives new tokens, and the old access token runs out by itself', async () => {
    const first = await bench.getTokens()
    bench.clock.now += 900_000
    expect((await bench.readPatient(first.access_token)).status).toBe(401)
    const second = (await (await refresh(first.refresh_token)).json()) as Tokens
    expect(second.patient).toBe('walter-okafor')
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await bench.readPatient(second.access_token)).status).toBe(200)
  })

  test('used twice ends the whole grant', async () => {
    const first = await bench.getTokens()
    const second = (await (await refresh(first.refresh_token)).json()) as Tokens
    expect(await oauthError(await refresh(first.refresh_token))).toEqual(refusal(400, 'invalid_grant'))
    expect((await bench.readPatient(second.access_token)).status).toBe(401)
    expect(await oauthError(await refresh(second.refresh_token))).toEqual(refusal(400, 'invalid_grant'))
  })

  test('may narrow the scope and not widen it', async () => {
    const { refresh_token } = await bench.getTokens({ scope: 'launch online_access user/Patient.rs' })
    const narrowed = (await (
      await refresh(refresh_token, { scope: 'user/Patient.r user/Consent.rs' })
    ).json()) as Tokens
    expect(narrowed.scope).toBe('user/Patient.r')
  })

  test('is not given without online_access', async () => {
    expect((await bench.getTokens({ scope: 'launch user/Patient.rs' })).refresh_token).toBeUndefined()
  })
})

describe('a backend service', () => {
  const serve = (scope: string) => bench.postAs('/oauth/token', { grant_type: 'client_credentials', scope })

  test('gets system scopes for 5 minutes and no refresh token', async () => {
    const tokens = (await (await serve('system/Patient.rs system/Observation.rs')).json()) as Tokens
    expect(tokens).toMatchObject({ scope: 'system/Patient.rs', expires_in: 300 })
    expect(tokens.refresh_token).toBeUndefined()
    expect((await bench.readPatient(tokens.access_token)).status).toBe(200)
  })

  test('gets no user scopes', async () => {
    expect(await oauthError(await serve('user/Patient.rs'))).toEqual(refusal(400, 'invalid_scope'))
  })
})

describe('introspection and revocation', () => {
  const introspect = async (token: string) => (await bench.postAs('/oauth/introspect', { token })).json()

  test('tell about a live token, and end it with its whole grant', async () => {
    const { access_token, refresh_token } = await bench.getTokens()
    expect(await introspect(access_token)).toMatchObject({
      active: true,
      client_id: 'portico',
      patient: 'walter-okafor',
      fhirUser: `${FHIR}/Practitioner/prac-park`,
    })
    expect((await bench.postAs('/oauth/revoke', { token: refresh_token })).status).toBe(200)
    expect(await introspect(access_token)).toEqual({ active: false })
    expect((await bench.readPatient(access_token)).status).toBe(401)
  })

  test('ask who is asking', async () => {
    const { access_token } = await bench.getTokens()
    const response = await bench.post('/oauth/introspect', { token: access_token })
    expect(await oauthError(response)).toEqual(refusal(401, 'invalid_client'))
  })

  test('another client cannot revoke', async () => {
    const { access_token } = await bench.getTokens()
    await bench.postAs('/oauth/revoke', { token: access_token }, await bench.assertion(bench.other))
    expect((await bench.readPatient(access_token)).status).toBe(200)
  })
})

test('logging out of the EMR ends what online_access gave', async () => {
  const cookie = await logIn()
  const response = await bench.emr.app.request(bench.authorizeUrl().href, { headers: { cookie } })
  const code = new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const tokens = (await (await bench.redeem(code)).json()) as Tokens
  expect((await bench.readPatient(tokens.access_token)).status).toBe(200)
  await bench.emr.app.request(`${ORIGIN}/logout`, { method: 'POST', headers: { cookie, origin: ORIGIN } })
  expect((await bench.readPatient(tokens.access_token)).status).toBe(401)
})

async function logIn() {
  const body = new URLSearchParams({ role: 'front-desk', next: '/' })
  const response = await bench.emr.app.request(`${ORIGIN}/login`, {
    method: 'POST',
    body,
    headers: { origin: ORIGIN },
  })
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}
