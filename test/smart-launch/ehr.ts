import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import { createDiscovery, publicJwks, type SmartClient, type SmartDeps } from '../../smart-launch/index.ts'

/** Monday 5 January 2026, 15:00 UTC: what every clock of these tests shows unless a test moves it. */
export const NOON = Date.UTC(2026, 0, 5, 15)

type Claims = JWTPayload & Record<string, unknown>

/** What a test can bend. */
export type Bends = {
  /** Answers instead of the endpoint, e.g. `{ token: () => new Response('', { status: 500 }) }`. */
  instead: Partial<Record<'configuration' | 'token' | 'jwks', () => Response | Promise<Response>>>
  configuration: Record<string, unknown>
  tokenAnswer: Record<string, unknown>
  claims: Claims
  idToken: ((claims: Claims) => Promise<string>) | undefined
  keys: JWK[]
}

type Code = { challenge: string; nonce: string; redirectUri: string }

/**
 * A strict SMART authorization server on a real socket, for one test file: PKCE, single-use codes and
 * assertions, no `client_id` in a token request, and whatever a test bends.
 */
export async function startEhr(clientKey?: JWK) {
  const time = { at: NOON }
  const signing = await generateKeyPair('ES256', { extractable: true })
  const ehrKey: JWK = { ...(await exportJWK(signing.publicKey)), kid: 'ehr-1', alg: 'ES256', use: 'sig' }
  const bends = straight(ehrKey)
  const requests: { method: string; path: string; body: URLSearchParams }[] = []
  const codes = new Map<string, Code>()
  const usedIds = new Set<string>()

  const app = new Hono()
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const iss = `${origin}/fhir`
  const client: SmartClient = {
    iss,
    clientId: 'portico',
    privateKeyJwk: clientKey ?? (await createKey('ES384')),
    scope: 'openid fhirUser launch online_access user/Patient.rs user/Consent.crus',
    serviceScope: 'system/Patient.rs',
    redirectUri: 'https://portal.example/fernwood/callback',
  }
  const sign = (claims: Claims) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'ehr-1' }).sign(signing.privateKey)
  const seconds = () => Math.floor(time.at / 1000)

  app.use(async (c, next) => {
    const body = new URLSearchParams(await c.req.raw.clone().text())
    requests.push({ method: c.req.method, path: c.req.path, body })
    await next()
  })
  app.get('/fhir/.well-known/smart-configuration', (c) => {
    return bends.instead.configuration?.() ?? c.json({ ...wellKnown(origin), ...bends.configuration })
  })
  app.get('/jwks', (c) => bends.instead.jwks?.() ?? c.json({ keys: bends.keys }))
  app.post('/token', async (c) => {
    if (bends.instead.token) return bends.instead.token()
    const body = new URLSearchParams(await c.req.text())
    const fault = await checkAssertion(body)
    if (fault) return c.json({ error: 'invalid_client', error_description: fault }, 401)
    if (body.get('grant_type') !== 'authorization_code') return answer(c, {})
    const code = codes.get(body.get('code') ?? '')
    codes.delete(body.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    if (code?.challenge !== challenge || code.redirectUri !== body.get('redirect_uri')) {
      return c.json({ error: 'invalid_grant' }, 400)
    }
    const claims: Claims = { ...claimsOf(code.nonce), ...bends.claims }
    const idToken = await (bends.idToken ?? sign)(claims)
    return answer(c, { patient: 'ann', refresh_token: 'refresh-1', id_token: idToken })
  })

  function claimsOf(nonce: string): Claims {
    const exp = seconds() + 300
    return {
      iss: origin,
      sub: 'u-7',
      aud: 'portico',
      iat: seconds(),
      exp,
      nonce,
      fhirUser: 'Practitioner/7',
      name: 'Dana Front',
    }
  }
  function answer(c: Context, more: object) {
    const base = { access_token: 'access-1', token_type: 'Bearer', expires_in: 3600, scope: client.scope }
    return c.json({ ...base, ...more, ...bends.tokenAnswer }, 200, { 'cache-control': 'no-store' })
  }
  async function checkAssertion(body: URLSearchParams): Promise<string | undefined> {
    if (body.has('client_id')) return 'client_id in the body of a confidential client'
    if (body.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      return 'type'
    const { payload, protectedHeader } = await jwtVerify(
      body.get('client_assertion') ?? '',
      createLocalJWKSet(publicJwks([client.privateKeyJwk])),
      {
        issuer: 'portico',
        subject: 'portico',
        audience: `${origin}/token`,
        currentDate: new Date(time.at),
        typ: 'JWT',
      },
    )
    const { exp = Infinity, jti = '' } = payload
    if (exp > seconds() + 300 || jti === '' || usedIds.has(jti) || !protectedHeader.kid) return 'assertion'
    usedIds.add(jti)
    return undefined
  }

  return {
    origin,
    iss,
    client,
    time,
    bends,
    requests,
    sign,
    seconds,
    claimsOf,
    app,
    deps: (more: Partial<SmartDeps> = {}): SmartDeps => {
      const base = { fetch, now: () => time.at, ...more }
      return { discovery: createDiscovery(base), ...base }
    },
    /** What the browser brings back after the person said yes. */
    authorize: (authorizeUrl: string): URLSearchParams => {
      const asked = new URL(authorizeUrl).searchParams
      const code = `code+&=/${randomUUID()}`
      codes.set(code, {
        challenge: asked.get('code_challenge') ?? '',
        nonce: asked.get('nonce') ?? '',
        redirectUri: asked.get('redirect_uri') ?? '',
      })
      return new URLSearchParams({ code, state: asked.get('state') ?? '' })
    },
    tokenRequests: () => requests.filter((request) => request.path === '/token'),
    /** As new, for the next test. */
    reset: () => {
      time.at = NOON
      requests.length = 0
      Object.assign(bends, straight(ehrKey))
    },
    close: () => {
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
    },
  }
}

function straight(key: JWK): Bends {
  return { instead: {}, configuration: {}, tokenAnswer: {}, claims: {}, idToken: undefined, keys: [key] }
}

function wellKnown(origin: string) {
  return {
    issuer: origin,
    jwks_uri: `${origin}/jwks`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    capabilities: ['launch-ehr', 'sso-openid-connect', 'permission-v2', 'client-confidential-asymmetric'],
    code_challenge_methods_supported: ['S256'],
  }
}

/** A private signing key as a practice configures it. */
export async function createKey(alg: 'ES384' | 'RS384', kid = 'portico-1'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, alg }
}
