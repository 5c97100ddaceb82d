import type { Keyring } from '../crypto/keyring.ts'
import { foldInitial, initialPairs } from '../fhir/names.ts'
import type { Patient } from '@medplum/fhirtypes'

/** Initials and birth date as one keyed hash, so that neither is kept beside a letter that waits. */
const identityMac = (keyring: Keyring, pair: string, birthDate: string) =>
  keyring.mac('identity', `${pair} ${birthDate}`)

/** Every way in which this patient may write their initials, with the birth date. Kept with the invitation. */
export const identitiesOf = (keyring: Keyring, patient: Patient): string[] =>
  initialPairs(patient).map((pair) => identityMac(keyring, pair, patient.birthDate ?? ''))

/** What somebody typed, under each key that may have made the stored hashes; the current key first. */
export const identitiesTyped = (
  keyring: Keyring,
  typed: { firstInitial: string; lastInitial: string; birthDate: string },
): string[] =>
  keyring.macs(
    'identity',
    `${foldInitial(typed.firstInitial)}${foldInitial(typed.lastInitial)} ${typed.birthDate}`,
  )
