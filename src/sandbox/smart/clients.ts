import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { type Clock, MINUTE_MS, SECOND_MS } from '../../clock.ts'
import { OAuthError, required } from './errors.ts'

/** An app that the EMR's administrator has registered. */
export type RegisteredClient = {
  clientId: string
  name: string
  /** Compared byte for byte. */
  redirectUris: string[]
  /** Everything it may ever be granted, `user/` and `system/`, v1 or v2. */
  scope: string
  /** Where the EMR opens it; `iss` and `launch` are added. */
  launchUrl: string
  /** Its public keys, or where it publishes them. */
  jwks?: JSONWebKeySet
  jwksUri?: string
}

export type ClientAuthenticationDeps = {
  clients: RegisteredClient[]
  tokenUrl: string
  now: Clock
  fetch: typeof fetch
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const LONGEST_ASSERTION_MS = 5 * MINUTE_MS

/**
 * Proves which client calls, by private_key_jwt only.
 * @returns a function from form to client; it throws OAuthError invalid_client.
 * @see RFC 7523 §3, SMART App Launch 2.2 §asymmetric client authentication
 */
export function createClientAuthentication(deps: ClientAuthenticationDeps) {
  const seen = new Map<string, number>()
  const keys = new Map(deps.clients.map((client) => [client.clientId, keysOf(client, deps.fetch)]))

  return async (form: Map<string, string>): Promise<RegisteredClient> => {
    if (form.has('client_secret')) throw new OAuthError('invalid_client', 'shared secrets are not accepted')
    if (form.get('client_assertion_type') !== ASSERTION_TYPE)
      throw new OAuthError('invalid_client', 'client_assertion_type must be jwt-bearer')
    const assertion = required(form, 'client_assertion')
    const client = deps.clients.find(({ clientId }) => clientId === issuerOf(assertion))
    const getKey = client && keys.get(client.clientId)
    if (!getKey) throw new OAuthError('invalid_client', 'the assertion comes from no registered client')
    if (form.has('client_id') && form.get('client_id') !== client.clientId)
      throw new OAuthError('invalid_client', 'client_id and assertion name different clients')
    refuseReplay(seen, await verify(assertion, getKey, client.clientId, deps), deps.now())
    return client
  }
}

async function verify(
  assertion: string,
  getKey: JWTVerifyGetKey,
  id: string,
  deps: ClientAuthenticationDeps,
) {
  const options = {
    algorithms: ['ES384', 'RS384'],
    typ: 'JWT',
    issuer: id,
    subject: id,
    audience: deps.tokenUrl,
    requiredClaims: ['exp', 'jti'],
    currentDate: new Date(deps.now()),
  }
  const { payload } = await jwtVerify(assertion, getKey, options).catch((error: unknown) => {
    throw new OAuthError(
      'invalid_client',
      `assertion refused: ${error instanceof Error ? error.message : 'unreadable'}`,
    )
  })
  // jose is content with our address among several; an assertion good for two servers could be replayed at the other.
  if (typeof payload.aud !== 'string')
    throw new OAuthError('invalid_client', 'aud must be the token URL alone')
  if (expiryOf(payload) > deps.now() + LONGEST_ASSERTION_MS)
    throw new OAuthError('invalid_client', 'the assertion lives longer than 5 minutes')
  return payload
}

function refuseReplay(seen: Map<string, number>, payload: JWTPayload, now: number) {
  for (const [jti, expiresAt] of seen) if (expiresAt < now) seen.delete(jti)
  const jti = `${payload.iss} ${payload.jti}`
  if (seen.has(jti)) throw new OAuthError('invalid_client', 'the assertion was used before')
  seen.set(jti, expiryOf(payload))
}

const expiryOf = (payload: JWTPayload) => (payload.exp ?? 0) * SECOND_MS

function keysOf(client: RegisteredClient, fetch: ClientAuthenticationDeps['fetch']): JWTVerifyGetKey {
  if (client.jwks) return createLocalJWKSet(client.jwks)
  if (!client.jwksUri) throw new Error(`The client ${client.clientId} has neither jwks nor jwksUri`)
  return createRemoteJWKSet(new URL(client.jwksUri), { [customFetch]: fetch, cooldownDuration: SECOND_MS })
}

function issuerOf(assertion: string) {
  try {
    return decodeJwt(assertion).iss
  } catch {
    return undefined
  }
}
