import { type AuditEntry, recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { publishEvent } from '../events/events.ts'
import { isOver, openMail, type OutboxRow } from '../mail/outbox.ts'
import { findMail, type OutboxCursor, readOutbox, toOutboxMail } from '../mail/read-outbox.ts'
import { sendAgain } from '../mail/settle-by-hand.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { OutboxMail, OutboxView } from '../settings/schema.ts'
import type { Staff } from '../staff/require-staff.ts'
import type { Db, Store } from '../store/open.ts'
import { findPatientOf } from '../store/patient-of.ts'

export type OutboxDeps = {
  store: Store
  keyring: Keyring
  now: Clock
  readAudit: { record(entry: AuditEntry): Promise<void> }
}
export type OutboxAsker = { practice: Practice; staff: Staff; requestId: string }

/** The outbox names patients' addresses, so a look at it is in the trail. */
export async function listMails(
  { store, keyring, readAudit }: OutboxDeps,
  { practice, staff, requestId }: OutboxAsker,
  request: { before?: OutboxCursor | undefined },
): Promise<OutboxView> {
  const entry = { practiceId: practice.id, actor: staff.fhirUser, action: 'outbox.read', requestId }
  const [view] = await Promise.all([
    readOutbox(store.db, keyring, practice.id, request.before),
    readAudit.record(entry),
  ])
  return view
}

/**
 * Lets a mail that waits or failed go again now.
 * @throws Problem `not-found`, `conflict` when it was sent meanwhile, `ticket-ended` when its text or its way in is gone
 */
export async function retryMail(
  { store, keyring, now }: OutboxDeps,
  asker: OutboxAsker,
  id: string,
): Promise<OutboxMail> {
  return store.transaction(async (tx) => {
    const row = await requireUnsent(tx, keyring, { practiceId: asker.practice.id, id, now: now() })
    const again = await sendAgain(tx, row, now())
    if (!again) throw sentMeanwhile()
    const { account } = openMail(keyring, row)
    await noteDeed(tx, asker, 'mail.retried', { row, account }, now())
    return toOutboxMail(keyring, again)
  })
}

/** The mail, if there is still something to do about it. */
export async function requireUnsent(
  tx: Db,
  keyring: Keyring,
  { practiceId, id, now }: { practiceId: string; id: string; now: number },
): Promise<OutboxRow> {
  const row = await findMail(tx, practiceId, id)
  if (!row) throw new Problem('not-found', 'There is no such mail any more.')
  if (row.sent_at !== null) throw sentMeanwhile()
  if (row.payload_sealed === null)
    throw new Problem('ticket-ended', 'The text of this mail is not kept any more. Make a new invitation.')
  if (await isOver(tx, { row, mail: openMail(keyring, row), now }))
    throw new Problem('ticket-ended', 'What this mail is about has ended. Make a new invitation.')
  return row
}

/** The trail and the event of what somebody did about a mail. */
export async function noteDeed(
  tx: Db,
  asker: OutboxAsker,
  action: 'mail.retried' | 'mail.printed',
  { row, account }: { row: OutboxRow; account: string | undefined },
  now: number,
) {
  const practiceId = asker.practice.id
  const patientId = await findPatientOf(tx, practiceId, account)
  const entry = { practiceId, actor: asker.staff.fhirUser, action, patientId, requestId: asker.requestId }
  await recordAudit(tx, { ...entry, detail: { mail: row.id, kind: row.kind } }, now)
  await publishEvent(tx, { practiceId, topic: 'outbox', patientId }, now)
}

const sentMeanwhile = () => new Problem('conflict', 'This mail was sent meanwhile.')
