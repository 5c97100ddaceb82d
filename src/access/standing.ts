import type { Patient } from '@medplum/fhirtypes'
import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import { contactsOf, emailsOf, sameContact, trustedEmailOf } from '../fhir/telecom.ts'
import type { Schema } from '../store/schema.ts'
import type { Contacts } from './schema.ts'

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

/** What Portico keeps where the chart drops the mark. */
export type HeldEmail = {
  email: string
  /** The chart took the address itself: once it is gone from there, it is trusted no more. */
  inChart: boolean
}

/**
 * The address that only the patient reads; null = none. The chart's own mark counts. Where the EHR drops the mark, our
 * row counts, as long as the address still is one of the patient's.
 * @see design §6 "trusted e-mail"
 */
export function trustedEmailFor(
  keyring: Keyring,
  patient: Patient,
  access: AccessRow | undefined,
): string | null {
  const marked = trustedEmailOf(patient)
  if (marked !== null) return marked
  const held = openHeldEmail(keyring, access)
  if (held === null) return null
  const stillThere = emailsOf(patient).some((email) => sameContact('trustedEmail', email, held.email))
  return stillThere || !held.inChart ? held.email : null
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
