import { sql } from 'kysely'
import type { Db } from './open.ts'

/** Failures still counted per key; a key without any is missing. */
export async function readFailures(
  db: Db,
  practiceId: string,
  keys: string[],
  now: number,
): Promise<Map<string, number>> {
  if (keys.length === 0) return new Map()
  const rows = await db
    .selectFrom('throttle')
    .select(['key', 'failures'])
    .where('practice_id', '=', practiceId)
    .where('key', 'in', keys)
    .where('reset_at', '>', now)
    .execute()
  return new Map(rows.map((row) => [row.key, row.failures]))
}

/**
 * Counts one failure in one statement, so that of many at once none is lost. The window begins with its first failure.
 *
 * @returns failures in the window, this one included
 */
export async function countFailure(
  db: Db,
  practiceId: string,
  key: string,
  windowMs: number,
  now: number,
): Promise<number> {
  const resetAt = now + windowMs
  const row = await db
    .insertInto('throttle')
    .values({ practice_id: practiceId, key, failures: 1, reset_at: resetAt })
    .onConflict((conflict) =>
      conflict.columns(['practice_id', 'key']).doUpdateSet({
        failures: sql<number>`case when throttle.reset_at <= ${now} then 1 else throttle.failures + 1 end`,
        reset_at: sql<number>`case when throttle.reset_at <= ${now} then excluded.reset_at else throttle.reset_at end`,
      }),
    )
    .returning('failures')
    .executeTakeFirstOrThrow()
  return row.failures
}

/** Forgets the failures of a key, after a success. */
export async function clearFailures(db: Db, practiceId: string, key: string): Promise<void> {
  await db.deleteFrom('throttle').where('practice_id', '=', practiceId).where('key', '=', key).execute()
}
