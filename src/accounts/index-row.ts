import type { Patient } from '@medplum/fhirtypes'
import type { Keyring } from '../crypto/keyring.ts'
import { displayName, firstName } from '../fhir/names.ts'
import { languageOf, mrnOf } from '../fhir/patient.ts'
import type { Account } from './account.ts'
import { accountContext } from './store.ts'

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

/** A row whose key was taken out of service is as good as none: the next read of the EHR writes it anew. */
export function openIndexRow(
  keyring: Keyring,
  account: Pick<Account, 'practice_id' | 'id' | 'index_sealed'>,
): IndexRow | null {
  if (account.index_sealed === null) return null
  try {
    const context = accountContext(account.practice_id, account.id)
    return JSON.parse(keyring.open(account.index_sealed, context)) as IndexRow
  } catch {
    return null
  }
}
