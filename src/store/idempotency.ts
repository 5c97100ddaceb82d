import { MINUTE_MS } from '../clock.ts'
import type { Db } from './open.ts'

/** So long a request may run; an older one without an answer has crashed, and its key may be used again. */
const RUNNING_MS = MINUTE_MS
/** So long an answer is kept for a repeat: a person's second click or a network's second try, and not longer, as some
 * answers open a session. */
const KEPT_MS = 10 * MINUTE_MS

export type Claim =
  | { kind: 'new' }
  | { kind: 'running' }
  | { kind: 'mismatch' }
  | { kind: 'answered'; sealed: string }

type ClaimRequest = { practiceId: string; key: string; requestMac: string; now: number }

/** Of many requests with one key, exactly one is told `new` and does the work. */
export async function claim(db: Db, request: ClaimRequest): Promise<Claim> {
  if (await insertClaim(db, request)) return { kind: 'new' }
  const row = await db
    .selectFrom('idempotency')
    .selectAll()
    .where('practice_id', '=', request.practiceId)
    .where('key', '=', request.key)
    .executeTakeFirst()
  // Released or swept a moment ago: whoever comes next may have it, and the caller asks again.
  if (!row) return { kind: 'running' }
  const over = row.expires_at <= request.now
  if (!over && row.request_mac !== request.requestMac) return { kind: 'mismatch' }
  if (!over && row.answer_sealed !== null) return { kind: 'answered', sealed: row.answer_sealed }
  if (!over && row.created_at > request.now - RUNNING_MS) return { kind: 'running' }
  return (await takeOver(db, request, row.created_at)) ? { kind: 'new' } : { kind: 'running' }
}

/** Keeps the answer for repeats. Of a crashed request that comes back and its successor, the first to answer counts. */
export async function settleClaim(db: Db, practiceId: string, key: string, sealed: string): Promise<void> {
  await db
    .updateTable('idempotency')
    .set({ answer_sealed: sealed })
    .where('practice_id', '=', practiceId)
    .where('key', '=', key)
    .where('answer_sealed', 'is', null)
    .execute()
}

/** Gives the key back after a refusal, so that the same key may try again. */
export async function releaseClaim(db: Db, practiceId: string, key: string): Promise<void> {
  await db
    .deleteFrom('idempotency')
    .where('practice_id', '=', practiceId)
    .where('key', '=', key)
    .where('answer_sealed', 'is', null)
    .execute()
}

async function insertClaim(db: Db, { practiceId, key, requestMac, now }: ClaimRequest) {
  const row = await db
    .insertInto('idempotency')
    .values({
      practice_id: practiceId,
      key,
      request_mac: requestMac,
      answer_sealed: null,
      created_at: now,
      expires_at: now + KEPT_MS,
    })
    .onConflict((conflict) => conflict.columns(['practice_id', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst()
  return row !== undefined
}

async function takeOver(db: Db, { practiceId, key, requestMac, now }: ClaimRequest, seenAt: number) {
  const row = await db
    .updateTable('idempotency')
    .set({ request_mac: requestMac, answer_sealed: null, created_at: now, expires_at: now + KEPT_MS })
    .where('practice_id', '=', practiceId)
    .where('key', '=', key)
    .where('created_at', '=', seenAt)
    .returning('key')
    .executeTakeFirst()
  return row !== undefined
}
