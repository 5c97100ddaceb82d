import type { JWK } from 'jose'
import { SmartError } from './smart-error.ts'

const PUBLIC_PARTS: Record<string, readonly string[]> = { EC: ['crv', 'x', 'y'], RSA: ['n', 'e'] }

/**
 * What EHRs may read of our signing keys, to check our assertions. Copies the public parts by name, so that
 * no private part can slip through, known today or not.
 *
 * @param privateJwks current keys and those being rotated in or out; practices may share one.
 * @throws SmartError `client-misconfigured` for a key of another kind, without `kid` or `alg`, or when two
 *   different keys share a `kid`
 * @see SMART App Launch 2.2, Registering a client with an EHR, RFC 7517
 */
export function publicJwks(privateJwks: JWK[]): { keys: JWK[] } {
  const keys = new Map<string, JWK>()
  for (const privateJwk of privateJwks) {
    const key = toPublic(privateJwk)
    const same = keys.get(key.kid)
    if (same && JSON.stringify(same) !== JSON.stringify(key)) {
      throw new SmartError('client-misconfigured', `Two different keys are called ${key.kid}`)
    }
    keys.set(key.kid, key)
  }
  return { keys: [...keys.values()] }
}

function toPublic(privateJwk: JWK): JWK & { kid: string } {
  const { kty = '', kid, alg } = privateJwk
  const names = Object.hasOwn(PUBLIC_PARTS, kty) ? PUBLIC_PARTS[kty] : undefined
  if (!names || !kid || !alg) {
    throw new SmartError('client-misconfigured', 'A signing key must be EC or RSA, with kid and alg')
  }
  const parts = Object.fromEntries(Object.entries(privateJwk).filter(([name]) => names.includes(name)))
  // In one order, so that equal keys read equal.
  const sorted = Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { kty, kid, alg, use: 'sig', key_ops: ['verify'], ...sorted }
}
