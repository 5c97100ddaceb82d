import { fingerprint, randomToken } from '../crypto/tokens.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Language } from '../practices/schema.ts'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'

export type Ticket = Schema['ticket']

/** What an invitation keeps until it is used: enough to recognise the patient while the EHR is away. Sealed. */
export type ActivationPayload = {
  patientId: string
  firstName: string
  lastName: string
  /** Address that the username is suggested from; null = from the name. */
  email: string | null
  /** Address that only the patient reads: where notices go; null = nowhere. */
  trustedEmail: string | null
  language: Language
  identities: string[]
}
/** What stands between "it is you" and "choose a password": 15 minutes, and the letter stays good meanwhile. */
export type SetupPayload = ActivationPayload & { activationId: string; birthDate: string }

export const ticketContext = (practiceId: string, id: string) => `ticket ${practiceId} ${id}`

export const portalIdMacs = (keyring: Keyring, practiceId: string, portalId: string) =>
  keyring.macs('portal-id', `${practiceId} ${portalId}`)
export const codeMac = (keyring: Keyring, ticketId: string, code: string) =>
  keyring.mac('activation-code', `${ticketId} ${code}`)
export const codeMacs = (keyring: Keyring, ticketId: string, code: string) =>
  keyring.macs('activation-code', `${ticketId} ${code}`)

/** Adds a ticket; false when a live one already answers to the same look-up. */
export async function addTicket(
  db: Db,
  ticket: Omit<Ticket, 'tries' | 'used_at' | 'ended_at'>,
): Promise<boolean> {
  const added = await db
    .insertInto('ticket')
    .values({ ...ticket, tries: 0, used_at: null, ended_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

/** A ticket that a 256-bit token opens. Returns the token; the store holds its SHA-256. */
export async function addTokenTicket(
  db: Db,
  ticket: Omit<Ticket, 'tries' | 'used_at' | 'ended_at' | 'lookup' | 'secret_mac' | 'payload_sealed'>,
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
