import type { Clock } from '../../clock.ts'
import { type FaultKind, OTHER_ISSUER } from '../faults.ts'
import { roleScope, type StaffUser } from '../staff.ts'
import type { SmartRules } from '../personalities/personality.ts'
import type { RegisteredClient } from './clients.ts'
import { OAuthError, onlyOnce, required } from './errors.ts'
import type { Grants } from './granting.ts'
import { hasScope, MESSAGING, ofLevel, withoutScope } from './scopes.ts'
import type { SmartState } from './state.ts'

export type EmrSession = { id: string; user: StaffUser }

export type AuthorizeDeps = {
  issuer: string
  fhirBase: string
  clients: RegisteredClient[]
  state: SmartState
  now: Clock
  rules: SmartRules
  grants: Grants
  /** Whether an administrator has let the app in. */
  isEnabled: (clientId: string) => boolean
  /** Who is logged in to the EMR in this browser. */
  findSession: (request: Request) => EmrSession | undefined
}

/** What to answer: back to the app, log in first, or a page because the app cannot be trusted with an answer. */
export type AuthorizeOutcome =
  | { kind: 'redirect'; url: string }
  | { kind: 'login'; otherUser: boolean }
  | { kind: 'refusal'; reason: string }

const NOT_ENABLED = 'An administrator of this EMR has not enabled this app yet.'

/** 22 characters of base64url are 128 bits. */
const SHORTEST_STATE = 22
const S256_CHALLENGE = /^[A-Za-z0-9_-]{43}$/

/**
 * Answers an app's authorization request for an EHR launch.
 * @see RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 9207, SMART App Launch 2.2 §obtain authorization code
 */
export function answerAuthorize(
  deps: AuthorizeDeps,
  request: Request,
  query: URLSearchParams,
  fault: FaultKind | undefined,
): AuthorizeOutcome {
  const client = deps.clients.find(({ clientId }) => clientId === query.get('client_id'))
  if (!client) return { kind: 'refusal', reason: 'This app is not registered here.' }
  const redirectUri = query.get('redirect_uri')
  // Never redirected to an address that is not registered: it would be an open redirector.
  if (redirectUri === null || !client.redirectUris.includes(redirectUri))
    return { kind: 'refusal', reason: 'The app asked to be answered at an address that is not registered.' }

  if (!deps.isEnabled(client.clientId)) return { kind: 'refusal', reason: NOT_ENABLED }

  const back = (fields: Record<string, string>): AuthorizeOutcome => {
    const url = new URL(redirectUri)
    const iss = fault === 'other-issuer' ? OTHER_ISSUER : deps.issuer
    const state = query.get('state')
    for (const [name, value] of Object.entries({ ...fields, ...(state ? { state } : {}), iss }))
      url.searchParams.set(name, value)
    return { kind: 'redirect', url: url.href }
  }

  try {
    const result = issueCode(deps, client, deps.findSession(request), onlyOnce(query), fault === 'expired')
    return typeof result === 'string' ? back({ code: result }) : result
  } catch (error) {
    if (error instanceof OAuthError) return back({ error: error.code, error_description: error.message })
    throw error
  }
}

function issueCode(
  deps: AuthorizeDeps,
  client: RegisteredClient,
  session: EmrSession | undefined,
  params: Map<string, string>,
  expired: boolean,
): string | AuthorizeOutcome {
  const challenge = checkRequest(deps, params)
  const requested = required(params, 'scope')
  const launchId = required(params, 'launch')
  const launch = deps.state.findLaunch(launchId)
  if (!launch || launch.clientId !== client.clientId)
    throw new OAuthError('invalid_request', 'the launch is unknown, used or older than 5 minutes')
  if (!session) return { kind: 'login', otherUser: false }
  if (session.user.fhirUser !== launch.user) return { kind: 'login', otherUser: true }

  const limits = [ofLevel(client.scope, 'user'), roleScope(deps.rules, session.user.role)]
  const granted = deps.grants(requested, ...limits)
  // Nobody listens around an app that has a tab of its own.
  const scope = launch.messagingHandle ? granted : withoutScope(granted, MESSAGING)
  if (!hasScope(scope, 'launch'))
    throw new OAuthError('invalid_scope', 'an EHR launch needs the scope launch')
  deps.state.useLaunch(launchId)
  const code = {
    clientId: client.clientId,
    redirectUri: required(params, 'redirect_uri'),
    challenge,
    nonce: params.get('nonce'),
    scope,
    launch,
    user: session.user,
    sessionId: session.id,
  }
  return expired ? deps.state.addCode(code, 0) : deps.state.addCode(code)
}

function checkRequest(deps: AuthorizeDeps, params: Map<string, string>): string {
  if (required(params, 'response_type') !== 'code')
    throw new OAuthError('unsupported_response_type', 'only response_type=code')
  if (required(params, 'state').length < SHORTEST_STATE)
    throw new OAuthError('invalid_request', 'state needs at least 122 random bits')
  if (required(params, 'aud') !== deps.fhirBase)
    throw new OAuthError('invalid_request', `aud must be ${deps.fhirBase}`)
  const challenge = required(params, 'code_challenge')
  if (params.get('code_challenge_method') !== 'S256' || !S256_CHALLENGE.test(challenge))
    throw new OAuthError('invalid_request', 'PKCE with code_challenge_method=S256 is required')
  return challenge
}
