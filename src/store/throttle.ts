import { sql } from 'kysely'
import type { Db } from './open.ts'

/**
 * Counts one try in one statement, so that of many at once none is lost. The window begins with its first failure.
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
  return (await countInWindow(db, practiceId, key, windowMs, now)).failures
}

/** As `countFailure`, and when the window ends (epoch ms): until then they only become more. */
export async function countInWindow(
  db: Db,
  practiceId: string,
  key: string,
  windowMs: number,
  now: number,
): Promise<{ failures: number; resetAt: number }> {
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
    .returning(['failures', 'reset_at'])
    .executeTakeFirstOrThrow()
  return { failures: row.failures, resetAt: row.reset_at }
}

/** Takes one count back: a try is counted before it is known to be right, so that a burst cannot slip through. */
export async function forgiveFailure(db: Db, practiceId: string, key: string): Promise<void> {
  await db
    .updateTable('throttle')
    .set((eb) => ({ failures: eb('failures', '-', 1) }))
    .where('practice_id', '=', practiceId)
    .where('key', '=', key)
    .where('failures', '>', 0)
    .execute()
}

/** Forgets the failures of a key, after a success. */
export async function clearFailures(db: Db, practiceId: string, key: string): Promise<void> {
  await db.deleteFrom('throttle').where('practice_id', '=', practiceId).where('key', '=', key).execute()
}
