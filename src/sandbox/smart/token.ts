import { createHash } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { FaultKind } from '../faults.ts'
import type { SmartRules } from '../personalities/personality.ts'
import { roleScope } from '../staff.ts'
import type { EmrSession } from './authorize.ts'
import type { RegisteredClient } from './clients.ts'
import { OAuthError, required } from './errors.ts'
import type { Grants } from './granting.ts'
import { hasScope, MESSAGING, ofLevel } from './scopes.ts'
import type { Code, Grant, SmartState } from './state.ts'

export type TokenDeps = {
  state: SmartState
  now: Clock
  rules: SmartRules
  grants: Grants
  styleUrl: string
  issuer: string
  isSessionLive: (sessionId: string) => boolean
  signIdToken: (code: Code, fault: FaultKind | undefined) => Promise<string>
}

export type TokenAnswer = Record<string, string | number | boolean>

const SERVICE_SECONDS = 5 * 60

/**
 * Gives tokens for a code, a refresh token, or to a backend service.
 * @throws OAuthError
 * @see RFC 6749 §4.1.3, §6, §4.4; SMART App Launch 2.2 §obtain access token, §backend services
 */
export async function answerToken(
  deps: TokenDeps,
  client: RegisteredClient,
  form: Map<string, string>,
  fault: FaultKind | undefined,
): Promise<TokenAnswer> {
  const seconds = (normal: number) => (fault === 'expired' ? 0 : normal)
  const type = required(form, 'grant_type')
  if (type === 'client_credentials') return serveBackend(deps, client, form, seconds(SERVICE_SECONDS))
  if (type === 'refresh_token') return refresh(deps, client, form, seconds(deps.rules.accessSeconds))
  if (type !== 'authorization_code') throw new OAuthError('unsupported_grant_type', `${type} is not offered`)

  const { code, grant } = redeem(deps, client, form)
  const idToken = hasScope(grant.scope, 'openid') ? { id_token: await deps.signIdToken(code, fault) } : {}
  return { ...userTokens(deps, grant, grant.scope, seconds(deps.rules.accessSeconds)), ...idToken }
}

/**
 * A token that the EMR gives of its own accord, for somebody who is logged in and for what an app is registered for:
 * no launch, nothing to refresh, and gone when they log out.
 */
export function mintUserToken(
  {
    state,
    clients,
    rules,
    grants,
  }: Pick<TokenDeps, 'state' | 'rules' | 'grants'> & {
    clients: RegisteredClient[]
  },
  { id: sessionId, user }: EmrSession,
  patient: string,
  clientId: string,
) {
  const registered = clients.find((client) => client.clientId === clientId)?.scope ?? ''
  const resources = ofLevel(registered, 'user')
    .split(' ')
    .filter((word) => /^(user\/|api:)/.test(word))
  const scope = grants(resources.join(' '), roleScope(rules, user.role))
  const launch = { patient, user: user.fhirUser }
  const grant = state.addGrant({ clientId, scope, user, launch, sessionId })
  return { token: state.addAccess(grant.id, scope, rules.accessSeconds), scope }
}

/** A grant is good while nobody ended it and, without offline_access, while its user stays logged in to the EMR. */
export function findLiveGrant(
  deps: Pick<TokenDeps, 'state' | 'isSessionLive'>,
  id: string,
): Grant | undefined {
  const grant = deps.state.findGrant(id)
  if (!grant?.sessionId || hasScope(grant.scope, 'offline_access')) return grant
  return deps.isSessionLive(grant.sessionId) ? grant : undefined
}

function redeem(deps: TokenDeps, client: RegisteredClient, form: Map<string, string>) {
  const code = deps.state.findCode(required(form, 'code'))
  const refuse = (why: string) => new OAuthError('invalid_grant', why)
  if (!code) throw refuse('the code is unknown')
  if (code.used) {
    // RFC 6749 §4.1.2: somebody else has the code too, so what it gave is not safe either.
    if (code.grantId) deps.state.endGrant(code.grantId)
    throw refuse('the code was used before')
  }
  code.used = true
  if (!deps.state.isCodeLive(code)) throw refuse('the code is older than 60 seconds')
  if (code.clientId !== client.clientId) throw refuse('the code was given to another client')
  if (code.redirectUri !== form.get('redirect_uri'))
    throw refuse('redirect_uri is not the one of the request')
  const verifier = required(form, 'code_verifier')
  if (createHash('sha256').update(verifier).digest('base64url') !== code.challenge)
    throw refuse('code_verifier does not match')
  const { clientId, scope, user, launch, sessionId } = code
  const grant = deps.state.addGrant({ clientId, scope, user, launch, sessionId })
  code.grantId = grant.id
  return { code, grant }
}

function refresh(deps: TokenDeps, client: RegisteredClient, form: Map<string, string>, seconds: number) {
  const known = deps.state.findRefresh(required(form, 'refresh_token'))
  const grant = known && findLiveGrant(deps, known.grantId)
  if (!known || !grant || grant.clientId !== client.clientId)
    throw new OAuthError('invalid_grant', 'the refresh token is not good (any more)')
  if (!known.current) {
    deps.state.endGrant(grant.id)
    throw new OAuthError('invalid_grant', 'the refresh token was used before; the grant has ended')
  }
  const scope = form.get('scope')
  return userTokens(deps, grant, scope ? deps.grants(scope, grant.scope) : grant.scope, seconds)
}

function userTokens(deps: TokenDeps, grant: Grant, scope: string, seconds: number): TokenAnswer {
  const lasting = hasScope(grant.scope, 'online_access') || hasScope(grant.scope, 'offline_access')
  const { launch } = grant
  return {
    access_token: deps.state.addAccess(grant.id, scope, seconds),
    token_type: 'Bearer',
    expires_in: seconds,
    scope,
    ...(lasting ? { refresh_token: deps.state.rotateRefresh(grant.id) } : {}),
    ...(launch
      ? {
          patient: launch.patient,
          need_patient_banner: launch.needPatientBanner ?? deps.rules.needsPatientBanner,
        }
      : {}),
    ...(launch && launch.styleUrl !== null ? { smart_style_url: launch.styleUrl ?? deps.styleUrl } : {}),
    ...(launch?.encounter ? { encounter: launch.encounter } : {}),
    ...(launch?.intent ? { intent: launch.intent } : {}),
    ...(launch?.appContext ? { appContext: launch.appContext } : {}),
    ...messagingOf(deps, launch?.messagingHandle, scope),
  }
}

/** @see SMART Web Messaging 1.0, Authorization with SMART Scopes */
const messagingOf = ({ issuer }: TokenDeps, handle: string | undefined, scope: string): TokenAnswer =>
  handle && hasScope(scope, MESSAGING)
    ? { smart_web_messaging_handle: handle, smart_web_messaging_origin: new URL(issuer).origin }
    : {}

function serveBackend(deps: TokenDeps, client: RegisteredClient, form: Map<string, string>, seconds: number) {
  const scope = deps.grants(required(form, 'scope'), ofLevel(client.scope, 'system'))
  const grant = deps.state.addGrant({ clientId: client.clientId, scope })
  const access_token = deps.state.addAccess(grant.id, scope, seconds)
  return { access_token, token_type: 'Bearer', expires_in: seconds, scope }
}
