import type { Practice } from '../practices/practice.ts'
import type { Db } from '../store/open.ts'

/** Whether an administrator has stopped this person's use of Portico; nobody stops whom the file makes one. */
export async function isStopped(db: Db, practice: Practice, fhirUser: string): Promise<boolean> {
  if (practice.administrators.includes(fhirUser)) return false
  const stopped = await db
    .selectFrom('staff_member')
    .select('id')
    .where('practice_id', '=', practice.id)
    .where('iss', '=', practice.fhirBase)
    .where('fhir_user', '=', fhirUser)
    .where('stopped_at', 'is not', null)
    .executeTakeFirst()
  return stopped !== undefined
}
