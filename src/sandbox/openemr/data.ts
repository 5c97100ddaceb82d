import type { Patient, Person, Practitioner, Resource } from '@medplum/fhirtypes'
import { TRUSTED_EMAIL } from '../../../fhir-profiles/canonicals.ts'
import { staffOf } from '../staff.ts'
import { columnsOf, withColumns } from './columns.ts'

/** Provider numbers that nobody has. */
const FIRST_NPI = 1_900_000_001

/**
 * A clinic's data as OpenEMR would have it: each phone and e-mail in a column, the address that only the patient reads
 * by its use, providers with their number, and everybody else who works there as a Person.
 */
export function asOpenEmrHasThem(resources: Resource[]): Resource[] {
  const others = new Set(
    staffOf(resources)
      .filter(({ role }) => role !== 'physician')
      .map(({ fhirUser }) => fhirUser),
  )
  let npi = FIRST_NPI
  return resources.flatMap((one): Resource[] => {
    if (one.resourceType === 'Patient') return [withColumns(one, columnsOf(marked(one)))]
    if (one.resourceType === 'Practitioner')
      return [others.has(`Practitioner/${one.id}`) ? toPerson(one) : withNpi(one, npi++)]
    const isTheirRole =
      one.resourceType === 'PractitionerRole' && others.has(one.practitioner?.reference ?? '')
    return isTheirRole ? [] : [one]
  })
}

const marked = (patient: Patient): Patient => ({
  ...patient,
  telecom: (patient.telecom ?? []).map((contact) =>
    contact.extension?.some(({ url }) => url === TRUSTED_EMAIL) ? { ...contact, use: 'mobile' } : contact,
  ),
})

const toPerson = ({ id, name, telecom, gender }: Practitioner): Person => ({
  resourceType: 'Person',
  ...(id ? { id } : {}),
  active: true,
  ...(name ? { name } : {}),
  ...(telecom ? { telecom } : {}),
  ...(gender ? { gender } : {}),
})

const withNpi = (practitioner: Practitioner, npi: number): Practitioner => ({
  ...practitioner,
  identifier: [
    ...(practitioner.identifier ?? []),
    { system: 'http://hl7.org/fhir/sid/us-npi', value: String(npi) },
  ],
})
