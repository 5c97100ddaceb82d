import type { Patient } from '@medplum/fhirtypes'
import { encode } from 'uqr'
import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import { openWithToken } from '../crypto/tokens.ts'
import { displayName, firstName } from '../fhir/names.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'
import { letterLanguage } from './letters.ts'
import type { Slip } from './schema.ts'
import { findTokenTicket, useTicket } from './tickets.ts'

type SlipContent = Omit<Slip, 'qr'>

type SlipFacts = {
  practice: Practice
  patient: Patient
  accountId: string
  portalId: string
  code: string | null
  validUntil: number
}

/** What the letter says, in the patient's language where the practice has it. */
export function toSlipContent({ practice, patient, ...facts }: SlipFacts): SlipContent {
  const { name, address, phone, timeZone } = practice
  const secret = new URLSearchParams({ id: facts.portalId, ...(facts.code ? { code: facts.code } : {}) })
  return {
    firstName: firstName(patient),
    patientName: displayName(patient),
    portalUrl: practice.portalUrl,
    // In the fragment: a portal ID and code never reach a server log.
    activateUrl: `${practice.portalUrl}activate#${secret.toString()}`,
    portalId: facts.portalId,
    code: facts.code,
    accountId: facts.accountId,
    validUntil: facts.validUntil,
    practice: { name, address, phone, timeZone },
    language: letterLanguage(patient, practice),
  }
}

/**
 * Shows a slip, once. Only the token in the page's address can decrypt it, and only the first to ask gets it.
 * @throws Problem `slip-opened` the second time, `ticket-ended` after 60 s or when a newer letter was made
 */
export async function openSlip(
  deps: { store: Store; now: Clock },
  request: { practiceId: string; token: string; requestId: string },
): Promise<Slip> {
  const { practiceId, token, requestId } = request
  const now = deps.now()
  const ticket = await findTokenTicket(deps.store.db, practiceId, 'slip', token)
  if (ticket?.used_at != null)
    throw new Problem('slip-opened', 'This slip was already shown. Make a new letter.')
  await deps.store.transaction(async (tx) => {
    if (!ticket || !(await useTicket(tx, practiceId, ticket.id, now)))
      throw new Problem('ticket-ended', 'This slip can no longer be opened. Make a new letter.')
    const entry = { practiceId, actor: `staff/${ticket.created_by}`, action: 'slip.opened', requestId }
    await recordAudit(tx, { ...entry, detail: { account: ticket.account_id } }, now)
  })
  const content = JSON.parse(openWithToken(token, ticket?.payload_sealed ?? '')) as SlipContent
  const { data } = encode(content.activateUrl, { ecc: 'M', border: 0 })
  return { ...content, qr: data.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')) }
}
