import { type RawBuilder, sql } from 'kysely'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../clock.ts'
import type { Db, Store } from './open.ts'
import type { Schema } from './schema.ts'
import { RESTRICTED_LIFETIME_MS } from './sessions.ts'

/** At most so many rows of a table at a time: sweeping must never hold up a request. */
const ROWS_AT_ONCE = 500

type Rule = { table: keyof Schema; key: string; over: (now: number) => RawBuilder<unknown> }

const EVENTS_KEPT_MS = 5 * MINUTE_MS
const SETTLED_KEPT_MS = 30 * DAY_MS
/** So long a mail that failed can go again or be printed. */
const FAILED_MAIL_KEPT_MS = 7 * DAY_MS
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
  { table: 'work_item', key: 'id', over: (now) => sql`done_at <= ${now - SETTLED_KEPT_MS}` },
]

/**
 * Deletes what has had its time, a bounded piece of each table. Audit rows stay. Step of the worker.
 *
 * @returns whether there was anything to delete
 */
export async function sweep(store: Store, now: number): Promise<boolean> {
  const { db } = store
  let swept = await forgetExpired(store, now)
  if (await forgetFailedMail(db, now)) swept = true
  if (await sweepPieces(db, now)) swept = true
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

/**
 * A ticket that nobody used in time keeps no name, address or birth date. A temporary password may still be needed by the
 * session that it opened last.
 */
async function forgetExpired(store: Store, now: number): Promise<boolean> {
  const forgotten = await store.db
    .updateTable('ticket')
    .set({ payload_sealed: null })
    .where('expires_at', '<=', now)
    .where((eb) =>
      eb.or([eb('kind', '<>', 'temporary'), eb('expires_at', '<=', now - RESTRICTED_LIFETIME_MS)]),
    )
    .where('payload_sealed', 'is not', null)
    .returning(['practice_id', 'account_id', 'kind'])
    .execute()
  for (const ticket of forgotten) if (ticket.kind === 'temporary') await freeUsername(store, ticket)
  return forgotten.length > 0
}

/** The name that came with a temporary password goes with it, unless the account has been opened or has newer words. */
const freeUsername = (
  store: Store,
  { practice_id, account_id }: Pick<Schema['ticket'], 'practice_id' | 'account_id'>,
) =>
  store.transaction(async (tx) => {
    const account = tx.updateTable('portal_account').where('practice_id', '=', practice_id)
    // Whoever makes new words at this moment holds the row: they are waited for, and then seen.
    await account
      .set((eb) => ({ version: eb('version', '+', 0) }))
      .where('id', '=', account_id)
      .execute()
    await account
      .set({ username: null, username_key: null })
      .where('id', '=', account_id)
      .where('activated_at', 'is', null)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('ticket')
              .select('ticket.id')
              .whereRef('ticket.practice_id', '=', 'portal_account.practice_id')
              .whereRef('ticket.account_id', '=', 'portal_account.id')
              .where('ticket.kind', '=', 'temporary')
              .where('ticket.payload_sealed', 'is not', null),
          ),
        ),
      )
      .execute()
  })

/** Afterwards the row still says that it failed, and why. */
async function forgetFailedMail(db: Db, now: number): Promise<boolean> {
  const before = now - FAILED_MAIL_KEPT_MS
  const { numUpdatedRows } = await db
    .updateTable('outbox')
    .set({ payload_sealed: null })
    // The index of settled rows is sorted by this.
    .where('run_at', '<=', before)
    .where('failed_at', '<=', before)
    .where('payload_sealed', 'is not', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** A file comes in within half an hour; what is in pieces after an hour stays so. */
const PIECES_KEPT_MS = HOUR_MS
/** A piece is a quarter of a megabyte. */
const PIECES_AT_ONCE = 8
const LOOK_BACK_MS = 2 * DAY_MS

/**
 * Deletes some pieces of one file that never became whole, the first piece last, as the file is found by it. Of whole
 * files there are many: what is older than two days is looked through once a day.
 */
async function sweepPieces(db: Db, now: number): Promise<boolean> {
  const since = now % DAY_MS < 2 * MINUTE_MS ? 0 : now - LOOK_BACK_MS
  const file = await db
    .selectFrom('blob_chunk')
    .select(['practice_id', 'blob_id'])
    .where('created_at', '<=', now - PIECES_KEPT_MS)
    .where('created_at', '>', since)
    .where('seq', '=', 0)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('blob')
            .select('blob.id')
            .whereRef('blob.practice_id', '=', 'blob_chunk.practice_id')
            .whereRef('blob.id', '=', 'blob_chunk.blob_id'),
        ),
      ),
    )
    .limit(1)
    .executeTakeFirst()
  if (!file) return false
  const ofFile = sql`practice_id = ${file.practice_id} and blob_id = ${file.blob_id}`
  await sql`
    delete from blob_chunk where ${ofFile} and seq in
      (select seq from blob_chunk where ${ofFile} order by seq desc limit ${PIECES_AT_ONCE})`.execute(db)
  return true
}
