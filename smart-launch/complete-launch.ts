import * as z from 'zod'
import { checkBrowser, readCode } from './callback.ts'
import type { SmartClient, SmartDeps } from './client.ts'
import { verifyIdToken } from './id-token.ts'
import { ContextAnswer, FhirId, type LaunchContext, toLaunchContext } from './launch-context.ts'
import { SmartError } from './smart-error.ts'
import { requestToken, TokenAnswer } from './token-request.ts'

/** What a staff member brings from the EHR: their token, who they are, and where they were. For servers only. */
export type LaunchGrant = {
  accessToken: string
  refreshToken: string | null
  /** Epoch milliseconds. */
  expiresAt: number
  /** As granted, which may be less than was asked for, in v1 or v2 form. */
  scope: string
  /** FHIR id of the patient in context. */
  patient: string
  /** Relative to the FHIR base, e.g. `Practitioner/12`. */
  fhirUser: string
  userName: string | null
  /** The EHR's own name for the person, for its eyes only. */
  subject: string
  context: LaunchContext
}

/**
 * Turns the EHR's answer to a launch into a grant: checks that it came to the browser that asked, trades the
 * code, and verifies who signed in. That a launch is completed once only is for the caller to see to.
 *
 * @param pending what `beginLaunch` gave, out of this browser's sealed cookie; anything else is refused.
 * @throws SmartError of every code but `launch-refused` and `grant-ended`
 * @see SMART App Launch 2.2, Obtain access token, RFC 9207
 */
export async function completeLaunch(
  client: SmartClient,
  pending: unknown,
  callbackQuery: URLSearchParams,
  deps: SmartDeps,
): Promise<LaunchGrant> {
  const begun = checkBrowser(client, pending, callbackQuery, deps.now)
  const configuration = await deps.discovery(client.iss)
  const code = readCode(begun.parameters, configuration)
  const { nonce, codeVerifier } = begun.pending
  const askedAt = deps.now()
  const answer = await exchangeCode(client, code, codeVerifier, deps)
  const user = await verifyIdToken(client, { idToken: answer.id_token, nonce, configuration }, deps)
  if (answer.patient == null) throw new SmartError('no-patient', 'The token answer names no patient')
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    expiresAt: askedAt + answer.expires_in * 1000,
    scope: answer.scope,
    patient: answer.patient,
    ...user,
    context: toLaunchContext(answer),
  }
}

const LaunchAnswer = TokenAnswer.extend({
  scope: z.string(),
  id_token: z.string().min(1),
  patient: FhirId.nullish(),
  ...ContextAnswer.shape,
})

function exchangeCode(client: SmartClient, code: string, codeVerifier: string, deps: SmartDeps) {
  const grant = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: codeVerifier,
  }
  return requestToken(client, { grant, answer: LaunchAnswer, invalidGrant: 'code-refused' }, deps)
}
