import { MINUTE_MS } from '../clock.ts'
import type { Db } from '../store/open.ts'

/** When a host last got a token is written once a minute at most: all of its exchanges would queue for that one row. */
const NOTED_EVERY_MS = MINUTE_MS

/** When an administrator stopped a host; null = it was never stopped, or never seen. */
export async function hostStoppedAt(db: Db, practiceId: string, host: string): Promise<number | null> {
  return (await findHostRow(db, practiceId, host))?.stopped_at ?? null
}

/**
 * Notes that a host asks for a token.
 * @returns false for one that is stopped
 */
export async function noteHostUsed(tx: Db, practiceId: string, host: string, now: number): Promise<boolean> {
  const row = await findHostRow(tx, practiceId, host)
  if (row && row.stopped_at !== null) return false
  if (row?.last_used_at != null && now - row.last_used_at < NOTED_EVERY_MS) return true
  await tx
    .insertInto('host')
    .values({ practice_id: practiceId, id: host, last_used_at: now, stopped_at: null, stopped_by: null })
    .onConflict((conflict) => conflict.columns(['practice_id', 'id']).doUpdateSet({ last_used_at: now }))
    .execute()
  return true
}

const findHostRow = (db: Db, practiceId: string, host: string) =>
  db
    .selectFrom('host')
    .select(['last_used_at', 'stopped_at'])
    .where('practice_id', '=', practiceId)
    .where('id', '=', host)
    .executeTakeFirst()
