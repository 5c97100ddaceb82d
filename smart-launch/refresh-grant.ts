import type { SmartClient, SmartDeps } from './client.ts'
import { narrowScope } from './narrow-scope.ts'
import { requestToken, TokenAnswer } from './token-request.ts'

export type RefreshedGrant = {
  accessToken: string
  /** Replaces the old one, which an EHR that rotates takes no more. */
  refreshToken: string
  /** Epoch milliseconds. */
  expiresAt: number
  /** Never more than was granted before. */
  scope: string
}

/**
 * Lengthens a staff member's grant. One at a time per grant, and stored before it is used: an EHR that rotates
 * may end the whole grant when a refresh token comes twice.
 *
 * @param grant its refresh token, and its scope as last granted.
 * @throws SmartError `grant-ended` when only a new launch helps; `ehr-unavailable` when a later try may work;
 *   `client-misconfigured`, `token-invalid`, `ehr-unsupported`
 * @see RFC 6749 §6, SMART App Launch 2.2, Refresh access token
 */
export async function refreshGrant(
  client: SmartClient,
  grant: { refreshToken: string; scope: string },
  deps: SmartDeps,
): Promise<RefreshedGrant> {
  const askedAt = deps.now()
  const answer = await requestToken(
    client,
    {
      grant: { grant_type: 'refresh_token', refresh_token: grant.refreshToken },
      answer: TokenAnswer,
      invalidGrant: 'grant-ended',
    },
    deps,
  )
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? grant.refreshToken,
    expiresAt: askedAt + answer.expires_in * 1000,
    // No scope in the answer means: unchanged (RFC 6749 §5.1).
    scope: answer.scope === undefined ? grant.scope : narrowScope(grant.scope, answer.scope),
  }
}
