import * as z from 'zod'
import { scopeAllows } from '../../smart-launch/index.ts'
import { Problem } from '../problem.ts'

/** What can be done with one resource type. */
export type TypeCapability = {
  read: boolean
  search: boolean
  create: boolean
  update: boolean
  patch: boolean
  delete: boolean
  /** `If-None-Exist` on create. */
  conditionalCreate: boolean
  /** An update with an old version is refused; without this, compare before writing. */
  ifMatch: boolean
  /** Names of its operations without the dollar sign, e.g. `find`. */
  operations: readonly string[]
  searchParams: readonly string[]
}

/** What an EHR lets Portico do; which vendor made it never matters. */
export type EhrCapability = {
  fhirVersion: string
  /** As it calls itself: for people to read. */
  software: { name: string; version: string | null } | null
  batch: boolean
  transaction: boolean
  /** SMART Backend Services: a token for the service itself. */
  services: boolean
  /** What it says of itself as a SMART server, e.g. `permission-v2`. */
  smartCapabilities: readonly string[]
  scopesSupported: readonly string[]
  /** Operations of the whole server, without the dollar sign. */
  operations: readonly string[]
  types: Readonly<Record<string, TypeCapability>>
}

const NOTHING: TypeCapability = {
  read: false,
  search: false,
  create: false,
  update: false,
  patch: false,
  delete: false,
  conditionalCreate: false,
  ifMatch: false,
  operations: [],
  searchParams: [],
}

const Interactions = z.array(z.looseObject({ code: z.string().optional() })).default([])

const Operations = z.array(z.looseObject({ name: z.string() })).default([])

const Statement = z.looseObject({
  resourceType: z.literal('CapabilityStatement'),
  fhirVersion: z.string().default(''),
  software: z.looseObject({ name: z.string(), version: z.string().optional() }).optional().catch(undefined),
  rest: z
    .array(
      z.looseObject({
        mode: z.string().optional(),
        interaction: Interactions,
        operation: Operations,
        resource: z
          .array(
            z.looseObject({
              type: z.string(),
              interaction: Interactions,
              versioning: z.string().optional(),
              conditionalCreate: z.boolean().default(false),
              operation: Operations,
              searchParam: z.array(z.looseObject({ name: z.string() })).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})

const Texts = z.array(z.string()).catch([])
const SmartConfiguration = z.looseObject({
  grant_types_supported: Texts,
  capabilities: Texts,
  scopes_supported: Texts,
})
const NO_SMART: z.infer<typeof SmartConfiguration> = {
  grant_types_supported: [],
  capabilities: [],
  scopes_supported: [],
}

/**
 * Reads what an EHR says that it can do.
 * @param statement the answer to `GET [base]/metadata`
 * @param smart the document at `.well-known/smart-configuration`; `null` when there is none
 * @throws Problem `ehr-unavailable` when the statement is none
 * @see FHIR R4 CapabilityStatement; SMART App Launch 2.2, conformance
 */
export function readCapability(statement: unknown, smart: unknown): EhrCapability {
  const parsed = Statement.safeParse(statement)
  if (!parsed.success) throw new Problem('ehr-unavailable', undefined, { cause: parsed.error })
  const { rest, fhirVersion, software } = parsed.data
  const said = SmartConfiguration.safeParse(smart).data ?? NO_SMART
  const server = rest.find(({ mode }) => mode === 'server') ?? rest[0]
  const overall = codesOf(server?.interaction)
  const types = (server?.resource ?? []).map((resource) => {
    const codes = codesOf(resource.interaction)
    const capability: TypeCapability = {
      read: codes.has('read'),
      search: codes.has('search-type'),
      create: codes.has('create'),
      update: codes.has('update'),
      patch: codes.has('patch'),
      delete: codes.has('delete'),
      conditionalCreate: codes.has('create') && resource.conditionalCreate,
      ifMatch: resource.versioning === 'versioned-update',
      operations: namesOf(resource.operation),
      searchParams: resource.searchParam.map(({ name }) => name),
    }
    return [resource.type, capability] as const
  })
  return {
    fhirVersion,
    software: software ? { name: software.name, version: software.version ?? null } : null,
    batch: overall.has('batch'),
    transaction: overall.has('transaction'),
    services: said.grant_types_supported.includes('client_credentials'),
    smartCapabilities: said.capabilities,
    scopesSupported: said.scopes_supported,
    operations: namesOf(server?.operation),
    types: Object.fromEntries(types),
  }
}

/**
 * What is left of a capability for the holder of a token.
 * @param scope granted scopes, in SMART v1 or v2 form
 */
export function narrowCapability(
  capability: EhrCapability,
  context: 'user' | 'system' | 'patient',
  scope: string,
): EhrCapability {
  const types = Object.entries(capability.types).map(([type, can]): [string, TypeCapability] => {
    const may = (interaction: 'c' | 'r' | 'u' | 'd' | 's') => scopeAllows(scope, context, type, interaction)
    return [
      type,
      {
        ...can,
        read: can.read && may('r'),
        search: can.search && may('s'),
        create: can.create && may('c'),
        update: can.update && may('u'),
        patch: can.patch && may('u'),
        delete: can.delete && may('d'),
        conditionalCreate: can.conditionalCreate && may('c') && may('s'),
      },
    ]
  })
  return { ...capability, types: Object.fromEntries(types) }
}

/** What can be done with a type; nothing with one that the EHR does not name. */
export const capabilityOf = (capability: EhrCapability, type: string): TypeCapability =>
  (Object.hasOwn(capability.types, type) ? capability.types[type] : undefined) ?? NOTHING

/** An EHR may write `$find` or `find`. */
const namesOf = (operations: { name: string }[] = []) => operations.map(({ name }) => name.replace(/^\$/, ''))

const codesOf = (interactions: { code?: string | undefined }[] = []) =>
  new Set(interactions.map(({ code }) => code))
