import { SECOND_MS } from '../../clock.ts'
import type { FhirAccess } from '../fhir/access.ts'
import type { SmartState } from './state.ts'
import { findLiveGrant, type TokenDeps } from './token.ts'

type BearerDeps = Pick<TokenDeps, 'state' | 'isSessionLive'>

/** Says what the bearer of a FHIR request may do, or answers 401. @see RFC 6750 §3 */
export async function authorizeBearer(deps: BearerDeps, request: Request): Promise<FhirAccess | Response> {
  const token = /^Bearer ([\w-]+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const { access, grant } = findGranted(deps, token ?? '')
  if (!access || !grant) return unauthorized(token !== undefined)
  if (!grant.user || !grant.launch) return { kind: 'system', scope: access.scope }
  return { kind: 'user', scope: access.scope, patient: grant.launch.patient, user: grant.user.fhirUser }
}

/**
 * What an access token stands for, in the words of the answer.
 * @see RFC 7662 §2.2, SMART App Launch 2.2 §token introspection
 */
export function introspect(deps: BearerDeps & { issuer: string; fhirBase: string }, token: string) {
  const { access, grant } = findGranted(deps, token)
  if (!access || !grant) return { active: false }
  const exp = Math.floor(access.expiresAt / SECOND_MS)
  const known = { active: true, scope: access.scope, client_id: grant.clientId, exp, token_type: 'Bearer' }
  if (!grant.user || !grant.launch) return known
  const fhirUser = `${deps.fhirBase}/${grant.user.fhirUser}`
  return { ...known, iss: deps.issuer, sub: grant.user.fhirUser, fhirUser, patient: grant.launch.patient }
}

/** Ends the whole grant, whichever of its tokens came. @see RFC 7009 §2.1 */
export function revoke({ state }: { state: SmartState }, token: string, clientId: string) {
  const id = (state.findAccess(token) ?? state.findRefresh(token))?.grantId
  if (id && state.findGrant(id)?.clientId === clientId) state.endGrant(id)
}

function findGranted(deps: BearerDeps, token: string) {
  const access = deps.state.findAccess(token)
  return { access, grant: access && findLiveGrant(deps, access.grantId) }
}

function unauthorized(withToken: boolean) {
  const issue = [{ severity: 'error', code: 'login', diagnostics: 'A good access token is needed' }]
  const challenge = withToken ? 'Bearer error="invalid_token"' : 'Bearer'
  const headers = {
    'content-type': 'application/fhir+json',
    'www-authenticate': challenge,
    'cache-control': 'no-store',
  }
  return Response.json({ resourceType: 'OperationOutcome', issue }, { status: 401, headers })
}
