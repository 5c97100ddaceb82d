import type { SmartClient } from '../../smart-launch/index.ts'
import { recordAudit } from '../audit/record.ts'
import { type Clock, SECOND_MS } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { fingerprint } from '../crypto/tokens.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import { saveEhrToken } from '../staff/ehr-tokens.ts'
import { isStopped } from '../staff/stop.ts'
import { nameUnknownMember, saveStaffMember } from '../staff/store.ts'
import type { Db, Store } from '../store/open.ts'
import { signToken, TOKEN_LIFETIME_MS, type TokenDeps } from './access-token.ts'
import type { HostRefusals } from './host-refusals.ts'
import { noteHostUsed } from './hosts.ts'
import { invalidGrant } from './invalid-grant.ts'
import type { KeySets } from './key-sets.ts'
import type { EmbedToken, ExchangeToken } from './schema.ts'
import { type Assertion, findHost, type Host, verifyAssertion } from './verify-assertion.ts'

export type ExchangeDeps = TokenDeps & {
  store: Store
  keyring: Keyring
  now: Clock
  keySets: KeySets
  clientOf: (practiceId: string) => SmartClient
  hostRefusals: HostRefusals
}

type Exchange = { practice: Practice; requestId: string; request: ExchangeToken }

/**
 * A host's backend says by a signed assertion who of its users stands before which patient, and gets a token for the
 * page. Either all of it is saved, or, where the assertion is refused, nothing but the refusal in the trail: that names
 * the host, and never the person whom the assertion only claims.
 *
 * @throws Problem `invalid-grant`
 * @see RFC 7523; design §6 "a write from the embedded card"
 */
export async function exchangeToken(deps: ExchangeDeps, exchange: Exchange): Promise<EmbedToken> {
  const host = findHost(exchange.practice, exchange.request.assertion)
  try {
    if (typeof host === 'string') throw invalidGrant(host)
    return await grant(deps, exchange, host)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-grant') throw error
    const reason = String(error.extra['reason'])
    const detail = { host: typeof host === 'string' ? null : host.id, reason }
    const { practice, requestId } = exchange
    const refusal = { practiceId: practice.id, requestId, action: 'host-token.refused', detail } as const
    await deps.hostRefusals.note(refusal)
    throw error
  }
}

async function grant(deps: ExchangeDeps, exchange: Exchange, host: Host): Promise<EmbedToken> {
  const { practice, request } = exchange
  const audience = `${deps.staffUrl}/${practice.id}/embed/token`
  const assertion = await verifyAssertion(deps, host, request.assertion, audience)
  const scope = grantScope(host, request.scope)
  const now = deps.now()
  const { fhirUser, patient, origin } = assertion
  const saved = await deps.store.transaction((tx) => save(deps, tx, { ...exchange, host, assertion, now }))
  const granted = { practiceId: practice.id, hostId: host.id, fhirUser, patient, scope, origin, ...saved }
  return {
    access_token: await signToken(deps, granted, now),
    token_type: 'Bearer',
    expires_in: TOKEN_LIFETIME_MS / SECOND_MS,
    scope,
    patient,
    practice: practice.id,
  }
}

/** What is asked for and allowed to this host; what it names beyond that is left out. @see RFC 6749 §3.3 */
function grantScope({ permissions }: Host, asked: string | undefined): string {
  const words = asked?.split(' ')
  const granted = permissions.filter((permission) => words?.includes(permission) ?? true)
  if (granted.length === 0) throw invalidGrant('scope')
  return granted.join(' ')
}

type Accepted = Exchange & { host: Host; assertion: Assertion; now: number }

async function save(
  deps: ExchangeDeps,
  tx: Db,
  accepted: Accepted,
): Promise<{ staffId: string; ehrTokenId: string | null }> {
  const { practice, host, assertion, requestId, now } = accepted
  if (!(await useOnce(tx, accepted))) throw invalidGrant('replayed')
  if (!(await noteHostUsed(tx, practice.id, host.id, now))) throw invalidGrant('host-stopped')
  const { fhirUser, name } = assertion
  const role = practice.firstRoles[fhirUser] ?? null
  const staff = { practiceId: practice.id, iss: practice.fhirBase, fhirUser, name: null, role }
  const staffId = await saveStaffMember(tx, deps.keyring, staff, now)
  if (await isStopped(tx, practice, staffId, { requestId, now })) throw invalidGrant('person-stopped')
  // The EHR's own word for a person, from a launch, stays.
  if (name !== null) await nameUnknownMember(tx, deps.keyring, practice.id, { id: staffId, name })
  const ehrTokenId = await saveOwnToken(deps, tx, accepted)
  const entry = { practiceId: practice.id, actor: fhirUser, patientId: assertion.patient, requestId }
  await recordAudit(tx, { ...entry, action: 'host-token.issued', detail: { host: host.id } }, now)
  return { staffId, ehrTokenId }
}

async function useOnce(tx: Db, { practice, host, assertion }: Accepted): Promise<boolean> {
  const id = `host ${fingerprint(`${host.id} ${assertion.jti}`)}`
  const fresh = await tx
    .insertInto('jti')
    .values({ practice_id: practice.id, id, expires_at: assertion.endsAt })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return fresh !== undefined
}

/** The staff member's own EHR token, which is gone with ours. */
async function saveOwnToken(
  { keyring, clientOf }: ExchangeDeps,
  tx: Db,
  { practice, request, now }: Accepted,
): Promise<string | null> {
  const { ehr_access_token: accessToken, ehr_scope } = request
  if (accessToken === undefined) return null
  const scope = ehr_scope ?? clientOf(practice.id).scope
  const expiresAt = now + TOKEN_LIFETIME_MS
  const token = { practiceId: practice.id, accessToken, refreshToken: null, scope, expiresAt }
  return saveEhrToken(tx, keyring, token, now)
}
