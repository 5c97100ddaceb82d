import { PendingLaunch } from './begin-launch.ts'
import type { SmartClient } from './client.ts'
import type { SmartConfiguration } from './discovery.ts'
import { readOnce } from './read-once.ts'
import type { Clock } from './request-json.ts'
import { sameText } from './same-text.ts'
import { SmartError, type SmartErrorCode } from './smart-error.ts'

const LAUNCH_LIFETIME_MS = 10 * 60 * 1000

export type Callback = { parameters: Map<string, string>; pending: PendingLaunch }

/**
 * Checks that the browser which came back is the one that left, in time, for the same EHR. Asks nobody.
 *
 * @param pending as `beginLaunch` gave it, or whatever the browser brought instead.
 * @throws SmartError `callback-invalid`, `state-mismatch`, `launch-expired`
 */
export function checkBrowser(
  client: SmartClient,
  pending: unknown,
  query: URLSearchParams,
  now: Clock,
): Callback {
  const parameters = readOnce(query)
  if (!parameters) throw new SmartError('callback-invalid', 'A parameter comes twice')
  const parsed = PendingLaunch.safeParse(pending)
  if (!parsed.success) throw new SmartError('state-mismatch', 'This browser brings no launch')
  const begun = parsed.data
  if (begun.iss !== client.iss || !sameText(begun.state, parameters.get('state') ?? '')) {
    throw new SmartError('state-mismatch', 'The answer belongs to another launch')
  }
  if (now() - begun.createdAt > LAUNCH_LIFETIME_MS)
    throw new SmartError('launch-expired', 'The launch is too old')
  return { parameters, pending: begun }
}

/**
 * Takes the code out of an authorization response, once it is sure which server sent it.
 *
 * @throws SmartError `issuer-mismatch`, `callback-invalid` without a code; for the EHR's own `error`:
 *   `authorization-refused`, `client-misconfigured`, `ehr-unavailable`
 * @see RFC 9207 §2.4, RFC 6749 §4.1.2
 */
export function readCode(parameters: Map<string, string>, configuration: SmartConfiguration): string {
  const iss = parameters.get('iss')
  if (iss === undefined ? configuration.namesIssuer : iss !== configuration.issuer) {
    throw new SmartError('issuer-mismatch', 'Another authorization server answered')
  }
  const error = parameters.get('error')
  if (error !== undefined) throw refusal(error)
  const code = parameters.get('code')
  if (!code) throw new SmartError('callback-invalid', 'The answer brings no code')
  return code
}

const REFUSALS: Record<string, SmartErrorCode> = {
  invalid_request: 'client-misconfigured',
  unauthorized_client: 'client-misconfigured',
  unsupported_response_type: 'client-misconfigured',
  invalid_scope: 'client-misconfigured',
  server_error: 'ehr-unavailable',
  temporarily_unavailable: 'ehr-unavailable',
}

function refusal(error: string): SmartError {
  const code = Object.hasOwn(REFUSALS, error) ? REFUSALS[error] : undefined
  // error_description is free text that may name people; the code alone goes on, if it looks like one.
  const named = /^[a-z_]{1,40}$/.test(error) ? error : 'an unknown error'
  return new SmartError(code ?? 'authorization-refused', `The EHR answered ${named}`, { answered: named })
}
