import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import { type JWTPayload, jwtVerify, SignJWT } from 'jose'

/** Signs the service's own access tokens and knows them again. Its private keys never leave it. */
export type TokenSigner = {
  /** A signed token (`typ: at+jwt`, EdDSA) under the current key. */
  sign(claims: JWTPayload): Promise<string>
  /**
   * What a token says, if one of our keys has signed it for this issuer and audience and it is not over; else undefined.
   * @param at epoch ms
   */
  verify(
    token: string,
    expected: { issuer: string; audience: string },
    at: number,
  ): Promise<JWTPayload | undefined>
}

const ALGORITHM = 'EdDSA'
const TYPE = 'at+jwt'
/** A private Ed25519 key in PKCS #8 is this and the 32 bytes of its seed. @see RFC 8410 §7 */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const SEED_BYTES = 32

/**
 * @param spec PORTICO_KEYS: the first key signs, all of them verify, each under its own id
 * @see RFC 9068, RFC 8037
 */
export function createTokenSigner(spec: string): TokenSigner {
  const keys = spec.split(',').map((part) => deriveKey(part.trim()))
  const [current] = keys
  if (!current) throw new Error('PORTICO_KEYS: there is no key')
  const publicKeys = new Map(keys.map(({ id, publicKey }) => [id, publicKey]))
  const find = (id: string | undefined): KeyObject => {
    const key = publicKeys.get(id ?? '')
    if (!key) throw new Error('No key of ours has signed this.')
    return key
  }
  return {
    sign: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: current.id })
        .sign(current.privateKey),
    verify: async (token, { issuer, audience }, at) => {
      try {
        const options = { algorithms: [ALGORITHM], typ: TYPE, issuer, audience, requiredClaims: ['exp'] }
        const verified = await jwtVerify(token, ({ kid }) => find(kid), {
          ...options,
          currentDate: new Date(at),
        })
        return verified.payload
      } catch {
        // Why it is none of ours helps nobody who is honest: they ask for a new one.
        return undefined
      }
    },
  }
}

function deriveKey(part: string): { id: string; privateKey: KeyObject; publicKey: KeyObject } {
  const [id = '', encoded = ''] = part.split(':')
  const secret = Buffer.from(encoded, 'base64url')
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'portico access token v1', SEED_BYTES))
  const key = Buffer.concat([PKCS8_HEAD, seed])
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  return { id, privateKey, publicKey: createPublicKey(privateKey) }
}
