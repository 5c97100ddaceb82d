import type { Patient } from '@medplum/fhirtypes'
import type { Keyring } from '../crypto/keyring.ts'
import { firstName, lastName } from '../fhir/names.ts'
import { emailsOf } from '../fhir/telecom.ts'
import type { Practice } from '../practices/practice.ts'
import { identitiesOf } from './identity.ts'
import { letterLanguage } from './letters.ts'
import type { ActivationPayload } from './tickets.ts'

/** One patient about to be invited, whichever way. */
export type Invited = {
  practice: Practice
  accountId: string
  staffId: string
  payload: ActivationPayload
  /** Null = no mail is asked for. */
  mailTo: string | null
  now: number
}

/** What an invitation keeps of the patient until it is used. */
export const toPayload = (
  keyring: Keyring,
  practice: Practice,
  patient: Patient,
  trustedEmail: string | null,
): ActivationPayload => ({
  patientId: patient.id ?? '',
  firstName: firstName(patient),
  lastName: lastName(patient),
  email: trustedEmail ?? emailsOf(patient)[0] ?? null,
  trustedEmail,
  language: letterLanguage(patient, practice),
  identities: identitiesOf(keyring, patient),
})
