import type { Db } from './open.ts'

/** Whose account it is, for the trail; null where that is not known any more. */
export async function findPatientOf(
  db: Db,
  practiceId: string,
  accountId: string | undefined,
): Promise<string | null> {
  if (accountId === undefined) return null
  const row = await db
    .selectFrom('account_patient')
    .select('patient_id')
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('relationship', '=', 'self')
    .executeTakeFirst()
  return row?.patient_id ?? null
}
