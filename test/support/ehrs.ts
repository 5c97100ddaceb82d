/** What EHRs of several kinds say of themselves, for tables: as much of it as Portico plans by. */

type Said = { statement: unknown; smart: unknown }

type Told = {
  /** `Patient: 'read search-type create'`; after a slash the operations, `Appointment: 'read / $find'`. */
  types: Record<string, string>
  versioning?: string
  conditionalCreate?: boolean
  interactions?: string[]
  software?: { name: string; version?: string }
  smart: { grant_types_supported?: string[]; capabilities?: string[]; scopes_supported?: string[] }
}

const READ = 'read search-type'
const ALL = 'read search-type create update patch delete'
const CHART = ['Practitioner', 'Condition', 'Observation', 'Encounter', 'MedicationRequest', 'Provenance']
const each = (types: readonly string[], interactions: string) =>
  Object.fromEntries(types.map((type) => [type, interactions]))

const V2 = ['launch-ehr', 'client-confidential-asymmetric', 'permission-v2', 'sso-openid-connect']
const WITH_SERVICE = ['authorization_code', 'refresh_token', 'client_credentials']

const ehr = ({
  types,
  versioning,
  conditionalCreate = false,
  interactions = [],
  software,
  smart,
}: Told): Said => ({
  statement: {
    resourceType: 'CapabilityStatement',
    fhirVersion: '4.0.1',
    ...(software ? { software } : {}),
    rest: [
      {
        mode: 'server',
        interaction: interactions.map((code) => ({ code })),
        resource: Object.entries(types).map(([type, text]) => {
          const [codes = '', operations = ''] = text.split('/').map((part) => part.trim())
          return {
            type,
            interaction: codes.split(' ').map((code) => ({ code })),
            operation: operations === '' ? [] : operations.split(' ').map((name) => ({ name })),
            ...(versioning ? { versioning } : {}),
            conditionalCreate,
          }
        }),
      },
    ],
  },
  smart,
})

/** Everything that FHIR R4 has, as HAPI does it. */
export const FULL = ehr({
  types: each(
    [
      ...CHART,
      'Patient',
      'Communication',
      'Appointment',
      'AppointmentResponse',
      'Task',
      'DocumentReference',
      'Binary',
      'Consent',
      'AuditEvent',
      'Slot',
      'Schedule',
    ],
    ALL,
  ),
  versioning: 'versioned-update',
  conditionalCreate: true,
  interactions: ['batch', 'transaction'],
  software: { name: 'HAPI FHIR Server', version: '8.4.0' },
  smart: { grant_types_supported: WITH_SERVICE, capabilities: V2 },
})

/** The same, with booking by operations. */
export const MEDPLUM = ehr({
  types: {
    ...each(
      ['Patient', 'Communication', 'AppointmentResponse', 'Task', 'DocumentReference', 'Binary', 'Consent'],
      ALL,
    ),
    ...each(['AuditEvent', 'Slot', 'Schedule', 'Provenance'], ALL),
    Appointment: `${ALL} / $find $hold $book`,
  },
  versioning: 'versioned-update',
  conditionalCreate: true,
  interactions: ['batch', 'transaction'],
  software: { name: 'medplum' },
  smart: { grant_types_supported: WITH_SERVICE, capabilities: V2 },
})

/** Three types can be written, by staff alone; a REST API of its own beside it. */
export const OPENEMR = ehr({
  types: {
    Patient: `${READ} create update`,
    Practitioner: `${READ} create update`,
    Organization: `${READ} create update`,
    ...each(['Appointment', 'DocumentReference', 'Binary', 'Provenance', 'Questionnaire'], READ),
  },
  software: { name: 'OpenEMR', version: '8.2.0-dev' },
  smart: {
    grant_types_supported: WITH_SERVICE,
    capabilities: ['launch-ehr', 'client-confidential-asymmetric', 'permission-v1'],
    scopes_supported: ['openid', 'fhirUser', 'launch', 'api:fhir', 'api:oemr', 'user/Patient.read'],
  },
})

/** POST and PATCH, hardly a PUT; no Task, no AuditEvent; Consent to read alone. */
export const MILLENNIUM = ehr({
  types: {
    ...each(['Appointment', 'Communication', 'Patient', 'RelatedPerson', 'Coverage'], `${READ} create patch`),
    Slot: `${READ} patch`,
    DocumentReference: `${READ} create update / $docref`,
    Binary: 'read create',
    ...each(['Consent', 'Person', 'Schedule', 'Account', 'ChargeItem', 'Questionnaire', 'Provenance'], READ),
  },
  versioning: 'versioned-update',
  interactions: ['batch'],
  smart: { grant_types_supported: WITH_SERVICE, capabilities: V2 },
})

/** Patients can be created and matched, hardly anything be changed; booking is not R4. */
export const EPIC = ehr({
  types: {
    Patient: `${READ} create / $match`,
    ...each(['Appointment', 'Practitioner', 'Condition', 'Consent', 'Provenance'], READ),
    DocumentReference: `${READ} create`,
    Binary: 'read',
  },
  interactions: ['batch'],
  software: { name: 'Epic', version: 'May 2026' },
  smart: { grant_types_supported: WITH_SERVICE, capabilities: V2 },
})

/** Nothing but reading, no service of our own, and scopes of the first form. */
export const READ_ONLY = ehr({
  types: each([...CHART, 'Patient', 'Appointment', 'DocumentReference', 'Consent'], READ),
  smart: { grant_types_supported: ['authorization_code'], capabilities: ['launch-ehr', 'permission-v1'] },
})
