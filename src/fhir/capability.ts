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
  /** `If-None-Exist` on create. */
  conditionalCreate: boolean
  /** An update with an old version is refused; without this, compare before writing. */
  ifMatch: boolean
  searchParams: readonly string[]
}

/** What an EHR lets Portico do; which vendor made it never matters. */
export type EhrCapability = {
  fhirVersion: string
  batch: boolean
  transaction: boolean
  /** SMART Backend Services: a token for the service itself. */
  services: boolean
  types: Readonly<Record<string, TypeCapability>>
}

const NOTHING: TypeCapability = {
  read: false,
  search: false,
  create: false,
  update: false,
  patch: false,
  conditionalCreate: false,
  ifMatch: false,
  searchParams: [],
}

const Interactions = z.array(z.looseObject({ code: z.string().optional() })).default([])

const Statement = z.looseObject({
  resourceType: z.literal('CapabilityStatement'),
  fhirVersion: z.string().default(''),
  rest: z
    .array(
      z.looseObject({
        mode: z.string().optional(),
        interaction: Interactions,
        resource: z
          .array(
            z.looseObject({
              type: z.string(),
              interaction: Interactions,
              versioning: z.string().optional(),
              conditionalCreate: z.boolean().default(false),
              searchParam: z.array(z.looseObject({ name: z.string() })).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
})

const SmartConfiguration = z.looseObject({ grant_types_supported: z.array(z.string()).default([]) })

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
  const { rest, fhirVersion } = parsed.data
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
      conditionalCreate: codes.has('create') && resource.conditionalCreate,
      ifMatch: resource.versioning === 'versioned-update',
      searchParams: resource.searchParam.map(({ name }) => name),
    }
    return [resource.type, capability] as const
  })
  return {
    fhirVersion,
    batch: overall.has('batch'),
    transaction: overall.has('transaction'),
    services:
      SmartConfiguration.safeParse(smart).data?.grant_types_supported.includes('client_credentials') ?? false,
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
    const may = (interaction: 'c' | 'r' | 'u' | 's') => scopeAllows(scope, context, type, interaction)
    return [
      type,
      {
        ...can,
        read: can.read && may('r'),
        search: can.search && may('s'),
        create: can.create && may('c'),
        update: can.update && may('u'),
        patch: can.patch && may('u'),
        conditionalCreate: can.conditionalCreate && may('c') && may('s'),
      },
    ]
  })
  return { ...capability, types: Object.fromEntries(types) }
}

/** What can be done with a type; nothing with one that the EHR does not name. */
export const capabilityOf = (capability: EhrCapability, type: string): TypeCapability =>
  (Object.hasOwn(capability.types, type) ? capability.types[type] : undefined) ?? NOTHING

const codesOf = (interactions: { code?: string | undefined }[] = []) =>
  new Set(interactions.map(({ code }) => code))
