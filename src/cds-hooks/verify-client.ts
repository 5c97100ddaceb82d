import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import { type Clock, MINUTE_MS, SECOND_MS } from '../clock.ts'
import type { CdsClientConfig } from '../config.ts'
import { fingerprint } from '../crypto/tokens.ts'
import { type KeySets, KeysUnavailable } from '../embedding/key-sets.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'

export type VerifyDeps = { store: Store; now: Clock; keySets: KeySets }

/** ES384 and RS384 are what the specification recommends; the other two are their like. */
const ALGORITHMS = ['ES384', 'RS384', 'ES256', 'PS256']
const LONGEST_MS = 5 * MINUTE_MS
/** How far an EHR's clock may be off. */
const SKEW_MS = 30 * SECOND_MS

/**
 * Proves that a call comes from an EHR which the practice knows. Keys come from the configuration alone: what the
 * token itself says about keys (`jku`, `jwk`) counts for nothing.
 *
 * @param audience the address that was called
 * @throws Problem `cds-refused`, `ehr-unavailable` when the EHR's keys cannot be read
 * @see CDS Hooks 2.0, Trusting CDS Clients
 */
export async function verifyCdsClient(
  deps: VerifyDeps,
  practice: Practice,
  authorization: string | undefined,
  audience: string,
): Promise<void> {
  const [, token] = /^Bearer ([\w.-]+)$/i.exec(authorization ?? '') ?? []
  if (token === undefined) throw refused('Send a signed token: Authorization: Bearer.')
  const issuer = issuerOf(token)
  const client = practice.cdsClients.find((one) => one.issuer === issuer)
  if (!client) throw refused('iss is no EHR that this practice knows.')
  const payload = await verify(token, deps, client, audience)
  checkClaims(payload, audience, deps.now())
  await useOnce(deps, practice.id, payload)
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    throw refused('The token cannot be read.')
  }
}

async function verify(
  token: string,
  { keySets, now }: VerifyDeps,
  { issuer, jwks }: CdsClientConfig,
  audience: string,
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keySets.keysOf(jwks), {
      algorithms: ALGORITHMS,
      typ: 'JWT',
      issuer,
      audience,
      requiredClaims: ['exp', 'iat', 'jti'],
      currentDate: new Date(now()),
      clockTolerance: SKEW_MS / SECOND_MS,
    })
    // jose takes any key that fits where the header names none.
    if (!protectedHeader.kid) throw refused('The header names no kid.')
    return payload
  } catch (error) {
    if (error instanceof KeysUnavailable) throw new Problem('ehr-unavailable', undefined, { cause: error })
    if (!(error instanceof errors.JOSEError)) throw error
    // No cause: jose hangs the claims on its errors, and logs print what hangs on errors.
    throw refused(`The token was not accepted: ${nameOf(error)}.`)
  }
}

const nameOf = (error: errors.JOSEError) =>
  error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired
    ? error.claim
    : error.code

function checkClaims({ aud, iat = 0, exp = 0, jti }: JWTPayload, audience: string, now: number): void {
  // A token that is good at two addresses could be used by one at the other.
  if (aud !== audience && !(Array.isArray(aud) && aud.length === 1))
    throw refused('aud must be this address alone.')
  if (iat * SECOND_MS > now + SKEW_MS) throw refused('iat is still to come.')
  if ((exp - iat) * SECOND_MS > LONGEST_MS + SKEW_MS) throw refused('exp is more than 5 minutes after iat.')
  // jose vouches that jti is there, not that it is text.
  if (typeof jti !== 'string' || jti === '' || jti.length > 200)
    throw refused('jti must be 1 to 200 characters.')
}

async function useOnce({ store }: VerifyDeps, practiceId: string, { iss, jti, exp = 0 }: JWTPayload) {
  const id = `cds ${fingerprint(`${iss} ${jti}`)}`
  // NumericDate may have a fraction (RFC 7519 §2), the column takes none.
  const expires_at = Math.ceil(exp * SECOND_MS) + SKEW_MS
  const fresh = await store.db
    .insertInto('jti')
    .values({ practice_id: practiceId, id, expires_at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!fresh) throw refused('The token was used before.')
}

const refused = (detail: string) => new Problem('cds-refused', detail)
