import { sql } from 'kysely'
import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import type { MailKind, OutboxMail, OutboxView } from '../settings/schema.ts'
import type { Db } from '../store/open.ts'
import { mailFaultOf } from './faults.ts'
import { mailContext, type OutboxRow } from './outbox.ts'

const PER_PAGE = 50

/** What a mail that staff printed says in place of a fault. */
export const PRINTED = 'printed'

/** Where a page of the outbox goes on: what is older than this row. */
export type OutboxCursor = { at: number; id: string }

/** A practice's mails, newest first, a page at a time. */
export async function readOutbox(
  db: Db,
  keyring: Keyring,
  practiceId: string,
  before: OutboxCursor | undefined,
): Promise<OutboxView> {
  const [rows, counts] = await Promise.all([readRows(db, practiceId, before), countMails(db, practiceId)])
  const page = rows.slice(0, PER_PAGE)
  const last = rows.length > PER_PAGE ? page.at(-1) : undefined
  return {
    mails: page.map((row) => toOutboxMail(keyring, row)),
    counts,
    before: last ? `${last.created_at}.${last.id}` : null,
  }
}

export const findMail = (db: Db, practiceId: string, id: string): Promise<OutboxRow | undefined> =>
  db
    .selectFrom('outbox')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirst()

/** One mail as administrators see it: to whom and what about, never its text. */
export function toOutboxMail(keyring: Keyring, row: OutboxRow): OutboxMail {
  const open = (sealed: string | null) => openOrNull(keyring, sealed, mailContext(row.practice_id, row.id))
  return {
    id: row.id,
    kind: row.kind as MailKind,
    to: open(row.to_sealed) ?? '',
    subject: open(row.subject_sealed),
    state: row.sent_at !== null ? 'sent' : row.failed_at !== null ? 'failed' : 'waiting',
    createdAt: row.created_at,
    at: row.sent_at ?? row.failed_at ?? row.run_at,
    attempts: row.attempts,
    fault: row.last_error === PRINTED ? null : mailFaultOf(row.last_error),
    kept: row.payload_sealed !== null,
  }
}

function readRows(db: Db, practiceId: string, before: OutboxCursor | undefined): Promise<OutboxRow[]> {
  let query = db.selectFrom('outbox').selectAll().where('practice_id', '=', practiceId)
  if (before) query = query.where(sql<boolean>`(created_at, id) < (${before.at}, ${before.id})`)
  return query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(PER_PAGE + 1)
    .execute()
}

/** What was printed is done with: it counts as nothing. */
async function countMails(db: Db, practiceId: string): Promise<OutboxView['counts']> {
  const { rows } = await sql<OutboxView['counts']>`
    select count(*) filter (where sent_at is null and failed_at is null) as waiting,
      count(sent_at) as sent,
      count(failed_at) filter (where last_error <> ${PRINTED}) as failed
    from outbox where practice_id = ${practiceId}`.execute(db)
  return rows[0] ?? { waiting: 0, sent: 0, failed: 0 }
}
