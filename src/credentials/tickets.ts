import { fingerprint, randomToken } from '../crypto/tokens.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Language } from '../practices/schema.ts'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import { ticketContext } from '../store/ticket-context.ts'

export type Ticket = Schema['ticket']
type NewTicket = Omit<Ticket, 'tries' | 'used_at' | 'ended_at' | 'opened_at'>

/** What an invitation keeps until it is used: enough to recognise the patient while the EHR is away. Sealed. */
export type ActivationPayload = {
  patientId: string
  firstName: string
  lastName: string
  /** Any address of theirs, of which no password may be made; null = none is known. */
  email: string | null
  /** Address that only the patient reads: where notices go; null = nowhere. */
  trustedEmail: string | null
  language: Language
  identities: string[]
}
/** A temporary password keeps its hash too. It knows the birth date, which no new password may be made of. */
export type TemporaryPayload = ActivationPayload & { hash: string; birthDate: string }
/** A mailed link leads to the activation that it belongs to. */
export type LinkPayload = { activationId: string }
/** What stands between "it is you" and "choose a password": 15 minutes, and the letter stays good meanwhile. */
export type SetupPayload = ActivationPayload & { activationId: string; birthDate: string }

export const portalIdMacs = (keyring: Keyring, practiceId: string, portalId: string) =>
  keyring.macs('portal-id', `${practiceId} ${portalId}`)
export const codeMac = (keyring: Keyring, ticketId: string, code: string) =>
  keyring.mac('activation-code', `${ticketId} ${code}`)
export const codeMacs = (keyring: Keyring, ticketId: string, code: string) =>
  keyring.macs('activation-code', `${ticketId} ${code}`)

export const sealPayload = (
  keyring: Keyring,
  ticket: Pick<Ticket, 'practice_id' | 'id'>,
  payload: ActivationPayload | TemporaryPayload | LinkPayload | SetupPayload,
) => keyring.seal(JSON.stringify(payload), ticketContext(ticket.practice_id, ticket.id))

type Sealed = Pick<Ticket, 'practice_id' | 'id' | 'payload_sealed'>

/** @throws Error for a ticket that was used or ended, as the others do: it keeps nothing */
export const openActivation = (keyring: Keyring, ticket: Sealed) => open(keyring, ticket) as ActivationPayload
export const openTemporary = (keyring: Keyring, ticket: Sealed) => open(keyring, ticket) as TemporaryPayload
export const openLink = (keyring: Keyring, ticket: Sealed) => open(keyring, ticket) as LinkPayload
export const openSetup = (keyring: Keyring, ticket: Sealed) => open(keyring, ticket) as SetupPayload

const open = (keyring: Keyring, { practice_id, id, payload_sealed }: Sealed): unknown =>
  JSON.parse(keyring.open(payload_sealed ?? '', ticketContext(practice_id, id)))

/** Adds a ticket; false when a live one already answers to the same look-up. */
export async function addTicket(db: Db, ticket: NewTicket): Promise<boolean> {
  const added = await db
    .insertInto('ticket')
    .values({ ...ticket, tries: 0, used_at: null, ended_at: null, opened_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

/** A ticket that a 256-bit token opens. Returns the token; the store holds its SHA-256. */
export async function addTokenTicket(
  db: Db,
  ticket: Omit<NewTicket, 'lookup' | 'secret_mac' | 'payload_sealed'>,
  seal: (token: string) => string,
): Promise<string> {
  const token = randomToken()
  await addTicket(db, {
    ...ticket,
    lookup: fingerprint(token),
    secret_mac: null,
    payload_sealed: seal(token),
  })
  return token
}

export const findTokenTicket = (db: Db, practiceId: string, kind: Ticket['kind'], token: string) =>
  db
    .selectFrom('ticket')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('kind', '=', kind)
    .where('lookup', '=', fingerprint(token))
    .orderBy('created_at', 'desc')
    .executeTakeFirst()

/** One ticket, as long as it works. */
export const findLiveTicket = (
  db: Db,
  practiceId: string,
  kind: Ticket['kind'],
  id: string,
  now: number,
): Promise<Ticket | undefined> =>
  db
    .selectFrom('ticket')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .where('kind', '=', kind)
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()

/** Stops one ticket; nothing readable of it stays. */
export const endTicket = (tx: Db, practiceId: string, id: string, now: number) =>
  tx
    .updateTable('ticket')
    .set({ ended_at: now, payload_sealed: null })
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .execute()

/** Uses a ticket up and forgets what it held. One statement, so of many at once exactly one gets true. */
export async function useTicket(db: Db, practiceId: string, id: string, now: number): Promise<boolean> {
  const used = await db
    .updateTable('ticket')
    .set({ used_at: now, payload_sealed: null })
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return used !== undefined
}

/** The mailed link goes with its letter: what opened the portal once opens nothing more. */
export const useLinks = (tx: Db, practiceId: string, accountId: string, now: number) =>
  tx
    .updateTable('ticket')
    .set({ used_at: now, payload_sealed: null })
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'link')
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .execute()

/** Somebody got as far as the page behind it: staff see "Opened". The first time counts. */
export const markOpened = (tx: Db, practiceId: string, id: string, now: number) =>
  tx
    .updateTable('ticket')
    .set({ opened_at: now })
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .where('opened_at', 'is', null)
    .execute()
