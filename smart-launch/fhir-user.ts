import { FhirId } from './launch-context.ts'
import { SmartError } from './smart-error.ts'

const STAFF = ['Practitioner', 'PractitionerRole', 'Person']
const NOT_STAFF = ['Patient', 'RelatedPerson']

/**
 * Reads the `fhirUser` claim, relative or absolute, into a reference on this EHR. An address anywhere else is
 * refused: it would name a person whom another server made up.
 *
 * @returns relative to the FHIR base, e.g. `Practitioner/12`.
 * @throws SmartError `id-token-invalid`; `not-staff` for a patient or relative
 */
export function readFhirUser(claim: string, iss: string): string {
  const base = `${iss.replace(/\/+$/, '')}/`
  const relative = claim.startsWith(base) ? claim.slice(base.length) : claim
  const [type = '', id, ...rest] = relative.split('/')
  if (rest.length > 0 || !FhirId.safeParse(id).success || ![...STAFF, ...NOT_STAFF].includes(type)) {
    throw new SmartError('id-token-invalid', 'id_token: fhirUser is no person of this EHR')
  }
  if (NOT_STAFF.includes(type)) throw new SmartError('not-staff', `A ${type} signed in`)
  return relative
}
