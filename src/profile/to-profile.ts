import type { Patient } from '@medplum/fhirtypes'
import { displayName, firstName } from '../fhir/names.ts'
import { addressLines, languageOf, mrnOf } from '../fhir/patient.ts'
import { emailsOf, phonesOf } from '../fhir/telecom.ts'
import type { Profile } from './schema.ts'

/** What the patient sees of their own Patient resource: contact data in full, nothing clinical. Pure. */
export const toProfile = (patient: Patient): Profile => ({
  name: displayName(patient),
  firstName: firstName(patient),
  birthDate: patient.birthDate ?? null,
  gender: patient.gender ?? null,
  language: languageOf(patient),
  mrn: mrnOf(patient),
  phones: phonesOf(patient),
  emails: emailsOf(patient),
  address: addressLines(patient),
})
