import type { JWTPayload } from 'jose'
import * as z from 'zod'
import { MINUTE_MS, SECOND_MS } from '../clock.ts'
import type { TokenSigner } from '../crypto/token-signer.ts'
import { uuidv7 } from '../crypto/tokens.ts'

/** What one of our tokens stands for: one staff member, one patient, the pages of one origin of one host. */
export type EmbedGrant = {
  practiceId: string
  /** staff_member.id */
  staffId: string
  fhirUser: string
  hostId: string
  /** FHIR id. */
  patient: string
  /** Asked for and allowed to the host, space separated. */
  scope: string
  origin: string
  /** The row of the EHR token that came with the exchange. */
  ehrTokenId: string | null
}

export type TokenDeps = { tokens: TokenSigner; staffUrl: string }

export const TOKEN_LIFETIME_MS = 5 * MINUTE_MS

const Claims = z.object({
  sub: z.string(),
  client_id: z.string(),
  act: z.object({ sub: z.string() }),
  patient: z.string(),
  scope: z.string(),
  origin: z.string(),
  exp: z.number(),
  ehr: z.string().optional(),
})

/** @see RFC 9068 §2.2, RFC 8693 §4.1 (act) */
export function signToken(deps: TokenDeps, grant: EmbedGrant, now: number): Promise<string> {
  const iat = Math.floor(now / SECOND_MS)
  const claims: JWTPayload = {
    ...placesOf(deps, grant.practiceId),
    sub: grant.staffId,
    client_id: grant.hostId,
    act: { sub: grant.fhirUser },
    patient: grant.patient,
    scope: grant.scope,
    origin: grant.origin,
    jti: uuidv7(now),
    iat,
    exp: iat + TOKEN_LIFETIME_MS / SECOND_MS,
    ...(grant.ehrTokenId === null ? {} : { ehr: grant.ehrTokenId }),
  }
  return deps.tokens.sign(claims)
}

/** What a token of this practice stands for, and until when (epoch ms); undefined for anything else. */
export async function readToken(
  deps: TokenDeps,
  practiceId: string,
  token: string,
  now: number,
): Promise<(EmbedGrant & { endsAt: number }) | undefined> {
  const { iss: issuer, aud: audience } = placesOf(deps, practiceId)
  const parsed = Claims.safeParse(await deps.tokens.verify(token, { issuer, audience }, now))
  if (!parsed.success) return undefined
  const { sub, client_id, act, patient, scope, origin, exp, ehr } = parsed.data
  return {
    practiceId,
    staffId: sub,
    fhirUser: act.sub,
    hostId: client_id,
    patient,
    scope,
    origin,
    ehrTokenId: ehr ?? null,
    endsAt: exp * SECOND_MS,
  }
}

const placesOf = ({ staffUrl }: TokenDeps, practiceId: string) => ({
  iss: `${staffUrl}/${practiceId}`,
  aud: `${staffUrl}/${practiceId}/embed/api`,
})
