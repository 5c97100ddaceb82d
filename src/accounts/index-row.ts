import type { Patient } from '@medplum/fhirtypes'
import type { Keyring } from '../crypto/keyring.ts'
import { displayName, firstName } from '../fhir/names.ts'
import { languageOf, mrnOf } from '../fhir/patient.ts'

/** The little that Portico keeps of a patient, encrypted: enough to greet and to list, erased on close. */
export type IndexRow = {
  name: string
  firstName: string
  language: string | null
  mrn: string | null
  birthDateMac: string
}

export const toIndexRow = (keyring: Keyring, patient: Patient): IndexRow => ({
  name: displayName(patient),
  firstName: firstName(patient),
  language: languageOf(patient),
  mrn: mrnOf(patient),
  birthDateMac: keyring.mac('birth-date', patient.birthDate ?? ''),
})
