import { TRIES_PER_LETTER } from '../access/letter-tries.ts'
import { recordAudit } from '../audit/record.ts'
import { MINUTE_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { sameText, uuidv7 } from '../crypto/tokens.ts'
import type { Ehr } from '../fhir/handles.ts'
import type { Log } from '../log.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import {
  activationBuckets,
  type CountedTry,
  countActivationTry,
  forgiveActivationTry,
  tooMany,
} from './activation-limits.ts'
import { identitiesTyped } from './identity.ts'
import { isGone } from './is-gone.ts'
import type { ConfirmActivation, SetupTicket } from './schema.ts'
import { suggestUsername } from './suggest-username.ts'
import {
  addTokenTicket,
  codeMacs,
  endTicket,
  portalIdMacs,
  ticketContext,
  type ActivationPayload,
  type SetupPayload,
  type Ticket,
} from './tickets.ts'

const SETUP_LIFETIME_MS = 15 * MINUTE_MS

export type ActivationDeps = { store: Store; keyring: Keyring; ehr: Ehr; log: Log; now: Clock }
export type ActivationOrigin = { practice: Practice; ip: string; requestId: string }

/**
 * A patient with a letter says who they are: portal ID, code, initials, birth date. All must fit; which one did not is
 * never said, and the answer is the same for a portal ID that does not exist. The letter itself stays good until a
 * password is chosen, so a phone that dies in between costs nothing.
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
  const typed = identitiesTyped(keyring, request)
  const attempt = { practiceId, portalId: request.portalId, identity: typed[0] ?? '', ip: origin.ip }
  const buckets = activationBuckets(keyring, attempt)
  const { ticket, ...counted } = await store.transaction(async (tx) => ({
    ...(await countActivationTry(tx, buckets, now)),
    ticket: await takeTry(tx, portalIdMacs(keyring, practiceId, request.portalId), practiceId, now),
  }))

  const payload = ticket && openPayload(keyring, ticket)
  const fits = ticket && payload && matches(keyring, ticket, payload, typed, request.code)
  if (!fits || (await isGone(deps.ehr, practiceId, payload.patientId)))
    throw await refused(deps, origin, counted, ticket)
  return store.transaction(async (tx) => {
    await giveTryBack(tx, ticket)
    await forgiveActivationTry(tx, buckets)
    const setup = await openSetup(tx, deps, ticket, { ...payload, birthDate: request.birthDate })
    const entry = {
      practiceId,
      actor: `account/${ticket.account_id}`,
      patientId: payload.patientId,
      requestId: origin.requestId,
    }
    await recordAudit(tx, { ...entry, action: 'activation.confirmed' }, now)
    const useEmail = origin.practice.settings.usernameFromEmail
    const suggestedUsername = await suggestUsername(tx, practiceId, payload, useEmail)
    return { ...setup, firstName: payload.firstName, suggestedUsername }
  })
}

/** Counts the try on the letter itself, in one statement: fifty at once still get five. */
const takeTry = (db: Db, lookups: string[], practiceId: string, now: number) =>
  db
    .updateTable('ticket')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('practice_id', '=', practiceId)
    .where('kind', '=', 'activation')
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

/** On the fifth failure the letter ends for good; what the patient reads is the same for a letter that never was. */
async function refused(
  deps: ActivationDeps,
  origin: ActivationOrigin,
  counted: CountedTry,
  ticket: Ticket | undefined,
) {
  const now = deps.now()
  const practiceId = origin.practice.id
  await deps.store.transaction(async (tx) => {
    if (ticket && ticket.tries >= TRIES_PER_LETTER) await endTicket(tx, practiceId, ticket.id, now)
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

async function openSetup(
  tx: Db,
  deps: ActivationDeps,
  activation: Ticket,
  payload: ActivationPayload & { birthDate: string },
) {
  const now = deps.now()
  const id = uuidv7(now)
  const practiceId = activation.practice_id
  const content: SetupPayload = { ...payload, activationId: activation.id }
  const validUntil = now + SETUP_LIFETIME_MS
  const ticket = await addTokenTicket(
    tx,
    {
      practice_id: practiceId,
      id,
      kind: 'setup',
      account_id: activation.account_id,
      created_at: now,
      created_by: activation.created_by,
      expires_at: validUntil,
    },
    () => deps.keyring.seal(JSON.stringify(content), ticketContext(practiceId, id)),
  )
  return { ticket, validUntil }
}

const openPayload = (keyring: Keyring, ticket: Ticket) =>
  JSON.parse(
    keyring.open(ticket.payload_sealed ?? '', ticketContext(ticket.practice_id, ticket.id)),
  ) as ActivationPayload
