import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import type { Store } from '../store/open.ts'
import { heldEmailContext } from './standing.ts'

const ROWS_AT_ONCE = 500

/**
 * Seals the trusted e-mails that Portico keeps under the current key, at start: they stay for years, and a key that was
 * replaced must be free to go. One that no key opens is left alone; it counts as none.
 */
export async function resealHeldEmails({ db }: Store, keyring: Keyring): Promise<void> {
  let rows = await rowsAfter(db, '', '')
  while (rows.length > 0) {
    for (const row of rows) await reseal(db, keyring, row)
    const last = rows.at(-1)
    rows = last ? await rowsAfter(db, last.practice_id, last.patient_id) : []
  }
}

type Row = Awaited<ReturnType<typeof rowsAfter>>[number]

const rowsAfter = (db: Store['db'], practiceId: string, patientId: string) =>
  db
    .selectFrom('patient_access')
    .select(['practice_id', 'patient_id', 'trusted_email_sealed'])
    .where((eb) =>
      eb.or([
        eb('practice_id', '>', practiceId),
        eb.and([eb('practice_id', '=', practiceId), eb('patient_id', '>', patientId)]),
      ]),
    )
    .where('trusted_email_sealed', 'is not', null)
    .orderBy('practice_id')
    .orderBy('patient_id')
    .limit(ROWS_AT_ONCE)
    .execute()

async function reseal(db: Store['db'], keyring: Keyring, row: Row): Promise<void> {
  const sealed = row.trusted_email_sealed
  if (sealed === null || keyring.isCurrent(sealed)) return
  const held = openOrNull(keyring, sealed, heldEmailContext(row))
  if (held === null) return
  await db
    .updateTable('patient_access')
    .set({ trusted_email_sealed: keyring.seal(held, heldEmailContext(row)) })
    .where('practice_id', '=', row.practice_id)
    .where('patient_id', '=', row.patient_id)
    // Somebody may save another one meanwhile.
    .where('trusted_email_sealed', '=', sealed)
    .execute()
}
