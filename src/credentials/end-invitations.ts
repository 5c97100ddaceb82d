import { endTicketsOf, freeUsername } from '../access/store.ts'
import type { Db } from '../store/open.ts'
import { endRestrictedSessions } from '../store/sessions.ts'

/**
 * Everything that an account was invited with so far stops working, in the caller's transaction: letters, links, slips,
 * words and the sessions that they opened, set-up pages, and mails that still wait. A name that came with a temporary
 * password is free again.
 *
 * @returns whether somebody was choosing a new password at this moment
 */
export async function endInvitations(
  tx: Db,
  practiceId: string,
  accountId: string,
  now: number,
): Promise<boolean> {
  await endTicketsOf(tx, practiceId, accountId, now)
  // After the tickets: whoever signs in with the words at this moment has taken their row, and is waited for.
  const sessions = await endRestrictedSessions(tx, practiceId, accountId)
  await freeUsername(tx, practiceId, accountId)
  return sessions.length > 0
}
