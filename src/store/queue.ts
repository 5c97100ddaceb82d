import { type RawBuilder, sql } from 'kysely'
import { HOUR_MS, SECOND_MS } from '../clock.ts'
import type { Db, Store } from './open.ts'
import type { Schema } from './schema.ts'

/** Tables whose rows are worked off once each, by any node. */
type Queue = 'job' | 'outbox'

/** What came of a leased row. `error` is a code, never a text that could name somebody. */
export type Outcome = { kind: 'done' } | { kind: 'failed'; error: string } | { kind: 'again'; error: string }

/**
 * Attempt 1 waits 2 s, then twice as long each time up to an hour: a mail is given up after about three days, when it
 * is no news any more; a job after about a fortnight, as an EHR may be away for a weekend.
 */
const MOST_ATTEMPTS = { outbox: 80, job: 350 } as const
const LONGEST_PAUSE_MS = HOUR_MS

const DONE_AT = { job: 'done_at', outbox: 'sent_at' } as const

/**
 * Takes due rows for this worker. Until the lease ends nobody else gets them; then the next one does, and with the
 * attempt number that it is given the late one can no longer settle.
 *
 * @param options.only a condition of the queue's own, e.g. on the kinds of job this node knows
 */
export async function leaseDue<Q extends Queue>(
  store: Store,
  queue: Q,
  options: { limit: number; leaseMs: number; only?: RawBuilder<unknown> },
  now: number,
): Promise<Schema[Q][]> {
  // SQLite has one writer at a time. In PostgreSQL other nodes must neither wait for these rows nor take them too.
  const lock = store.engine === 'postgres' ? sql`for update skip locked` : sql``
  const { rows } = await sql<Schema[Q]>`
    with due as materialized (
      select practice_id, id from ${sql.table(queue)}
      where ${sql.ref(DONE_AT[queue])} is null and failed_at is null and run_at <= ${now} and locked_until <= ${now}
        and ${options.only ?? sql`1 = 1`}
      order by run_at limit ${options.limit} ${lock})
    update ${sql.table(queue)} set locked_until = ${now + options.leaseMs}, attempts = attempts + 1
    where (practice_id, id) in (select practice_id, id from due)
    returning *`.execute(store.db)
  return rows
}

/**
 * Writes the outcome of a leased row. The payload is blanked with the last word on it; a mail that failed keeps it for
 * a while (see the sweep), so that it can go again or be printed.
 *
 * @returns what the outcome came to (after many tries `again` is `failed`); null when the lease was lost meanwhile:
 * then nothing is written
 */
export async function settle(
  db: Db,
  queue: Queue,
  row: { practice_id: string; id: string; attempts: number },
  outcome: Outcome,
  now: number,
): Promise<Outcome['kind'] | null> {
  const final = lastWord(queue, row.attempts, outcome)
  const { rows } = await sql`
    update ${sql.table(queue)} set locked_until = 0, ${changes(queue, row.attempts, final, now)}
    where practice_id = ${row.practice_id} and id = ${row.id} and attempts = ${row.attempts}
      and ${sql.ref(DONE_AT[queue])} is null and failed_at is null
    returning id`.execute(db)
  return rows.length === 1 ? final.kind : null
}

const lastWord = (queue: Queue, attempts: number, outcome: Outcome): Outcome =>
  outcome.kind === 'again' && attempts >= MOST_ATTEMPTS[queue]
    ? { kind: 'failed', error: outcome.error }
    : outcome

function changes(queue: Queue, attempts: number, outcome: Outcome, now: number) {
  if (outcome.kind === 'done')
    return sql`${sql.ref(DONE_AT[queue])} = ${now}, payload_sealed = null, last_error = null`
  if (outcome.kind === 'failed') {
    const payload = queue === 'job' ? sql`null` : sql.ref('payload_sealed')
    return sql`failed_at = ${now}, payload_sealed = ${payload}, last_error = ${outcome.error}`
  }
  const pause = Math.min(LONGEST_PAUSE_MS, SECOND_MS * 2 ** attempts)
  return sql`run_at = ${now + pause}, last_error = ${outcome.error}`
}
