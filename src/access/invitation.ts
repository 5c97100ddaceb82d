import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import { mailFaultOf } from '../mail/faults.ts'
import { mailContext } from '../mail/outbox.ts'
import { PRINTED } from '../mail/read-outbox.ts'
import { TRIES_PER_LETTER, VISITS_PER_TEMPORARY_PASSWORD } from './letter-tries.ts'
import type { Invitation, InvitationMail } from './schema.ts'
import type { PortalState } from './store.ts'

type Row = NonNullable<PortalState['invitation']>

/** Whether the newest invitation still is news: one that staff ended themselves is none, one that tries have ended is. */
export const isWaiting = (row: Row): boolean =>
  row.used_at === null && (row.ended_at === null || isUsedUp(row))

/** Whether a waiting invitation still opens anything. */
export const invitationState = (row: Row, now: number): Invitation['state'] =>
  row.ended_at !== null || isUsedUp(row) ? 'ended' : row.expires_at <= now ? 'expired' : 'live'

/** What the card says of an invitation that waits for the patient. */
export function toInvitation(
  keyring: Keyring,
  practiceId: string,
  row: Row,
  issuedBy: string | null,
  now: number,
): Invitation {
  return {
    id: row.id,
    kind: row.kind === 'temporary' ? 'temporary-password' : 'activation',
    issuedAt: row.created_at,
    issuedBy,
    validUntil: row.expires_at,
    state: invitationState(row, now),
    openedAt: row.opened_at,
    mail: toMail(keyring, practiceId, row),
  }
}

const isUsedUp = ({ kind, tries }: Row) =>
  tries >= (kind === 'temporary' ? VISITS_PER_TEMPORARY_PASSWORD : TRIES_PER_LETTER)

/** A mail that staff printed instead went by hand: there is none to wait for. */
function toMail(keyring: Keyring, practiceId: string, row: Row): InvitationMail | null {
  if (row.mail_id === null || row.to_sealed === null || row.last_error === PRINTED) return null
  return {
    to: openOrNull(keyring, row.to_sealed, mailContext(practiceId, row.mail_id)) ?? '',
    state: row.sent_at !== null ? 'sent' : row.failed_at !== null ? 'failed' : 'waiting',
    at: row.sent_at ?? row.failed_at ?? row.run_at ?? row.created_at,
    fault: row.sent_at === null ? mailFaultOf(row.last_error) : null,
  }
}
