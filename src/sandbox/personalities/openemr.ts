import { DAY_MS, HOUR_MS, SECOND_MS } from '../../clock.ts'
import { keepPatient } from '../openemr/columns.ts'
import { asOpenEmrHasThem } from '../openemr/data.ts'
import { FULL } from './full.ts'
import { forTypes, type Personality, scopesFor, type TypeRules } from './personality.ts'

const READ = ['read', 'search-type'] as const

/** Its FHIR answers them and takes none. */
const SHOWN = [
  'AllergyIntolerance',
  'Binary',
  'CarePlan',
  'CareTeam',
  'Condition',
  'Coverage',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'Goal',
  'Group',
  'Immunization',
  'Location',
  'Media',
  'MedicationDispense',
  'MedicationRequest',
  'Observation',
  'Person',
  'PractitionerRole',
  'Procedure',
  'Provenance',
  'Questionnaire',
  'QuestionnaireResponse',
  'RelatedPerson',
  'ServiceRequest',
  'Specimen',
  'ValueSet',
]
const WRITTEN = ['Organization', 'Practitioner']

const PATIENT_PARAMETERS = [
  '_id',
  '_lastUpdated',
  'address',
  'address-city',
  'address-postalcode',
  'address-state',
  'birthdate',
  'email',
  'family',
  'gender',
  'general-practitioner',
  'given',
  'identifier',
  'name',
  'phone',
  'telecom',
]

const TYPES: Record<string, TypeRules> = {
  ...forTypes(SHOWN, { interactions: READ }),
  ...forTypes(WRITTEN, { interactions: [...READ, 'create', 'update'] }),
  Appointment: { interactions: READ, searchParams: ['_id', '_lastUpdated', 'date', 'patient'] },
  Patient: { interactions: [...READ, 'create', 'update'], searchParams: PATIENT_PARAMETERS },
}

const LEVELS = ['user', 'system']
const OWN_READ = ['patient', 'appointment', 'document', 'facility', 'practitioner', 'user']
const OWN_WRITE = ['patient', 'appointment', 'document', 'message']

const CONTEXT_SCOPES = ['openid', 'fhirUser', 'launch', 'offline_access', 'api:fhir', 'api:oemr']
const SCOPES = [
  ...CONTEXT_SCOPES,
  ...scopesFor(LEVELS, Object.keys(TYPES), 'read'),
  // Not of Appointment: the list of the newer form does not have it.
  ...scopesFor(
    LEVELS,
    Object.keys(TYPES).filter((type) => type !== 'Appointment'),
    'rs',
  ),
  ...scopesFor(['user'], ['Patient', ...WRITTEN], 'write'),
  ...scopesFor(['user'], OWN_READ, 'read'),
  ...scopesFor(['user'], OWN_WRITE, 'write'),
]

/**
 * Most of FHIR to read, next to nothing to write, and a REST interface of its own for staff.
 * @see design §6 (capability, not vendor)
 */
export const OPENEMR: Personality = {
  name: 'openemr',
  software: { name: 'OpenEMR', version: '8.2.0' },
  rest: 'openemr',
  adapt: asOpenEmrHasThem,
  fhir: {
    types: { byType: TYPES },
    batch: false,
    transaction: false,
    conditional: false,
    versions: 'always-1',
    guardsPatch: false,
    telecomExtensions: false,
    answersCreated: true,
    writers: ['user'],
    keepPatient,
  },
  smart: {
    ...FULL.smart,
    scopesSupported: SCOPES,
    capabilities: FULL.smart.capabilities.filter((one) => one !== 'permission-online'),
    grants: 'words',
    moreRoleScope: [
      'api:fhir api:oemr user/Person.rs',
      ...[...OWN_READ, ...OWN_WRITE].map((type) => `user/${type}.cruds`),
    ].join(' '),
    accessSeconds: HOUR_MS / SECOND_MS,
    refreshMs: 90 * DAY_MS,
    needsPatientBanner: false,
    audInLaunch: true,
    enablesClients: true,
    rolesAsPerson: ['front-desk', 'administrator'],
    style: {
      color_background: '#f8f9fa',
      color_error: '#9e2d2d',
      color_highlight: '#69b5ce',
      color_modal_backdrop: '#000000',
      color_success: '#498e49',
      color_text: '#303030',
      dim_border_radius: '6px',
      dim_font_size: '13px',
      dim_spacing_size: '20px',
      font_family_body: 'Lato, Helvetica, sans-serif',
      font_family_heading: 'Lato, Helvetica, sans-serif',
    },
  },
}
