import { openIndexRow } from '../accounts/index-row.ts'
import { MINUTE_MS } from '../clock.ts'
import { mailLetter } from '../credentials/mail-letter.ts'
import type { InvitationIssued } from '../credentials/schema.ts'
import { addSlip } from '../credentials/slip-content.ts'
import { openMail } from '../mail/outbox.ts'
import { settleAsPrinted } from '../mail/settle-by-hand.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { noteDeed, type OutboxAsker, type OutboxDeps, requireUnsent } from './watch-outbox.ts'

export type PrintDeps = OutboxDeps & { staffUrl: string }

/** About as long as a mail server may take for one mail. */
const ASK_AGAIN_SECONDS = MINUTE_MS / 1000

/**
 * Puts a mail that did not go on paper instead: answers with the one-time address of a slip that shows it. From then on
 * it is never e-mailed.
 *
 * @throws Problem `not-found`, `conflict` when it was sent meanwhile, `in-progress` while it is being sent,
 * `ticket-ended` when its text or its way in is gone
 */
export async function printMail(deps: PrintDeps, asker: OutboxAsker, id: string): Promise<InvitationIssued> {
  const { store, keyring } = deps
  const { practice, staff } = asker
  const now = deps.now()
  return store.transaction(async (tx) => {
    const row = await requireUnsent(tx, keyring, { practiceId: practice.id, id, now })
    const mail = openMail(keyring, row)
    const account = await findAccount(tx, practice.id, mail.account)
    if (!(await settleAsPrinted(tx, row, now)))
      throw new Problem('in-progress', 'This mail is on its way right now. Look again in a minute.', {
        retryAfter: ASK_AGAIN_SECONDS,
      })
    const whose = openIndexRow(keyring, account)
    const content = mailLetter({ practice, mail, kind: row.kind, whose, now })
    const slip = { practiceId: practice.id, accountId: account.id, staffId: staff.id, content, now }
    const slipUrl = await addSlip(tx, deps, slip)
    await noteDeed(tx, asker, 'mail.printed', { row, account: account.id }, now)
    return { slipUrl, validUntil: content.validUntil, mailedTo: null }
  })
}

/** A slip belongs to an account, as its letter does. */
async function findAccount(tx: Db, practiceId: string, id: string | undefined) {
  const account = await tx
    .selectFrom('portal_account')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('id', '=', id ?? '')
    .executeTakeFirst()
  if (!account) throw new Problem('ticket-ended', 'The account that this mail is about is gone.')
  return account
}
