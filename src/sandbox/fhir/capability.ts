import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CapabilityStatementRestSecurity,
} from '@medplum/fhirtypes'
import { searchParametersOf } from './definitions.ts'
import type { Habits } from './habits.ts'

/** Where the EMR's authorization server answers: absolute addresses. */
export type OAuthAddresses = { authorize: string; token: string; introspect?: string; revoke?: string }

/**
 * What the server can do, and nothing it cannot: Portico plans by this statement.
 * @see https://hl7.org/fhir/R4/capabilitystatement.html
 */
export const capabilityStatement = (
  base: string,
  types: string[],
  oauth: OAuthAddresses | undefined,
  habits: Habits,
): CapabilityStatement => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-11-22',
  kind: 'instance',
  software: { name: 'Sandbox EMR' },
  implementation: { description: 'A small EMR to try Portico without one', url: base },
  fhirVersion: '4.0.1',
  format: ['application/fhir+json', 'json'],
  patchFormat: ['application/json-patch+json'],
  rest: [
    {
      mode: 'server',
      ...(oauth ? { security: smartSecurity(oauth) } : {}),
      resource: types.toSorted().map((type) => resourceCapability(type, habits)),
      interaction: [{ code: 'transaction' }, { code: 'batch' }],
    },
  ],
})

const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'create',
  'search-type',
] as const

const resourceCapability = (type: string, { etags }: Habits): CapabilityStatementRestResource => ({
  type: type as CapabilityStatementRestResource['type'],
  interaction: INTERACTIONS.map((code) => ({ code })),
  versioning: etags ? 'versioned-update' : 'no-version',
  readHistory: true,
  updateCreate: true,
  conditionalCreate: true,
  conditionalRead: 'not-match',
  conditionalUpdate: true,
  conditionalDelete: 'single',
  referencePolicy: ['literal', 'local'],
  searchParam: searchParametersOf(type).map(({ code, url, type: kind }) => ({
    name: code,
    ...(url ? { definition: url } : {}),
    type: kind,
  })),
})

/** @see SMART App Launch 2.2 §7 (the older way, beside .well-known/smart-configuration) */
const smartSecurity = (oauth: OAuthAddresses): CapabilityStatementRestSecurity => ({
  service: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
          code: 'SMART-on-FHIR',
          display: 'SMART-on-FHIR',
        },
      ],
    },
  ],
  extension: [
    {
      url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
      extension: Object.entries(oauth).map(([url, valueUri]) => ({ url, valueUri })),
    },
  ],
})
