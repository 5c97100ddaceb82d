import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type Clock, SECOND_MS } from '../../clock.ts'
import { type FaultKind, OTHER_ISSUER } from '../faults.ts'
import type { Code } from './state.ts'

const ID_TOKEN_SECONDS = 5 * 60

export type IdTokenDeps = { issuer: string; fhirBase: string; now: Clock }

/**
 * Says to the app who opened it, signed with the EMR's own key.
 * @see OpenID Connect Core §2, SMART App Launch 2.2 §fhirUser
 */
export function createIdTokens(deps: IdTokenDeps) {
  // Made when first needed: an RSA key takes a fifth of a second, and many EMRs in tests sign nothing.
  let made: ReturnType<typeof createSigningKeys> | undefined
  const signingKeys = () => (made ??= createSigningKeys())

  const sign = async (code: Code, fault: FaultKind | undefined) => {
    const { kid, privateKey } = await signingKeys()
    const issuedAt = Math.floor(deps.now() / SECOND_MS)
    const claims = {
      name: code.user.name,
      fhirUser: `${deps.fhirBase}/${code.user.fhirUser}`,
      nonce: code.nonce,
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
      .setIssuer(fault === 'other-issuer' ? OTHER_ISSUER : deps.issuer)
      .setSubject(code.user.fhirUser)
      .setAudience(code.clientId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ID_TOKEN_SECONDS)
      .sign(fault === 'wrong-id-token' ? (await createSigningKeys()).privateKey : privateKey)
  }

  return { sign, publicJwk: async () => (await signingKeys()).publicJwk }
}

async function createSigningKeys() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return { kid, privateKey, publicJwk: { ...jwk, kid, alg: 'RS256', use: 'sig' } }
}
