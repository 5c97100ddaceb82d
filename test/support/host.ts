import { randomUUID } from 'node:crypto'
import {
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'
import type { EmbedToken } from '../../src/embedding/schema.ts'
import { PEOPLE } from './people.ts'
import { expectOk, type Slug, type TestService } from './service.ts'

export const SERVICE = 'http://localhost:8080'
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** A page of somebody's EMR that shows the card, with a backend that signs; `entry` is what the configuration file says. */
export async function createHost(
  options: { id?: string; origins?: string[]; permissions?: string[]; alg?: string } = {},
) {
  const { id = 'emr-pages', origins = ['https://emr.example'], permissions, alg = 'ES256' } = options
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const kid = `${id}-key`
  const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  const jwks = `${id.replaceAll(/\W/g, '-')}.jwks.json`
  const entry = { id, name: `Pages of ${id}`, origins, jwks, ...(permissions ? { permissions } : {}) }
  const sign = (claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}, key = privateKey) =>
    new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT', kid, ...header }).sign(key)
  return { id, origins, entry, publicJwk, publicKey, privateKey, kid, alg, sign }
}

export type TestHost = Awaited<ReturnType<typeof createHost>>

/** What a host says of one of its users before one patient; a claim that is undefined is left out. */
export function claimsOf(
  { clock, emrs }: TestService,
  host: TestHost,
  changed: Record<string, unknown> = {},
  slug: Slug = 'fernwood',
): JWTPayload {
  const iat = Math.floor(clock.now / 1000)
  const claims: Record<string, unknown> = {
    iss: host.id,
    aud: `${SERVICE}/${slug}/embed/token`,
    sub: emrs[slug].staff.find(({ role }) => role === 'front-desk')?.fhirUser,
    patient: PEOPLE.walter,
    act_origin: host.origins[0],
    jti: randomUUID(),
    iat,
    exp: iat + 60,
    ...changed,
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

/** What the host's backend sends for a token. */
export const exchange = (
  { app }: TestService,
  assertion: string,
  form: Record<string, string> = {},
  slug: Slug = 'fernwood',
) =>
  app.request(`${SERVICE}/${slug}/embed/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: GRANT_TYPE, assertion, ...form }),
  })

/** A page of the host with a token in hand. */
export async function openEmbedded(
  service: TestService,
  host: TestHost,
  changed: Record<string, unknown> = {},
  form: Record<string, string> = {},
  slug: Slug = 'fernwood',
) {
  const assertion = await host.sign(claimsOf(service, host, changed, slug))
  const token = (await expectOk(exchange(service, assertion, form, slug))) as EmbedToken
  const { act_origin: origin = host.origins[0] } = changed as { act_origin?: string }
  return { ...createPage(service, token.access_token, origin ?? '', slug, token.patient), token }
}

/** Calls as the host's page would send them; `headers` go before those. */
export function createPage(
  { app }: TestService,
  token: string,
  origin: string,
  slug: Slug = 'fernwood',
  patient: string = PEOPLE.walter,
) {
  const api = `/${slug}/embed/api`
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(SERVICE + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        origin,
        'sec-fetch-site': 'cross-site',
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { api, chart: `${api}/patients/${patient}`, call }
}

export type EmbeddedPage = ReturnType<typeof createPage>
