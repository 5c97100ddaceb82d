import { Problem } from '../problem.ts'

/** Why an assertion gives no token, said to the host's developer; ASCII, as RFC 6749 §5.2 wants it. */
const DESCRIPTIONS = {
  unreadable: 'assertion is not a signed JWT',
  header: 'the header must be typ JWT with alg and kid, and without jku, jwk, x5u, x5c and crit',
  algorithm: 'alg must be one of ES256, ES384, EdDSA, Ed25519, PS256, RS384',
  'unknown-host': 'iss is no host of this practice',
  'unknown-key': 'kid is not among the keys registered for this host',
  'keys-unavailable': 'the keys registered for this host cannot be fetched right now',
  signature: 'the signature does not fit',
  audience: 'aud must be the address of this endpoint, and nothing else',
  expired: 'exp is in the past',
  'too-long': 'exp must be after iat, by 60 seconds at most',
  'not-yet': 'iat or nbf is in the future',
  claims:
    'needs sub (Practitioner/..., PractitionerRole/... or Person/...), patient (a FHIR id), act_origin, iat, exp and jti (8 to 128 characters); name may have 200, no control characters',
  origin: 'act_origin is no origin of this host',
  scope: 'nothing of scope is allowed to this host',
  replayed: 'jti was used before',
  'host-stopped': 'an administrator has stopped this host',
  'person-stopped': 'an administrator has stopped this person',
} as const

export type GrantFault = keyof typeof DESCRIPTIONS

/** The refusal of an assertion. @see RFC 7521 §4.1.1 */
export const invalidGrant = (reason: GrantFault) =>
  new Problem('invalid-grant', `The assertion was not accepted: ${DESCRIPTIONS[reason]}.`, {
    extra: { error: 'invalid_grant', error_description: DESCRIPTIONS[reason], reason },
  })
