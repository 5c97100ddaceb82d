import { chooseScope } from './choose-scope.ts'
import type { SmartClient, SmartDeps } from './client.ts'
import { SmartError } from './smart-error.ts'
import { requestToken, TokenAnswer } from './token-request.ts'

// A token is not handed out for its last seconds: it would die on the way.
const MARGIN_MS = 30_000

// An EHR that does not let the service in is asked no oftener.
const REFUSED_MS = 5 * 60_000

export type ServiceTokens = {
  /** An access token that lives for 30 s at least, where the EHR gives such. */
  token(): Promise<string>
  /** What the EHR granted, in v1 or v2 form. */
  scope(): Promise<string>
  /** The same, of a token that the EHR gives now, whatever it said before; one that is held stays until then. */
  renewedScope(): Promise<string>
  /** To be told when the EHR answered 401 to this token, so that nobody gets it again. */
  forget(token: string): void
}

/**
 * The service's own way into one EHR, for work that no person signed in for. Keeps one token until shortly
 * before it ends; several askers share one request; a failure is told to them and forgotten, but that the EHR
 * said no is remembered for five minutes.
 *
 * Its functions throw SmartError `ehr-unavailable`, `ehr-unsupported`, `client-misconfigured` (also when the
 * EHR grants no service access at all), `token-invalid`.
 *
 * @see SMART App Launch 2.2, Backend Services
 */
export function createServiceTokens(client: SmartClient, deps: SmartDeps): ServiceTokens {
  let kept: ServiceGrant | undefined
  let refused: { error: SmartError; until: number } | undefined
  let asking: Promise<ServiceGrant> | undefined

  const ask = async () => {
    try {
      kept = await requestGrant(client, deps)
      refused = undefined
      return kept
    } catch (error) {
      if (error instanceof SmartError && error.code === 'client-misconfigured')
        refused = { error, until: deps.now() + REFUSED_MS }
      throw error
    } finally {
      asking = undefined
    }
  }
  const renewed = (): Promise<ServiceGrant> => {
    asking ??= ask()
    return asking
  }
  const current = async (): Promise<ServiceGrant> => {
    if (kept && deps.now() < kept.freshUntil) return kept
    if (refused && deps.now() < refused.until) throw refused.error
    return renewed()
  }
  return {
    token: async () => (await current()).accessToken,
    scope: async () => (await current()).scope,
    renewedScope: async () => (await renewed()).scope,
    forget: (token) => {
      if (kept?.accessToken === token) kept = undefined
    },
  }
}

type ServiceGrant = { accessToken: string; scope: string; freshUntil: number }

async function requestGrant(client: SmartClient, deps: SmartDeps): Promise<ServiceGrant> {
  if (client.serviceScope.trim() === '')
    throw new SmartError('client-misconfigured', 'No service access is registered')
  const { capabilities } = await deps.discovery(client.iss)
  const scope = chooseScope(client.serviceScope, capabilities)
  const askedAt = deps.now()
  const answer = await requestToken(
    client,
    {
      grant: { grant_type: 'client_credentials', scope },
      answer: TokenAnswer,
      invalidGrant: 'client-misconfigured',
    },
    deps,
  )
  return {
    accessToken: answer.access_token,
    scope: answer.scope ?? scope,
    freshUntil: askedAt + answer.expires_in * 1000 - MARGIN_MS,
  }
}
