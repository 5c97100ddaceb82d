import type {
  CapabilityStatement,
  CapabilityStatementRest,
  CapabilityStatementRestResource,
  CapabilityStatementRestSecurity,
} from '@medplum/fhirtypes'
import {
  type FhirInteraction,
  type FhirRules,
  type Personality,
  rulesOf,
  type TypeRules,
} from '../personalities/personality.ts'
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
  { software, fhir }: Pick<Personality, 'software' | 'fhir'>,
): CapabilityStatement => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-11-22',
  kind: 'instance',
  software,
  implementation: { description: 'A small EMR to try Portico without one', url: base },
  fhirVersion: '4.0.1',
  format: ['application/fhir+json', 'json'],
  ...(canPatch(types, fhir) ? { patchFormat: ['application/json-patch+json'] } : {}),
  rest: [
    {
      mode: 'server',
      ...(oauth ? { security: smartSecurity(oauth) } : {}),
      resource: types.toSorted().flatMap((type) => {
        const rules = rulesOf(fhir, type)
        return rules ? [resourceCapability(type, habits, { fhir, rules })] : []
      }),
      ...overall(fhir),
    },
  ],
})

const canPatch = (types: string[], fhir: FhirRules) =>
  types.some((type) => rulesOf(fhir, type)?.interactions.includes('patch'))

function overall({ transaction, batch }: FhirRules): Pick<CapabilityStatementRest, 'interaction'> {
  const interaction = [
    ...(transaction ? [{ code: 'transaction' as const }] : []),
    ...(batch ? [{ code: 'batch' as const }] : []),
  ]
  return interaction.length > 0 ? { interaction } : {}
}

type Rules = { fhir: FhirRules; rules: TypeRules }

const resourceCapability = (
  type: string,
  { etags }: Habits,
  { fhir: { conditional, versions }, rules }: Rules,
): CapabilityStatementRestResource => {
  const has = (code: FhirInteraction) => rules.interactions.includes(code)
  return {
    type: type as CapabilityStatementRestResource['type'],
    interaction: rules.interactions.map((code) => ({ code })),
    versioning: etags ? 'versioned-update' : 'no-version',
    readHistory: has('history-instance'),
    updateCreate: conditional && has('update'),
    conditionalCreate: conditional && has('create'),
    conditionalRead: versions === 'kept' ? 'not-match' : 'not-supported',
    conditionalUpdate: conditional && has('update'),
    conditionalDelete: conditional && has('delete') ? 'single' : 'not-supported',
    referencePolicy: ['literal', 'local'],
    searchParam: searchParametersOf(type)
      .filter(({ code }) => rules.searchParams?.includes(code) ?? true)
      .map(({ code, url, type: kind }) => ({
        name: code,
        ...(url ? { definition: url } : {}),
        type: kind,
      })),
  }
}

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
