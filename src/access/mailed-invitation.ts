import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import { dropMail } from '../mail/outbox.ts'
import type { Db } from '../store/open.ts'
import { ticketContext } from '../store/ticket-context.ts'
import { lockAccess, readAccount } from './store.ts'

type Whose = { practiceId: string; patientId: string }

/** The links of an account that were mailed so far stop working; its letter stays good. */
export const endLinks = (tx: Db, practiceId: string, accountId: string, now: number) =>
  tx
    .updateTable('ticket')
    .set({ ended_at: now, payload_sealed: null })
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'link')
    .where('used_at', 'is', null)
    .where('ended_at', 'is', null)
    .execute()

/**
 * No e-mail any more: links that are on their way or there stop working. Staff may mail again once it is allowed.
 * @returns whether a link ended by it
 */
export async function stopMailed(tx: Db, { practiceId, patientId }: Whose, now: number): Promise<boolean> {
  await lockAccess(tx, practiceId, patientId)
  const account = await readAccount(tx, practiceId, patientId)
  if (!account) return false
  const [ended] = await endLinks(tx, practiceId, account.id, now)
  for (const { id } of await waitingFor(tx, practiceId, account.id)) await dropMail(tx, practiceId, id)
  return Number(ended?.numUpdatedRows ?? 0) > 0
}

/**
 * The patient's own address is another one, or none: what went to the older one stops working, and what an invitation
 * sends later (reminders, the welcome) goes to the new one.
 * @returns whether a link ended by it
 */
export async function followAddress(
  tx: Db,
  keyring: Keyring,
  { trustedEmail, ...whose }: Whose & { trustedEmail: string | null },
  now: number,
): Promise<boolean> {
  const isEnded = await stopMailed(tx, whose, now)
  const account = await readAccount(tx, whose.practiceId, whose.patientId)
  if (!account) return false
  for (const { id, payload_sealed } of await waitingFor(tx, whose.practiceId, account.id)) {
    const context = ticketContext(whose.practiceId, id)
    const opened = openOrNull(keyring, payload_sealed, context)
    if (opened === null) continue
    const payload = { ...(JSON.parse(opened) as Record<string, unknown>), trustedEmail }
    await tx
      .updateTable('ticket')
      .set({ payload_sealed: keyring.seal(JSON.stringify(payload), context) })
      .where('practice_id', '=', whose.practiceId)
      .where('id', '=', id)
      .where('payload_sealed', 'is not', null)
      .execute()
  }
  return isEnded
}

/** Invitations that may still become an account, and the set-up pages that they have opened. */
const waitingFor = (tx: Db, practiceId: string, accountId: string) =>
  tx
    .selectFrom('ticket')
    .select(['id', 'payload_sealed'])
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('kind', 'in', ['activation', 'temporary', 'setup'])
    .where('used_at', 'is', null)
    // Words that are used up keep theirs for the session that they opened last.
    .where('payload_sealed', 'is not', null)
    .execute()
