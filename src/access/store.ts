import { dropMail } from '../mail/outbox.ts'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import { endSessionsOf } from '../store/sessions.ts'

/** What Portico itself knows of one patient: permission, "not now", account, and the newest invitation. */
export type PortalState = Awaited<ReturnType<typeof readPortalState>>

/** One query each on primary keys and indexes; the EHR is asked meanwhile. */
export async function readPortalState(db: Db, practiceId: string, patientId: string) {
  const [access, refusal, account] = await Promise.all([
    readAccess(db, practiceId, patientId),
    readRefusal(db, practiceId, patientId),
    readAccount(db, practiceId, patientId),
  ])
  const invitation = account && (await newestInvitation(db, practiceId, account.id))
  return { access, refusal, account, invitation }
}

export const readAccess = (db: Db, practiceId: string, patientId: string) =>
  db
    .selectFrom('patient_access')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('patient_id', '=', patientId)
    .executeTakeFirst()

/**
 * Takes the patient's row for the rest of the transaction: of two decisions about one patient (invite, withdraw,
 * activate) the second waits for the first and sees what it did. First statement of each of them.
 */
export const lockAccess = (tx: Db, practiceId: string, patientId: string) =>
  tx
    .updateTable('patient_access')
    .set((eb) => ({ version: eb('version', '+', 0) }))
    .where('practice_id', '=', practiceId)
    .where('patient_id', '=', patientId)
    .returningAll()
    .executeTakeFirst()

type Whose = { practiceId: string; patientId: string; staffId: string }

/** Writes staff's decision. Returns false when nothing changed, so that it is audited once. */
export async function saveDecision(
  tx: Db,
  { practiceId, patientId, staffId, allowed }: Whose & { allowed: boolean },
  now: number,
): Promise<boolean> {
  const before = await lockAccess(tx, practiceId, patientId)
  if ((before?.allowed_at != null) === allowed) return false
  await upsertAccess(
    tx,
    { practiceId, patientId, staffId },
    {
      allowed_at: allowed ? now : null,
      withdrawn_at: allowed ? null : now,
      decided_by: staffId,
    },
  )
  return true
}

/** Notes whether the practice may send e-mail. Returns false when nothing changed. */
export async function saveEmailPermission(
  tx: Db,
  { allowed, ...whose }: Whose & { allowed: boolean },
  now: number,
): Promise<boolean> {
  const before = await lockAccess(tx, whose.practiceId, whose.patientId)
  if ((before?.email_allowed_at != null) === allowed) return false
  await upsertAccess(tx, whose, { email_allowed_at: allowed ? now : null })
  return true
}

/**
 * Keeps a trusted e-mail that the chart cannot hold; null = the chart holds it, or there is none.
 *
 * @param whose.from what the row held when the new value was decided on
 * @returns false when somebody else has changed it since: then nothing is written
 */
export async function saveHeldEmail(
  tx: Db,
  { from, to, ...whose }: Whose & { from: string | null; to: string | null },
): Promise<boolean> {
  if (from === null && to === null) {
    const row = await lockAccess(tx, whose.practiceId, whose.patientId)
    return (row?.trusted_email_sealed ?? null) === null
  }
  const saved = await upsertAccess(tx, whose, { trusted_email_sealed: to }, { heldBefore: from })
  return saved !== undefined
}

/**
 * A first row says who wrote it; that is nobody's decision about the portal yet.
 * @param only a row that holds another e-mail than `heldBefore` is left alone
 */
const upsertAccess = (
  tx: Db,
  { practiceId, patientId, staffId }: Whose,
  columns: Partial<Omit<Schema['patient_access'], 'practice_id' | 'patient_id' | 'version'>>,
  only?: { heldBefore: string | null },
) =>
  tx
    .insertInto('patient_access')
    .values({
      practice_id: practiceId,
      patient_id: patientId,
      allowed_at: null,
      withdrawn_at: null,
      decided_by: staffId,
      email_allowed_at: null,
      trusted_email_sealed: null,
      ...columns,
      version: 1,
    })
    .onConflict((conflict) => {
      const update = conflict
        .columns(['practice_id', 'patient_id'])
        .doUpdateSet((eb) => ({ ...columns, version: eb('patient_access.version', '+', 1) }))
      if (!only) return update
      const { heldBefore } = only
      return update.where('patient_access.trusted_email_sealed', heldBefore === null ? 'is' : '=', heldBefore)
    })
    .returning('patient_id')
    .executeTakeFirst()

/** After "no": every letter, link and session of the patient's account stops at once. The account itself stays. */
export async function endEverythingOf(tx: Db, practiceId: string, patientId: string, now: number) {
  const account = await readAccount(tx, practiceId, patientId)
  if (!account) return
  await endTicketsOf(tx, practiceId, account.id, now)
  await freeUsername(tx, practiceId, account.id)
  await endSessionsOf(tx, { practice_id: practiceId, kind: 'patient', subject_id: account.id })
}

/** The older letter, its slip, its set-up pages and the mail that waits with it stop working. */
export async function endTicketsOf(tx: Db, practiceId: string, accountId: string, now: number) {
  const ended = await tx
    .updateTable('ticket')
    .set({ ended_at: now, payload_sealed: null })
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .returning('id')
    .execute()
  for (const { id } of ended) await dropMail(tx, practiceId, id)
}

/** A name that came with a temporary password is free again, unless the patient has made it their own. */
export const freeUsername = (tx: Db, practiceId: string, accountId: string) =>
  tx
    .updateTable('portal_account')
    .set({ username: null, username_key: null })
    .where('practice_id', '=', practiceId)
    .where('id', '=', accountId)
    .where('activated_at', 'is', null)
    .execute()

const readRefusal = (db: Db, practiceId: string, patientId: string) =>
  db
    .selectFrom('refusal')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('patient_id', '=', patientId)
    .executeTakeFirst()

export const readAccount = (db: Db, practiceId: string, patientId: string) =>
  db
    .selectFrom('account_patient')
    .innerJoin('portal_account', (join) =>
      join
        .onRef('portal_account.practice_id', '=', 'account_patient.practice_id')
        .onRef('portal_account.id', '=', 'account_patient.account_id'),
    )
    .selectAll('portal_account')
    .where('account_patient.practice_id', '=', practiceId)
    .where('account_patient.patient_id', '=', patientId)
    .where('account_patient.relationship', '=', 'self')
    .where('portal_account.closed_at', 'is', null)
    .executeTakeFirst()

/** With the newest mail about it. */
const newestInvitation = (db: Db, practiceId: string, accountId: string) =>
  db
    .selectFrom('ticket')
    .leftJoin('outbox', (join) =>
      join.onRef('outbox.practice_id', '=', 'ticket.practice_id').onRef('outbox.about', '=', 'ticket.id'),
    )
    .select([
      'ticket.id',
      'ticket.kind',
      'ticket.created_at',
      'ticket.created_by',
      'ticket.expires_at',
      'ticket.used_at',
      'ticket.ended_at',
      'ticket.opened_at',
      'ticket.tries',
      'outbox.id as mail_id',
      'outbox.to_sealed',
      'outbox.run_at',
      'outbox.sent_at',
      'outbox.failed_at',
      'outbox.last_error',
    ])
    .where('ticket.practice_id', '=', practiceId)
    .where('ticket.account_id', '=', accountId)
    .where('ticket.kind', 'in', ['activation', 'temporary'])
    .orderBy('ticket.created_at', 'desc')
    .orderBy('ticket.id', 'desc')
    .orderBy('outbox.created_at', 'desc')
    .orderBy('outbox.id', 'desc')
    .limit(1)
    .executeTakeFirst()
