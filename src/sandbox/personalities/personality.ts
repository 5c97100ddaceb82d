import type { Patient, Resource } from '@medplum/fhirtypes'
import type { StaffRole } from '../staff.ts'

export const PERSONALITY_NAMES = ['full', 'openemr', 'millennium', 'read-only'] as const
export type PersonalityName = (typeof PERSONALITY_NAMES)[number]

/** As a CapabilityStatement calls them. @see https://hl7.org/fhir/R4/valueset-type-restful-interaction.html */
export const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'create',
  'search-type',
] as const
export type FhirInteraction = (typeof INTERACTIONS)[number]

export type TypeRules = {
  interactions: readonly FhirInteraction[]
  /** All that FHIR has for the type unless named. */
  searchParams?: readonly string[]
}

export type FhirRules = {
  /** By type, and no other types; or one rule for everything that is offered or loaded. */
  types: { everything: TypeRules } | { byType: Readonly<Record<string, TypeRules>> }
  batch: boolean
  transaction: boolean
  /** `If-None-Exist`, and writes addressed by a search; without it the header is ignored, as many EHRs do. */
  conditional: boolean
  /** `always-1`: the same `meta.versionId` for good, and no `ETag`. */
  versions: 'kept' | 'untold' | 'always-1'
  /** 428 for a PATCH without `If-Match`, and JSON Patch as its only form. */
  guardsPatch: boolean
  /** Keeps extensions on phones and e-mails. */
  telecomExtensions: boolean
  /** What was created comes back, not its address alone. */
  answersCreated: boolean
  /** Whose tokens may write at all, whatever their scope says. */
  writers: readonly ('user' | 'system' | 'patient')[]
  /** What is kept of a patient that was sent, where that is not all of it. */
  keepPatient?: (sent: Patient, before: Patient | undefined) => Patient
}

export type SmartRules = {
  scopesSupported: readonly string[]
  capabilities: readonly string[]
  /**
   * `rights`: requested ∩ allowed, letter by letter, in either form. `words`: each scope as it was asked for or not
   * at all, and unknown ones are passed over.
   */
  grants: 'rights' | 'words'
  /** What the role of a staff member lets an app do beside the usual. */
  moreRoleScope: string
  accessSeconds: number
  refreshMs: number
  /** What the app is told where the launch does not say. */
  needsPatientBanner: boolean
  /** In place of the dashboard's own look. */
  style?: Readonly<Record<string, string>>
  /** Adds `aud` to the launch, the same as `iss`. */
  audInLaunch: boolean
  /** Apps with user or system scopes wait for an administrator. */
  enablesClients: boolean
  /** Those without a provider number are a Person, not a Practitioner. */
  rolesAsPerson: readonly StaffRole[]
}

/** Everything in which one EMR differs from another, as data. */
export type Personality = {
  name: PersonalityName
  /** How it introduces itself in `/metadata`. */
  software: { name: string; version?: string }
  fhir: FhirRules
  smart: SmartRules
  /** Its own interface beside FHIR. */
  rest: 'openemr' | null
  /** Its data as it would have them; the built-in people are written for the full one. */
  adapt?: (resources: Resource[]) => Resource[]
}

/** What can be done with a type; undefined for one that this EMR does not have. */
export function rulesOf({ types }: FhirRules, type: string): TypeRules | undefined {
  if ('everything' in types) return types.everything
  return Object.hasOwn(types.byType, type) ? types.byType[type] : undefined
}

/** The same rules for each of the types. */
export const forTypes = (types: readonly string[], rules: TypeRules): Record<string, TypeRules> =>
  Object.fromEntries(types.map((type) => [type, rules]))

/** `user/Patient.rs` for each type and level. */
export const scopesFor = (levels: readonly string[], types: readonly string[], rights: string): string[] =>
  levels.flatMap((level) => types.map((type) => `${level}/${type}.${rights}`))
