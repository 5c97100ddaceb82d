import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'
import * as z from 'zod'
import type { SmartClient } from './client.ts'
import type { SmartConfiguration } from './discovery.ts'
import { faultsOf } from './faults-of.ts'
import { readFhirUser } from './fhir-user.ts'
import { type HttpDeps, requestJson } from './request-json.ts'
import { sameText } from './same-text.ts'
import { SmartError } from './smart-error.ts'

const ALGORITHMS = ['RS256', 'RS384', 'ES256', 'ES384']
const CLOCK_TOLERANCE_SECONDS = 60

/** Who signed in to the EHR. */
export type SignedInUser = {
  subject: string
  /** Relative to the FHIR base, e.g. `Practitioner/12`. */
  fhirUser: string
  userName: string | null
}

export type IdTokenCheck = { idToken: string; nonce: string; configuration: SmartConfiguration }

/**
 * Verifies the EHR's word on who signed in. Its keys are read anew for each launch, after the token was made:
 * a rotation can then never make a good token look bad, nor a withdrawn key good.
 *
 * @throws SmartError `id-token-invalid`, `not-staff`, `ehr-unavailable` when the keys cannot be read
 * @see OpenID Connect Core §3.1.3.7, SMART App Launch 2.2, Scopes for requesting identity data
 */
export async function verifyIdToken(
  client: SmartClient,
  { idToken, nonce, configuration }: IdTokenCheck,
  deps: HttpDeps,
): Promise<SignedInUser> {
  const keys = await readKeys(deps, configuration.jwksUri)
  const claims = parseClaims(await verifySignature(client, idToken, configuration.issuer, keys, deps))
  if (!sameText(claims.nonce, nonce)) throw new SmartError('id-token-invalid', 'id_token: nonce')
  // Others may be meant too, but it must have been made for us (OpenID Connect Core §3.1.3.7, steps 4 and 5).
  if (claims.azp !== undefined && claims.azp !== client.clientId) {
    throw new SmartError('id-token-invalid', 'id_token: azp')
  }
  return {
    subject: claims.sub,
    fhirUser: readFhirUser(claims.fhirUser, client.iss),
    userName: claims.name,
  }
}

const Claims = z.object({
  sub: z.string().min(1),
  nonce: z.string(),
  azp: z.string().optional(),
  fhirUser: z.string(),
  name: z.string().min(1).nullable().catch(null),
})

const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

async function readKeys(deps: HttpDeps, jwksUri: string): Promise<JSONWebKeySet> {
  const { status, body } = await requestJson(deps, jwksUri)
  const parsed = Keys.safeParse(body)
  if (status !== 200 || !parsed.success)
    throw new SmartError('ehr-unavailable', `The keys answered ${status}`)
  return parsed.data
}

async function verifySignature(
  client: SmartClient,
  idToken: string,
  issuer: string,
  keys: JSONWebKeySet,
  deps: HttpDeps,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(idToken, createLocalJWKSet(keys), {
      issuer,
      audience: client.clientId,
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'iat'],
      currentDate: new Date(deps.now()),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    })
    return payload
  } catch (error) {
    // No cause: jose hangs the claims on its errors, and loggers print what hangs on errors.
    throw new SmartError('id-token-invalid', `id_token: ${nameOf(error)}`)
  }
}

function nameOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
    return error.claim
  return error instanceof errors.JOSEError ? error.code : 'a key cannot be used'
}

function parseClaims(payload: JWTPayload): z.infer<typeof Claims> {
  const parsed = Claims.safeParse(payload)
  if (!parsed.success) throw new SmartError('id-token-invalid', `id_token: ${faultsOf(parsed.error)}`)
  return parsed.data
}
