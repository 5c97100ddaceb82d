import type { Patient } from '@medplum/fhirtypes'
import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import type { Kept } from '../fhir/client.ts'
import { contactsOf, emailsOf, sameContact, trustedEmailOf } from '../fhir/telecom.ts'
import type { Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import type { Contacts } from './schema.ts'
import { readAccess } from './store.ts'

type AccessRow = Schema['patient_access']

/** What staff and patient settled between them, beside what the chart says. */
export type Standing = {
  allowed: 'yes' | 'not-asked' | 'withdrawn'
  emailAllowed: boolean
  trustedEmail: string | null
}

/** Where a patient stands, for `readiness`: the store's row and the chart read together. */
export const standingOf = (keyring: Keyring, patient: Patient, access: AccessRow | undefined): Standing => ({
  allowed: allowedOf(access),
  emailAllowed: access?.email_allowed_at != null,
  trustedEmail: trustedEmailFor(keyring, patient, access),
})

function allowedOf(access: AccessRow | undefined): Standing['allowed'] {
  if (access?.allowed_at != null) return 'yes'
  // A row may hold nothing but the leave to send e-mail.
  return access?.withdrawn_at == null ? 'not-asked' : 'withdrawn'
}

/** What Portico keeps where the chart cannot hold the mark, or not another one than it has. */
export type HeldEmail = {
  /** Null = none is trusted, whatever the chart has marked. */
  email: string | null
  /** The chart took the address itself: once it is gone from there, it is trusted no more. */
  inChart: boolean
  /** The address that the chart marks and nobody but its own users can change: ours counts until that is another. */
  over?: string
}

/**
 * The address that only the patient reads; null = none. The chart's own mark counts, save one that staff have replaced
 * and the EHR does not let us change. Where the EHR drops the mark, our row counts, as long as the address still is one
 * of the patient's.
 * @see design §6 "trusted e-mail"
 */
export function trustedEmailFor(
  keyring: Keyring,
  patient: Patient,
  access: AccessRow | undefined,
): string | null {
  const marked = trustedEmailOf(patient)
  const held = openHeldEmail(keyring, access)
  if (marked !== null) return held && isOver(held, marked) ? held.email : marked
  if (held === null) return null
  const stillThere = emailsOf(patient).some((email) => sameContact('trustedEmail', email, held.email))
  return stillThere || !held.inChart ? held.email : null
}

const isOver = ({ over }: HeldEmail, marked: string) =>
  over !== undefined && sameContact('trustedEmail', over, marked)

/** What our row says of the trusted e-mail, and what counts by it and the chart together. */
export async function readTrusted(
  { store, keyring }: { store: Store; keyring: Keyring },
  practiceId: string,
  patient: Kept<Patient>,
) {
  const row = await readAccess(store.db, practiceId, patient.id)
  return { row, known: trustedEmailFor(keyring, patient, row) }
}

/**
 * What our own row must hold so that this address stays trusted; null where the chart's mark does.
 * @param over the mark that ours counts before, where staff have replaced one that cannot be changed
 */
export function heldFor(kept: Patient, trusted: string | null, over: string | undefined): HeldEmail | null {
  const marked = trustedEmailOf(kept)
  if (marked !== null && over !== undefined && sameContact('trustedEmail', over, marked))
    return sameContact('trustedEmail', marked, trusted) ? null : { email: trusted, inChart: false, over }
  if (trusted === null || marked !== null) return null
  const inChart = emailsOf(kept).some((email) => sameContact('trustedEmail', email, trusted))
  return { email: trusted, inChart }
}

/** What our row holds; null = nothing, or what no key opens any more: then staff enter it again. */
export function openHeldEmail(keyring: Keyring, access: AccessRow | undefined): HeldEmail | null {
  if (!access) return null
  const opened = openOrNull(keyring, access.trusted_email_sealed, heldEmailContext(access))
  return opened === null ? null : (JSON.parse(opened) as HeldEmail)
}

export const sealHeldEmail = (
  keyring: Keyring,
  whose: Pick<AccessRow, 'practice_id' | 'patient_id'>,
  held: HeldEmail,
): string => keyring.seal(JSON.stringify(held), heldEmailContext(whose))

/** The contacts as staff see and edit them. */
export const contactsFor = (patient: Patient, trustedEmail: string | null): Contacts => ({
  ...contactsOf(patient),
  trustedEmail,
})

/** The context that a held e-mail is bound to. */
export const heldEmailContext = ({
  practice_id,
  patient_id,
}: Pick<AccessRow, 'practice_id' | 'patient_id'>) => `trusted-email ${practice_id} ${patient_id}`
