import { sql } from 'kysely'
import type { Keyring } from '../crypto/keyring.ts'
import type { Db } from '../store/open.ts'
import { ticketContext } from '../store/ticket-context.ts'

/** Restricted sessions that one temporary password opens: a phone may die on the page twice. */
export const VISITS_PER_PASSWORD = 3

/** A temporary password, as far as the sign-in reads its sealed payload. */
type Temporary = { id: string; hash: string }

/**
 * The words of a temporary password as they are compared: people copy them from paper, and phones capitalise, add full
 * stops and turn spaces into hyphens. The words themselves are plain small letters, so nothing of their strength is lost.
 */
export const plainWords = (typed: string): string =>
  typed
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{P}]+/gu, ' ')
    .trim()

/** The temporary password that opens this account now, if there is one. */
export async function findTemporary(
  db: Db,
  keyring: Keyring,
  request: { practiceId: string; accountId: string },
  now: number,
): Promise<Temporary | undefined> {
  const row = await db
    .selectFrom('ticket')
    .select(['id', 'payload_sealed'])
    .where('practice_id', '=', request.practiceId)
    .where('account_id', '=', request.accountId)
    .where('kind', '=', 'temporary')
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
  if (!row?.payload_sealed) return undefined
  const context = ticketContext(request.practiceId, row.id)
  const { hash } = JSON.parse(keyring.open(row.payload_sealed, context)) as { hash: string }
  return { id: row.id, hash }
}

/**
 * Counts one visit, in one statement: of many at once no more than three get in. The third ends the password; the session
 * that it opens may still finish.
 *
 * @returns which visit it is; undefined when the password was ended, used or overtaken meanwhile
 */
export async function takeVisit(
  tx: Db,
  practiceId: string,
  id: string,
  now: number,
): Promise<number | undefined> {
  const isLast = sql`tries + 1 >= ${VISITS_PER_PASSWORD}`
  const row = await tx
    .updateTable('ticket')
    .set((eb) => ({
      tries: eb('tries', '+', 1),
      opened_at: sql<number>`coalesce(opened_at, ${now})`,
      ended_at: sql<number | null>`case when ${isLast} then ${now} else ended_at end`,
      // What it holds is still needed by that session; the sweep forgets it soon after this.
      expires_at: sql<number>`case when ${isLast} then ${now} else expires_at end`,
    }))
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .where('kind', '=', 'temporary')
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .where('tries', '<', VISITS_PER_PASSWORD)
    .returning('tries')
    .executeTakeFirst()
  return row?.tries
}
