import type { Resource } from '@medplum/fhirtypes'
import { loadFolder } from '../people/load.ts'
import { DemoError } from './options.ts'

/**
 * The patients that `--data` names.
 * @throws DemoError when the folder or a file in it cannot be read, is not FHIR, or no patient is in it.
 */
export async function readPatients(folder: string): Promise<Resource[]> {
  const resources = await loadFolder(folder).catch((error: NodeJS.ErrnoException) => {
    throw new DemoError(
      `--data: ${error.code ? `the folder ${folder} cannot be read (${error.code})` : error.message}.`,
    )
  })
  if (!resources.some(({ resourceType }) => resourceType === 'Patient'))
    throw new DemoError(`--data: there is no patient in ${folder}.`)
  return resources
}

/**
 * The clinic with other patients: what belongs to its built-in ones goes, its staff, places and calendars stay.
 * A loaded resource wins over a built-in one with the same type and id.
 */
export function replacePatients(clinic: Resource[], loaded: Resource[]): Resource[] {
  const keyOf = ({ resourceType, id }: Resource) => `${resourceType}/${id}`
  const taken = new Set(loaded.map(keyOf))
  const kept = clinic.filter((resource) => STAYING.has(resource.resourceType) && !taken.has(keyOf(resource)))
  return [...kept, ...loaded]
}

const STAYING = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
  'Schedule',
  'Slot',
])
