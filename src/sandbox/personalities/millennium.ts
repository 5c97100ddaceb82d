import { FULL } from './full.ts'
import { forTypes, type Personality, scopesFor, type TypeRules } from './personality.ts'

const READ = ['read', 'search-type'] as const

const SHOWN = [
  'Account',
  'AllergyIntolerance',
  'Binary',
  'CarePlan',
  'CareTeam',
  'ChargeItem',
  'Condition',
  'Consent',
  'DiagnosticReport',
  'Encounter',
  'Goal',
  'Immunization',
  'Location',
  'MedicationRequest',
  'Observation',
  'Organization',
  'Person',
  'Practitioner',
  'Procedure',
  'Provenance',
  'Questionnaire',
  'Schedule',
  'ServiceRequest',
]
const CREATED_AND_PATCHED = ['Appointment', 'Communication', 'Coverage', 'Patient', 'RelatedPerson']

const TYPES: Record<string, TypeRules> = {
  ...forTypes(SHOWN, { interactions: READ }),
  ...forTypes(CREATED_AND_PATCHED, { interactions: [...READ, 'create', 'patch'] }),
  Slot: { interactions: [...READ, 'patch'] },
  DocumentReference: { interactions: [...READ, 'create', 'update'] },
  QuestionnaireResponse: { interactions: [...READ, 'update'] },
}

const LEVELS = ['user', 'system']
const SCOPES = [
  ...scopesFor(LEVELS, SHOWN, 'rs'),
  ...scopesFor(LEVELS, CREATED_AND_PATCHED, 'crus'),
  ...scopesFor(LEVELS, ['Slot', 'QuestionnaireResponse'], 'rus'),
  ...scopesFor(LEVELS, ['DocumentReference'], 'crus'),
]

/**
 * Writes by POST and PATCH, hardly any PUT: as the capability statement of Oracle Health Millennium has it.
 * @see design §6 (capability, not vendor)
 */
export const MILLENNIUM: Personality = {
  name: 'millennium',
  software: { name: 'Sandbox EMR in the manner of Millennium' },
  rest: null,
  fhir: {
    types: { byType: TYPES },
    batch: true,
    transaction: false,
    conditional: false,
    versions: 'kept',
    guardsPatch: true,
    telecomExtensions: false,
    answersCreated: false,
    writers: ['user', 'system', 'patient'],
  },
  smart: {
    ...FULL.smart,
    scopesSupported: ['openid', 'fhirUser', 'launch', 'online_access', 'offline_access', ...SCOPES],
    capabilities: FULL.smart.capabilities.filter((one) => one !== 'permission-v1'),
    moreRoleScope: 'user/Person.rs user/Account.rs user/ChargeItem.rs user/Slot.u',
  },
}
