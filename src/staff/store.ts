import { sql } from 'kysely'
import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import type { Db } from '../store/open.ts'
import type { Permission } from './schema.ts'

/** A role as it counts for one person. */
type HeldRole = { id: string; name: string; permissions: Permission[] }
export type StaffMember = {
  id: string
  fhirUser: string
  name: string | null
  role: HeldRole | null
  /** When an administrator stopped this person's use of Portico; null = not stopped. */
  stoppedAt: number | null
}

/**
 * Remembers who launched: a staff member is one `iss` + `fhirUser`. The role given here, if there is such a role, goes to
 * somebody whose role was never decided: what administrators gave or took away stays. Returns the row's id.
 */
export async function saveStaffMember(
  db: Db,
  keyring: Keyring,
  staff: { practiceId: string; iss: string; fhirUser: string; name: string | null; role: string | null },
  now: number,
): Promise<string> {
  const name_sealed = staff.name === null ? null : keyring.seal(staff.name, nameContext(staff.practiceId))
  const role_id = staff.role !== null && (await hasRole(db, staff.practiceId, staff.role)) ? staff.role : null
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
      role_id,
      role_decided_at: role_id === null ? null : now,
      stopped_at: null,
    })
    .onConflict((conflict) =>
      conflict.columns(['practice_id', 'iss', 'fhir_user']).doUpdateSet({
        // Not everybody who vouches for a person says their name: it stays as it was known.
        ...(name_sealed === null ? {} : { name_sealed }),
        last_seen_at: now,
        role_id: sql<string | null>`case when staff_member.role_decided_at is null
          then excluded.role_id else staff_member.role_id end`,
        role_decided_at: sql<number | null>`coalesce(staff_member.role_decided_at, excluded.role_decided_at)`,
      }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** Somebody else than the EHR says what a person is called: that counts where no name is known. */
export async function nameUnknownMember(
  tx: Db,
  keyring: Keyring,
  practiceId: string,
  staff: { id: string; name: string },
): Promise<void> {
  const row = await tx
    .selectFrom('staff_member')
    .select('name_sealed')
    .where('practice_id', '=', practiceId)
    .where('id', '=', staff.id)
    .executeTakeFirst()
  if (!row || openStaffName(keyring, practiceId, row.name_sealed) !== null) return
  await tx
    .updateTable('staff_member')
    .set({ name_sealed: keyring.seal(staff.name, nameContext(practiceId)) })
    .where('practice_id', '=', practiceId)
    .where('id', '=', staff.id)
    .execute()
}

const hasRole = (db: Db, practiceId: string, id: string) =>
  db
    .selectFrom('staff_role')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirst()

export async function findStaffMember(
  db: Db,
  keyring: Keyring,
  practiceId: string,
  id: string,
): Promise<StaffMember | undefined> {
  const row = await db
    .selectFrom('staff_member')
    .leftJoin('staff_role', (join) =>
      join
        .onRef('staff_role.practice_id', '=', 'staff_member.practice_id')
        .onRef('staff_role.id', '=', 'staff_member.role_id'),
    )
    .select(['staff_member.id', 'fhir_user', 'name_sealed', 'role_id', 'stopped_at'])
    .select(['staff_role.name', 'permissions'])
    .where('staff_member.practice_id', '=', practiceId)
    .where('staff_member.id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const name = openStaffName(keyring, practiceId, row.name_sealed)
  const role =
    row.role_id !== null && row.name !== null && row.permissions !== null
      ? { id: row.role_id, name: row.name, permissions: JSON.parse(row.permissions) as Permission[] }
      : null
  return { id: row.id, fhirUser: row.fhir_user, name, role, stoppedAt: row.stopped_at }
}

/** Each launch seals it anew: the name of somebody who left may outlive its key. */
export const openStaffName = (keyring: Keyring, practiceId: string, sealed: string | null) =>
  openOrNull(keyring, sealed, nameContext(practiceId))

const nameContext = (practiceId: string) => `staff ${practiceId}`

/** What people of a practice are called, by how the trail names them: `Practitioner/12` or `staff/<id>`. */
export async function readStaffNames(
  db: Db,
  keyring: Keyring,
  practiceId: string,
): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('staff_member')
    .select(['id', 'fhir_user', 'name_sealed'])
    .where('practice_id', '=', practiceId)
    .execute()
  return new Map(
    rows.flatMap(({ id, fhir_user, name_sealed }) => {
      const name = openStaffName(keyring, practiceId, name_sealed)
      if (name === null) return []
      return [
        [fhir_user, name],
        [`staff/${id}`, name],
      ]
    }),
  )
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
