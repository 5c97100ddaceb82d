import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose'
import * as z from 'zod'
import { type Clock, SECOND_MS } from '../clock.ts'
import type { Practice } from '../practices/practice.ts'
import { type GrantFault, invalidGrant } from './invalid-grant.ts'
import { type KeySets, KeysUnavailable } from './key-sets.ts'

export type Host = Practice['hosts'][number]

/** What a host has signed for one of its users in front of one patient. */
export type Assertion = {
  jti: string
  /** e.g. `Practitioner/12` */
  fhirUser: string
  name: string | null
  patient: string
  origin: string
  /** Epoch ms from which nobody takes it any more: so long its jti is remembered. */
  endsAt: number
}

type VerifyDeps = { keySets: KeySets; now: Clock }

/** Asymmetric ones only: with a shared secret either side could have signed. */
const ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS384']
/** They would have the bearer choose the key, or the rules. @see RFC 8725 §3.10 */
const FOREIGN_KEYS = ['jku', 'jwk', 'x5u', 'x5c', 'crit']
const LONGEST_SECONDS = 60
/** How far a host's clock may be off. */
const SKEW_SECONDS = 5

/** A FHIR id; a dot alone would climb out of an address. */
const ID = '(?!\\.{1,2}$)[A-Za-z0-9.-]{1,64}$'
const Claims = z.object({
  sub: z.string().regex(new RegExp(`^(Practitioner|PractitionerRole|Person)/${ID}`)),
  patient: z.string().regex(new RegExp(`^${ID}`)),
  act_origin: z.string().max(300),
  jti: z.string().min(8).max(128),
  iat: z.number(),
  exp: z.number(),
  // Colleagues read it in lists and in the history: nothing in it may turn or hide what stands around it.
  name: z
    .string()
    .max(200)
    .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u)
    .nullish(),
})

/** The host that an assertion says to come from, or why there is none. It may lie: its keys decide. */
export function findHost({ hosts }: Pick<Practice, 'hosts'>, assertion: string): Host | GrantFault {
  try {
    const { iss } = decodeJwt(assertion)
    return hosts.find(({ id }) => id === iss) ?? 'unknown-host'
  } catch {
    return 'unreadable'
  }
}

/**
 * Proves that a host has signed this, for us, a moment ago. That it is used once is for the store to say.
 *
 * @param audience the one address that it may be for
 * @throws Problem `invalid-grant`
 * @see RFC 7523 §3, RFC 8725
 */
export async function verifyAssertion(
  deps: VerifyDeps,
  host: Host,
  assertion: string,
  audience: string,
): Promise<Assertion> {
  checkHeader(assertion)
  const payload = await verifySignature(deps, host, assertion, audience)
  // jose is content with our address among several: one that is good elsewhere too could come from there.
  if (payload.aud !== audience) throw invalidGrant('audience')
  const parsed = Claims.safeParse(payload)
  if (!parsed.success) throw invalidGrant('claims')
  const { sub, patient, act_origin: origin, jti, iat, exp, name } = parsed.data
  if (exp <= iat || exp - iat > LONGEST_SECONDS) throw invalidGrant('too-long')
  if (iat > deps.now() / SECOND_MS + SKEW_SECONDS) throw invalidGrant('not-yet')
  if (!host.origins.includes(origin)) throw invalidGrant('origin')
  const endsAt = Math.ceil((exp + SKEW_SECONDS + 1) * SECOND_MS)
  return { jti, fhirUser: sub, name: name?.trim() || null, patient, origin, endsAt }
}

function checkHeader(assertion: string): void {
  const header = readHeader(assertion)
  const isOurs = header.typ === 'JWT' && typeof header.kid === 'string' && header.kid !== ''
  if (!isOurs || FOREIGN_KEYS.some((name) => name in header)) throw invalidGrant('header')
}

function readHeader(assertion: string) {
  try {
    return decodeProtectedHeader(assertion)
  } catch {
    throw invalidGrant('unreadable')
  }
}

async function verifySignature(
  { keySets, now }: VerifyDeps,
  host: Host,
  assertion: string,
  audience: string,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(assertion, keySets.keysOf(host.jwks), {
      algorithms: ALGORITHMS,
      issuer: host.id,
      audience,
      requiredClaims: ['exp', 'iat'],
      currentDate: new Date(now()),
      clockTolerance: SKEW_SECONDS,
    })
    return payload
  } catch (error) {
    // No cause: jose hangs the claims on its errors, and logs print what hangs on errors.
    throw invalidGrant(faultOf(error))
  }
}

function faultOf(error: unknown): GrantFault {
  if (error instanceof KeysUnavailable) return 'keys-unavailable'
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) return faultOfClaim(error.claim)
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'algorithm'
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown-key'
  return error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid ? 'unreadable' : 'signature'
}

function faultOfClaim(claim: string): GrantFault {
  if (claim === 'aud') return 'audience'
  return claim === 'nbf' ? 'not-yet' : 'claims'
}
