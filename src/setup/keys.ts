import { randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

export type SigningAlgorithm = 'ES384' | 'RS384'

/**
 * Which key to make: the one that the registration file asks for, unless the EHR names others only.
 * @param takes what the EHR says it takes; empty when it does not say
 */
export function chooseAlgorithm(wanted: SigningAlgorithm, takes: readonly string[]): SigningAlgorithm {
  if (takes.length === 0 || takes.includes(wanted)) return wanted
  const other = wanted === 'ES384' ? 'RS384' : 'ES384'
  return takes.includes(other) ? other : wanted
}

/** The key by which Portico proves to an EHR who is asking; its `kid` is its thumbprint (RFC 7638). */
export async function makeSigningKey(alg: SigningAlgorithm): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 3072 })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' }
}

/** PORTICO_KEYS with a first key: what is sealed by it can be read with it alone. */
export const makeStoreKeys = () => `1:${randomBytes(32).toString('base64url')}`
