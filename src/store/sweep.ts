import { type RawBuilder, sql } from 'kysely'
import { DAY_MS, MINUTE_MS } from '../clock.ts'
import type { Db } from './open.ts'
import type { Schema } from './schema.ts'

/** At most so many rows of a table at a time: sweeping must never hold up a request. */
const ROWS_AT_ONCE = 500

type Rule = { table: keyof Schema; key: string; over: (now: number) => RawBuilder<unknown> }

const EVENTS_KEPT_MS = 5 * MINUTE_MS
const SETTLED_KEPT_MS = 30 * DAY_MS
/** An ended ticket still tells staff and patient why it no longer works. */
const TICKETS_KEPT_MS = 30 * DAY_MS
/** Longer than any staff session lives; the EHR tokens go with the launch. */
const LAUNCHES_KEPT_MS = DAY_MS

const expired = (now: number) => sql`expires_at <= ${now}`

/** Children first. */
const RULES: readonly Rule[] = [
  { table: 'session', key: 'token_hash', over: expired },
  { table: 'jti', key: 'id', over: expired },
  { table: 'idempotency', key: 'key', over: expired },
  { table: 'throttle', key: 'key', over: (now) => sql`reset_at <= ${now}` },
  { table: 'ticket', key: 'id', over: (now) => expired(now - TICKETS_KEPT_MS) },
  { table: 'event', key: 'id', over: (now) => sql`at <= ${now - EVENTS_KEPT_MS}` },
  { table: 'launch', key: 'id', over: (now) => sql`created_at <= ${now - LAUNCHES_KEPT_MS}` },
  {
    table: 'ehr_token',
    key: 'id',
    over: (now) => sql`expires_at <= ${now} and not exists (select 1 from launch
      where launch.practice_id = ehr_token.practice_id and launch.ehr_token_id = ehr_token.id)`,
  },
  { table: 'job', key: 'id', over: (now) => settledBefore('done_at', now - SETTLED_KEPT_MS) },
  { table: 'outbox', key: 'id', over: (now) => settledBefore('sent_at', now - SETTLED_KEPT_MS) },
]

/**
 * Deletes what has had its time, a bounded piece of each table. Audit rows stay. Step of the worker.
 *
 * @returns whether there was anything to delete
 */
export async function sweep(db: Db, now: number): Promise<boolean> {
  let swept = await forgetExpired(db, now)
  for (const { table, key, over } of RULES) {
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where (practice_id, ${sql.ref(key)}) in
        (select practice_id, ${sql.ref(key)} from ${sql.table(table)} where ${over(now)} limit ${ROWS_AT_ONCE})`.execute(
      db,
    )
    swept ||= (numAffectedRows ?? 0n) > 0n
  }
  return swept
}

/** By the time it was due, which the index of settled rows is sorted by; a row settles at or after that. */
const settledBefore = (doneAt: 'done_at' | 'sent_at', before: number) =>
  sql`run_at <= ${before} and (${sql.ref(doneAt)} <= ${before} or failed_at <= ${before})
    and (${sql.ref(doneAt)} is not null or failed_at is not null)`

/** A ticket that nobody used in time keeps no name, address or birth date. */
async function forgetExpired(db: Db, now: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('ticket')
    .set({ payload_sealed: null })
    .where('expires_at', '<=', now)
    .where('payload_sealed', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
