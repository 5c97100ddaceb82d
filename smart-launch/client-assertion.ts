import { randomUUID } from 'node:crypto'
import { importJWK, signCompactJws } from 'fhirclient/lib/security/server.js'
import * as z from 'zod'
import type { SmartClient } from './client.ts'
import { faultsOf } from './faults-of.ts'
import type { Clock } from './request-json.ts'
import { SmartError } from './smart-error.ts'

// SMART allows 5 minutes; a shorter life leaves room for an EHR whose clock runs behind ours.
const LIFETIME_SECONDS = 180

const signingKey = { kid: z.string().min(1), d: z.string().min(1) }
const SigningKey = z.discriminatedUnion('alg', [
  z.looseObject({ ...signingKey, alg: z.literal('ES384'), kty: z.literal('EC'), crv: z.literal('P-384') }),
  z.looseObject({ ...signingKey, alg: z.literal('RS384'), kty: z.literal('RSA') }),
])

/**
 * Proves to one token endpoint that the request is ours, once.
 *
 * @param tokenEndpoint the audience, as the EHR writes it.
 * @throws SmartError `client-misconfigured` when the key is not a private RS384 or ES384 key with a `kid`
 * @see SMART App Launch 2.2, Client Authentication: Asymmetric, RFC 7523 §3
 */
export async function createClientAssertion(
  client: SmartClient,
  tokenEndpoint: string,
  now: Clock,
): Promise<string> {
  const parsed = SigningKey.safeParse(client.privateKeyJwk)
  if (!parsed.success) throw new SmartError('client-misconfigured', `Private key: ${faultsOf(parsed.error)}`)
  const claims = {
    iss: client.clientId,
    sub: client.clientId,
    aud: tokenEndpoint,
    jti: randomUUID(),
    exp: Math.floor(now() / 1000) + LIFETIME_SECONDS,
  }
  const { alg, kid } = parsed.data
  try {
    // fhirclient writes key_ops into the key it is given: it gets a copy.
    const key = await importJWK({ ...parsed.data, key_ops: ['sign'] })
    return await signCompactJws(alg, key, { typ: 'JWT', kid }, claims)
  } catch {
    // What the import says of a key may quote it.
    throw new SmartError('client-misconfigured', 'The private key cannot sign')
  }
}
