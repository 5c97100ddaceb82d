import type { Db } from '../store/open.ts'
import type { OutboxRow } from './outbox.ts'
import { PRINTED } from './read-outbox.ts'

/**
 * Sends a mail again that waits or failed, at the worker's next look. The count of attempts goes on: by it a sender
 * that comes back late knows that the mail is not its own any more.
 *
 * @returns undefined when it was sent meanwhile or its text is gone
 */
export const sendAgain = (tx: Db, row: OutboxRow, now: number): Promise<OutboxRow | undefined> =>
  changeUnsent(tx, row, { run_at: now, failed_at: null }, Number.MAX_SAFE_INTEGER)

/**
 * Takes a mail out of the queue, as its words are about to be on paper.
 *
 * @returns undefined when it was sent meanwhile, is being sent right now, or its text is gone
 */
export const settleAsPrinted = (tx: Db, row: OutboxRow, now: number): Promise<OutboxRow | undefined> =>
  changeUnsent(tx, row, { failed_at: now, last_error: PRINTED, payload_sealed: null }, now)

/** @param leasedUntil a row with a longer lease is left alone */
const changeUnsent = (
  tx: Db,
  { practice_id, id }: OutboxRow,
  change: Partial<OutboxRow>,
  leasedUntil: number,
) =>
  tx
    .updateTable('outbox')
    .set(change)
    .where('practice_id', '=', practice_id)
    .where('id', '=', id)
    .where('sent_at', 'is', null)
    .where('payload_sealed', 'is not', null)
    .where('locked_until', '<=', leasedUntil)
    .returningAll()
    .executeTakeFirst()
