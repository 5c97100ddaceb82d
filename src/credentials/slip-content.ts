import { encode } from 'uqr'
import { MINUTE_MS } from '../clock.ts'
import { sealWithToken, uuidv7 } from '../crypto/tokens.ts'
import { displayName, firstName } from '../fhir/names.ts'
import type { Db } from '../store/open.ts'
import { copyText, letterAddress, toSheets, type LetterFacts } from './letter-sheets.ts'
import type { Slip } from './schema.ts'
import { addTokenTicket } from './tickets.ts'

/** Time to open the slip, not to read it. */
const SLIP_LIFETIME_MS = MINUTE_MS

/** What a slip keeps until it is opened. The practice's picture and the PDFs are added then. */
export type SlipContent = Omit<Slip, 'logo' | 'pdfs'>

/** What the letter says, in the patient's language and in the practice's own where that is another one. */
export const toSlipContent = (facts: LetterFacts, mailedTo: string | null): SlipContent => ({
  kind: facts.kind,
  firstName: firstName(facts.patient),
  patientName: displayName(facts.patient),
  sheets: toSheets(facts),
  qr: toQr(letterAddress(facts)),
  mailText: copyText(facts),
  validUntil: facts.validUntil,
  mailedTo,
})

/** The matrix of a QR code, row by row, `1` = dark. */
export const toQr = (text: string): string[] =>
  encode(text, { ecc: 'M', border: 0 }).data.map((row) => row.map((dark) => (dark ? '1' : '0')).join(''))

type NewSlip = { practiceId: string; accountId: string; staffId: string; content: SlipContent; now: number }

/**
 * Keeps a slip for one opening within a minute; the store cannot read it.
 * @returns its one-time address, whose fragment alone holds the key
 */
export async function addSlip(tx: Db, { staffUrl }: { staffUrl: string }, slip: NewSlip): Promise<string> {
  const { practiceId, accountId, staffId, content, now } = slip
  const row = { practice_id: practiceId, id: uuidv7(now), kind: 'slip' as const, account_id: accountId }
  const lifetime = { created_at: now, created_by: staffId, expires_at: now + SLIP_LIFETIME_MS }
  const token = await addTokenTicket(tx, { ...row, ...lifetime }, (key) =>
    sealWithToken(key, JSON.stringify(content)),
  )
  return `${staffUrl}/${practiceId}/slip#${token}`
}
