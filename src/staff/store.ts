import type { Keyring } from '../crypto/keyring.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import type { Db } from '../store/open.ts'

export type StaffMember = { id: string; fhirUser: string; name: string | null }

/** Remembers who launched: a staff member is one `iss` + `fhirUser`. Returns the row's id. */
export async function saveStaffMember(
  db: Db,
  keyring: Keyring,
  staff: { practiceId: string; iss: string; fhirUser: string; name: string | null },
  now: number,
): Promise<string> {
  const name_sealed = staff.name === null ? null : keyring.seal(staff.name, `staff ${staff.practiceId}`)
  const row = await db
    .insertInto('staff_member')
    .values({
      practice_id: staff.practiceId,
      id: uuidv7(now),
      iss: staff.iss,
      fhir_user: staff.fhirUser,
      name_sealed,
      first_seen_at: now,
      last_seen_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['practice_id', 'iss', 'fhir_user']).doUpdateSet({ name_sealed, last_seen_at: now }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

export async function findStaffMember(
  db: Db,
  keyring: Keyring,
  practiceId: string,
  id: string,
): Promise<StaffMember | undefined> {
  const row = await db
    .selectFrom('staff_member')
    .select(['id', 'fhir_user', 'name_sealed'])
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const name = row.name_sealed === null ? null : keyring.open(row.name_sealed, `staff ${practiceId}`)
  return { id: row.id, fhirUser: row.fhir_user, name }
}

/** Ends every launch of a staff member and forgets the EHR tokens that they brought. */
export async function endLaunchesOf(tx: Db, practiceId: string, staffId: string, now: number): Promise<void> {
  const ended = await tx
    .updateTable('launch')
    .set({ ended_at: now })
    .where('practice_id', '=', practiceId)
    .where('staff_id', '=', staffId)
    .where('ended_at', 'is', null)
    .returning('ehr_token_id')
    .execute()
  if (ended.length === 0) return
  await tx
    .updateTable('ehr_token')
    .set({ access_sealed: '', refresh_sealed: null, expires_at: now })
    .where('practice_id', '=', practiceId)
    .where(
      'id',
      'in',
      ended.map(({ ehr_token_id }) => ehr_token_id),
    )
    .execute()
}
