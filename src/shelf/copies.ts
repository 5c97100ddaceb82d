import type { Bundle, Resource } from '@medplum/fhirtypes'
import type { EhrCapability } from '../fhir/capability.ts'
import { capabilityOf } from '../fhir/capability.ts'
import type { FhirHandle, Kept, SearchParams } from '../fhir/client.ts'
import type { HomeType } from '../fhir/homes.ts'
import { Problem } from '../problem.ts'
import { firstDifference } from './same.ts'

/** How a resource in the EHR says which one of the shelf it was. */
export const SHELF_IDENTIFIER = 'urn:portico:shelf'

/** Of 200 each. */
const MOST_PAGES = 500

/** A move that cannot be done, or not go on; the message is for the person who started it. */
export class MoveRefused extends Error {
  override name = 'MoveRefused'
}

export type CopyDeps = {
  ehr: FhirHandle
  /** What the service may do there. */
  capability: EhrCapability
  type: HomeType
}

/**
 * Brings the EHR's copy of one resource up to date, making it where there is none, and reads it back. A copy is looked
 * for first, by the id that it carries: whatever was cut off before, nothing is made twice.
 * @param content with references as they are in the EHR
 * @param movedTo the id of the copy, if one is known
 * @returns the id of the copy
 * @throws MoveRefused when the EHR keeps something else than it was given
 */
export async function bringOver(
  deps: CopyDeps,
  shelfId: string,
  content: Resource,
  movedTo: string | null,
): Promise<string> {
  const wanted = withMark(content, shelfId)
  const found =
    movedTo === null ? await findCopy(deps, shelfId, wanted) : await readCopy(deps, movedTo, shelfId, wanted)
  const { id } = found ? await change(deps, found, wanted) : await make(deps, shelfId, wanted)
  const kept = await readCopy(deps, id, shelfId, wanted)
  const difference = kept ? firstDifference(wanted, kept, deps.ehr.base) : ''
  if (difference !== undefined)
    throw new MoveRefused(
      `The EMR did not keep ${deps.type}${difference} as it was sent (shelf id ${shelfId}, its id ${id}). Nothing was switched.`,
    )
  return id
}

/** AuditEvent has no identifier of its own: there it is one of the things that the event is about. */
function withMark(content: Resource, shelfId: string): Resource {
  const mark = { system: SHELF_IDENTIFIER, value: shelfId }
  const { id: _, meta, ...rest } = content as Resource & { identifier?: object[]; entity?: object[] }
  const { versionId: __, lastUpdated: ___, ...told } = meta ?? {}
  const kept = { ...rest, ...(Object.keys(told).length > 0 ? { meta: told } : {}) }
  return (
    content.resourceType === 'AuditEvent'
      ? { ...kept, entity: [...(rest.entity ?? []), { what: { identifier: mark } }] }
      : { ...kept, identifier: [...(rest.identifier ?? []), mark] }
  ) as Resource
}

/**
 * Checked again: an EHR that overlooks the parameter would return somebody else's, and it would be overwritten. Of many
 * that happened at one instant all pages are looked at.
 */
async function findCopy({ ehr, type }: CopyDeps, shelfId: string, wanted: Resource) {
  let query: SearchParams | undefined =
    wanted.resourceType === 'AuditEvent'
      ? { date: wanted.recorded, _count: '200' }
      : { identifier: `${SHELF_IDENTIFIER}|${shelfId}` }
  for (let page = 0; query && page < MOST_PAGES; page += 1) {
    const bundle: Bundle = await ehr.search(type, query)
    const found = (bundle.entry ?? [])
      .map(({ resource }) => resource)
      .find((one): one is Kept<typeof one & object> => one?.id !== undefined && carries(one, shelfId))
    if (found) return found
    query = type === 'AuditEvent' ? nextPage(bundle, type) : undefined
  }
  if (!query) return undefined
  throw new MoveRefused(
    `The EMR has too many ${type} to look for ${shelfId} among them. Nothing was switched.`,
  )
}

/** What the next page is asked for with: at the EHR's own base, wherever the link leads. */
function nextPage({ link = [] }: Bundle, type: HomeType): SearchParams | undefined {
  const next = link.find(({ relation }) => relation === 'next')?.url
  if (!next) return undefined
  const url = new URL(next, 'http://ehr.invalid')
  if (!url.pathname.endsWith(`/${type}`))
    throw new MoveRefused(`The EMR pages ${type} in a way that Portico cannot follow. Nothing was switched.`)
  const params: Record<string, string[]> = {}
  for (const [name, value] of url.searchParams) (params[name] ??= []).push(value)
  return params
}

const carries = (resource: Resource, shelfId: string) => {
  const { identifier, entity } = resource as {
    identifier?: unknown
    entity?: { what?: { identifier?: unknown } }[]
  }
  const marks = [identifier, (entity ?? []).map(({ what }) => what?.identifier)].flat(2)
  return marks.some((mark) => {
    const { system, value } = (mark ?? {}) as { system?: string; value?: string }
    return system === SHELF_IDENTIFIER && value === shelfId
  })
}

/** Not every EHR that lets us make and find a type lets us read it by id. */
async function readCopy(deps: CopyDeps, id: string, shelfId: string, wanted: Resource) {
  if (!capabilityOf(deps.capability, deps.type).read) return findCopy(deps, shelfId, wanted)
  try {
    return await deps.ehr.read(deps.type, id)
  } catch (error) {
    if (error instanceof Problem && error.code === 'not-found') return undefined
    throw error
  }
}

const make = ({ ehr, capability, type }: CopyDeps, shelfId: string, wanted: Resource) =>
  ehr.create(
    wanted,
    capabilityOf(capability, type).conditionalCreate && type !== 'AuditEvent'
      ? { ifNoneExist: { identifier: `${SHELF_IDENTIFIER}|${shelfId}` }, readBack: false }
      : { readBack: false },
  )

/** Also when it seems to be the same: what is no longer on the shelf must go from the copy too. */
async function change(
  { ehr, capability, type }: CopyDeps,
  found: Kept<Resource>,
  wanted: Resource,
): Promise<Kept<Resource>> {
  const can = capabilityOf(capability, type)
  const ifMatch = can.ifMatch ? found.meta?.versionId : undefined
  if (can.update) return ehr.update({ ...wanted, id: found.id }, { ifMatch })
  if (!can.patch) {
    if (firstDifference(wanted, found, ehr.base) === undefined) return found
    throw new MoveRefused(
      `${type} ${found.id} in the EMR is an older copy, and the EMR lets nobody change it. Nothing was switched.`,
    )
  }
  const operations = Object.entries(wanted).flatMap(([name, value]) =>
    name === 'resourceType' || name === 'meta'
      ? []
      : [{ op: 'add' as const, path: `/${name}`, value: value as unknown }],
  )
  const gone = Object.keys(found).filter((name) => !(name in wanted) && !OWN.has(name))
  return ehr.patch(
    type,
    found.id,
    [...operations, ...gone.map((name) => ({ op: 'remove' as const, path: `/${name}` }))],
    { ifMatch },
  )
}

const OWN = new Set(['id', 'meta', 'text', 'resourceType'])
