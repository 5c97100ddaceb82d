import * as z from 'zod'
import { createClientAssertion } from './client-assertion.ts'
import type { SmartClient, SmartDeps } from './client.ts'
import { faultsOf } from './faults-of.ts'
import { requestJson } from './request-json.ts'
import { SmartError, type SmartErrorCode } from './smart-error.ts'

// Ten years: beyond it the number means something else than seconds.
const MAX_LIFETIME_SECONDS = 315_360_000

/** What every token answer has, whatever it answers to (RFC 6749 §5.1). */
export const TokenAnswer = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  // An EHR that keeps silent gets the life that SMART recommends.
  expires_in: z.int().positive().max(MAX_LIFETIME_SECONDS).default(300),
  scope: z.string().optional(),
  refresh_token: z.string().min(1).nullish(),
})

export type TokenRequest<Answer extends z.ZodType> = {
  /** The grant, without anything that says who we are. */
  grant: Record<string, string>
  answer: Answer
  /** What `invalid_grant` means for this grant. */
  invalidGrant: SmartErrorCode
}

/**
 * Asks the EHR's token endpoint with a client assertion of its own. A confidential client names itself there
 * and nowhere else, so the body has no `client_id`.
 *
 * @throws SmartError `ehr-unavailable`, `ehr-unsupported`, `client-misconfigured`, `token-invalid`, or what
 *   `invalidGrant` names
 */
export async function requestToken<Answer extends z.ZodType>(
  client: SmartClient,
  request: TokenRequest<Answer>,
  deps: SmartDeps,
): Promise<z.infer<Answer>> {
  const { tokenEndpoint } = await deps.discovery(client.iss)
  const body = new URLSearchParams({
    ...request.grant,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await createClientAssertion(client, tokenEndpoint, deps.now),
  })
  const answer = await requestJson(deps, tokenEndpoint, { method: 'POST', body })
  if (answer.status !== 200) throw refusal(answer.body, answer.status, request.invalidGrant)
  const parsed = request.answer.safeParse(answer.body)
  if (!parsed.success) throw new SmartError('token-invalid', `Token answer: ${faultsOf(parsed.error)}`)
  return parsed.data
}

const Refusal = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) })

function refusal(body: unknown, status: number, invalidGrant: SmartErrorCode): SmartError {
  const parsed = Refusal.safeParse(body)
  if (!parsed.success) return new SmartError('ehr-unavailable', `The token endpoint answered ${status}`)
  const { error } = parsed.data
  const code = error === 'invalid_grant' ? invalidGrant : 'client-misconfigured'
  return new SmartError(code, `The token endpoint answered ${error}`, { answered: error })
}
