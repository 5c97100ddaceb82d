import { TRIES_PER_LETTER } from '../access/letter-tries.ts'
import { recordAudit } from '../audit/record.ts'
import { MINUTE_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { fingerprint, sameText, uuidv7 } from '../crypto/tokens.ts'
import { publishEvent } from '../events/events.ts'
import type { Ehr } from '../fhir/handles.ts'
import { isGone } from '../fhir/is-gone.ts'
import type { Log } from '../log.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import { findPatientOf } from '../store/patient-of.ts'
import {
  activationBuckets,
  type CountedTry,
  countActivationTry,
  forgiveActivationTry,
  tooMany,
} from './activation-limits.ts'
import { identitiesTyped } from './identity.ts'
import { suggestFor } from './new-credentials.ts'
import type { ConfirmActivation, SetupTicket } from './schema.ts'
import { suggestUsername } from './suggest-username.ts'
import {
  addTokenTicket,
  codeMacs,
  endTicket,
  findLiveTicket,
  markOpened,
  openActivation,
  openLink,
  portalIdMacs,
  sealPayload,
  type ActivationPayload,
  type SetupPayload,
  type Ticket,
} from './tickets.ts'

const SETUP_LIFETIME_MS = 15 * MINUTE_MS

export type ActivationDeps = { store: Store; keyring: Keyring; ehr: Ehr; log: Log; now: Clock }
export type ActivationOrigin = { practice: Practice; ip: string; requestId: string }

/** How a caller's letter or mailed link is found, and counted. */
type Looked = { kind: 'activation' | 'link'; lookups: string[]; letter: string }

/**
 * A patient says who they are: initials and birth date, with the portal ID and code of a letter or with the link of a
 * mail. All must fit; which one did not is never said, and the answer is the same for a letter or link that never was.
 * Both stay good until a password is chosen, so a phone that dies in between costs nothing.
 *
 * @throws Problem `no-match`, `too-many-tries`
 * @see design §8 "Invitation"; seed 004 "User Confirmation"
 */
export async function confirmActivation(
  deps: ActivationDeps,
  origin: ActivationOrigin,
  request: ConfirmActivation,
): Promise<SetupTicket> {
  const { store, keyring } = deps
  const practiceId = origin.practice.id
  const now = deps.now()
  const looked = lookUp(keyring, practiceId, request)
  const typed = identitiesTyped(keyring, request)
  const attempt = { practiceId, letter: looked.letter, identity: typed[0] ?? '', ip: origin.ip }
  const buckets = activationBuckets(keyring, attempt)
  const { ticket, ...counted } = await store.transaction(async (tx) => ({
    ...(await countActivationTry(tx, buckets, now)),
    ticket: await takeTry(tx, practiceId, looked, now),
  }))

  const letter = ticket && (await letterOf(deps, ticket))
  const payload = letter && openActivation(keyring, letter)
  const fits = ticket && payload && matches(keyring, ticket, payload, typed, request.code)
  if (!fits || (await isGone(deps.ehr, practiceId, payload.patientId)))
    throw await refused(deps, origin, counted, ticket)
  return store.transaction(async (tx) => {
    await giveTryBack(tx, ticket)
    await forgiveActivationTry(tx, buckets)
    return greet(tx, deps, origin, { ticket, letter, payload, birthDate: request.birthDate })
  })
}

function lookUp(keyring: Keyring, practiceId: string, { portalId, link }: ConfirmActivation): Looked {
  if (link === undefined) {
    const id = portalId ?? ''
    return { kind: 'activation', lookups: portalIdMacs(keyring, practiceId, id), letter: id }
  }
  const lookup = fingerprint(link)
  return { kind: 'link', lookups: [lookup], letter: lookup }
}

/** Counts the try on the letter or link itself, in one statement: fifty at once still get five. */
const takeTry = (db: Db, practiceId: string, { kind, lookups }: Looked, now: number) =>
  db
    .updateTable('ticket')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('practice_id', '=', practiceId)
    .where('kind', '=', kind)
    .where('lookup', 'in', lookups)
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .where('tries', '<', TRIES_PER_LETTER)
    .returningAll()
    .executeTakeFirst()

/** Only failures count. */
const giveTryBack = (tx: Db, ticket: Ticket) =>
  tx
    .updateTable('ticket')
    .set((eb) => ({ tries: eb('tries', '-', 1) }))
    .where('practice_id', '=', ticket.practice_id)
    .where('id', '=', ticket.id)
    .where('tries', '>', 0)
    .execute()

/** The activation that a link belongs to; a letter is its own. */
async function letterOf({ store, keyring, now }: ActivationDeps, ticket: Ticket) {
  if (ticket.kind === 'activation') return ticket
  const { activationId } = openLink(keyring, ticket)
  return findLiveTicket(store.db, ticket.practice_id, 'activation', activationId, now())
}

function matches(
  keyring: Keyring,
  ticket: Ticket,
  payload: ActivationPayload,
  typed: string[],
  code: string | undefined,
) {
  const identityFits = payload.identities.some((known) => typed.some((mac) => sameText(mac, known)))
  const secret = ticket.secret_mac
  const codeFits =
    secret === null || codeMacs(keyring, ticket.id, code ?? '').some((mac) => sameText(mac, secret))
  return identityFits && codeFits
}

/** On the fifth failure the letter or link ends for good; what the patient reads is the same for one that never was. */
async function refused(
  deps: ActivationDeps,
  origin: ActivationOrigin,
  counted: CountedTry,
  ticket: Ticket | undefined,
) {
  const now = deps.now()
  const practiceId = origin.practice.id
  await deps.store.transaction(async (tx) => {
    if (ticket && ticket.tries >= TRIES_PER_LETTER) await lockUp(tx, ticket, now)
    const actor = ticket ? `account/${ticket.account_id}` : 'anonymous'
    const entry = { practiceId, actor, outcome: 'refused' as const, requestId: origin.requestId }
    await recordAudit(tx, { ...entry, action: 'activation.refused' }, now)
    if (counted.alarm)
      await recordAudit(tx, { ...entry, actor: 'portico', action: 'activation.attacked' }, now)
  })
  if (counted.alarm) deps.log.error({ practiceId, requestId: origin.requestId }, 'activation.attacked')
  return counted.last
    ? tooMany('letter')
    : new Problem('no-match', 'That did not match our records. Check each part against your letter.')
}

/** Staff see at once that a letter is locked: the patient may be calling about it. */
async function lockUp(tx: Db, { practice_id: practiceId, id, account_id }: Ticket, now: number) {
  await endTicket(tx, practiceId, id, now)
  const patientId = await findPatientOf(tx, practiceId, account_id)
  await publishEvent(tx, { practiceId, topic: 'access', patientId }, now)
}

type Confirmed = { ticket: Ticket; letter: Ticket; payload: ActivationPayload; birthDate: string }

async function greet(
  tx: Db,
  deps: ActivationDeps,
  { practice, requestId }: ActivationOrigin,
  { ticket, letter, payload, birthDate }: Confirmed,
): Promise<SetupTicket> {
  const now = deps.now()
  const { patientId, firstName } = payload
  const accountId = letter.account_id
  const setup = await openSetup(tx, deps, letter, { ...payload, birthDate, activationId: letter.id })
  await markOpened(tx, practice.id, letter.id, now)
  const by = ticket.kind === 'link' ? 'link' : 'letter'
  const entry = { practiceId: practice.id, actor: `account/${accountId}`, patientId, requestId }
  await recordAudit(tx, { ...entry, action: 'activation.confirmed', detail: { by } }, now)
  await publishEvent(tx, { practiceId: practice.id, topic: 'access', patientId }, now)
  const suggestedUsername = await suggestUsername(tx, suggestFor(practice, { ...payload, accountId }))
  return { ...setup, firstName, suggestedUsername }
}

async function openSetup(
  tx: Db,
  { keyring, now }: ActivationDeps,
  letter: Ticket,
  payload: SetupPayload,
): Promise<Pick<SetupTicket, 'ticket' | 'validUntil'>> {
  const { practice_id, account_id, created_by } = letter
  const created_at = now()
  const validUntil = created_at + SETUP_LIFETIME_MS
  const row = { practice_id, id: uuidv7(created_at), kind: 'setup' as const, account_id }
  const ticket = await addTokenTicket(tx, { ...row, created_at, created_by, expires_at: validUntil }, () =>
    sealPayload(keyring, row, payload),
  )
  return { ticket, validUntil }
}
