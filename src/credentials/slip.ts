import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import { openWithToken } from '../crypto/tokens.ts'
import { logoPath, type Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'
import { findPatientOf } from '../store/patient-of.ts'
import type { LetterToPrint } from './letter-pdf.ts'
import type { LetterPdfs, Slip } from './schema.ts'
import type { SlipContent } from './slip-content.ts'
import { findTokenTicket, useTicket } from './tickets.ts'

/** Sets a letter on paper, in the background; null where that cannot be done here and now. */
export type SetLetterPdfs = (letter: LetterToPrint) => Promise<LetterPdfs | null>

/**
 * Shows a slip, once. Only the token in the page's address can decrypt it, and only the first to ask gets it.
 * @throws Problem `slip-opened` the second time, `ticket-ended` after 60 s or when a newer letter was made
 */
export async function openSlip(
  deps: { store: Store; now: Clock; letterPdfs: SetLetterPdfs },
  request: { practice: Practice; token: string; requestId: string },
): Promise<Slip> {
  const { practice, token, requestId } = request
  const practiceId = practice.id
  const now = deps.now()
  const ticket = await findTokenTicket(deps.store.db, practiceId, 'slip', token)
  if (ticket?.used_at != null)
    throw new Problem('slip-opened', 'This slip was already shown. Make a new letter.')
  await deps.store.transaction(async (tx) => {
    if (!ticket || !(await useTicket(tx, practiceId, ticket.id, now)))
      throw new Problem('ticket-ended', 'This slip can no longer be opened. Make a new letter.')
    const patientId = await findPatientOf(tx, practiceId, ticket.account_id)
    const entry = { practiceId, actor: `staff/${ticket.created_by}`, action: 'slip.opened', requestId }
    await recordAudit(tx, { ...entry, patientId, detail: { account: ticket.account_id } }, now)
  })
  const content = JSON.parse(openWithToken(token, ticket?.payload_sealed ?? '')) as SlipContent
  const { sheets, qr } = content
  const pdfs = await deps.letterPdfs({ sheets, qr, logo: practice.logo })
  return { ...content, logo: logoPath(practice), pdfs }
}
