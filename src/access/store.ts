import type { Db } from '../store/open.ts'
import { endSessionsOf } from '../store/sessions.ts'

/** What Portico itself knows of one patient: permission, account, and the newest invitation. */
export type PortalState = Awaited<ReturnType<typeof readPortalState>>

/** One query each on primary keys and indexes; the EHR is asked meanwhile. */
export async function readPortalState(db: Db, practiceId: string, patientId: string) {
  const [access, account] = await Promise.all([
    readAccess(db, practiceId, patientId),
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
      .executeTakeFirst(),
  ])
  const invitation = account && (await newestInvitation(db, practiceId, account.id))
  return { access, account, invitation }
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

/** Writes staff's decision. Returns false when nothing changed, so that it is audited once. */
export async function saveDecision(
  tx: Db,
  decision: { practiceId: string; patientId: string; allowed: boolean; staffId: string },
  now: number,
): Promise<boolean> {
  const { practiceId, patientId, allowed, staffId } = decision
  const before = await lockAccess(tx, practiceId, patientId)
  if ((before?.allowed_at != null) === allowed) return false
  const columns = {
    allowed_at: allowed ? now : null,
    withdrawn_at: allowed ? null : now,
    decided_by: staffId,
  }
  await tx
    .insertInto('patient_access')
    .values({ practice_id: practiceId, patient_id: patientId, ...columns, version: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['practice_id', 'patient_id'])
        .doUpdateSet((eb) => ({ ...columns, version: eb('patient_access.version', '+', 1) })),
    )
    .execute()
  return true
}

/** After "no": every letter, link and session of the patient's account stops at once. The account itself stays. */
export async function endEverythingOf(tx: Db, practiceId: string, patientId: string, now: number) {
  const { account } = await readPortalState(tx, practiceId, patientId)
  if (!account) return
  await endTicketsOf(tx, practiceId, account.id, now)
  await endSessionsOf(tx, { practice_id: practiceId, kind: 'patient', subject_id: account.id })
}

/** The older letter, its slip and its set-up pages stop working. */
export const endTicketsOf = (tx: Db, practiceId: string, accountId: string, now: number) =>
  tx
    .updateTable('ticket')
    .set({ ended_at: now, payload_sealed: null })
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .execute()

const newestInvitation = (db: Db, practiceId: string, accountId: string) =>
  db
    .selectFrom('ticket')
    .select(['id', 'created_at', 'created_by', 'expires_at', 'used_at', 'ended_at', 'tries'])
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'activation')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
