import { createPublicKey } from 'node:crypto'
import type { JWK } from 'jose'
import * as z from 'zod'

/** Somebody else's public keys: at hand, or at an address that is read again as they change. */
export type JwksSource = { keys: JWK[] } | { url: string }

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) })
const PRIVATE_PARTS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const LEAST_RSA_BITS = 2048
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Finds out where a set of public keys is: an https address (http on this machine only), else a file that is read now.
 *
 * @param readFile gives the text of a file whose path may be relative
 * @throws Error that says what is wrong with it, in words for whoever wrote the configuration
 */
export function readJwksSource(where: string, readFile: (path: string) => string): JwksSource {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(where)) return { url: checkedAddress(where) }
  let text: string
  try {
    text = readFile(where)
  } catch {
    throw new Error(`cannot be read (${where})`)
  }
  return { keys: readPublicKeys(text) }
}

/** The keys of a fetched set that can check signatures; what cannot, or should never have been published, is left out. */
export const usableKeys = (json: unknown): JWK[] =>
  (KeySet.safeParse(json).data?.keys ?? []).filter((key) => faultOf(key) === undefined)

function checkedAddress(where: string): string {
  const url = URL.canParse(where) ? new URL(where) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.includes(url.hostname))
  if (!url || !isSafe || url.username !== '')
    throw new Error(`must be https, or http on this machine (${where})`)
  return url.href
}

function readPublicKeys(text: string): JWK[] {
  const parsed = KeySet.safeParse(parse(text))
  if (!parsed.success) throw new Error('is not a JWKS: {"keys": […]}')
  const { keys } = parsed.data
  if (keys.length === 0) throw new Error('holds no key')
  for (const key of keys) {
    const fault = faultOf(key)
    if (fault !== undefined) throw new Error(fault)
  }
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length)
    throw new Error('has two keys with the same kid')
  return keys
}

function faultOf(key: JWK): string | undefined {
  if (key.kty === 'oct' || PRIVATE_PARTS.some((part) => part in key))
    return 'holds a private or shared key; only public keys belong there'
  if (typeof key.kid !== 'string' || key.kid === '') return 'has a key without kid'
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key, format: 'jwk' })
    const bits = asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS
    return bits < LEAST_RSA_BITS ? `has an RSA key of less than ${LEAST_RSA_BITS} bits` : undefined
  } catch {
    return `has a key that cannot be used (${key.kid})`
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
