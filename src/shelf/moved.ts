import type { Bundle, Resource } from '@medplum/fhirtypes'
import type { FhirHandle, Kept, SearchParams } from '../fhir/client.ts'
import { HOME_TYPES } from '../fhir/homes.ts'
import type { Db } from '../store/open.ts'
import { mapReferences } from './references.ts'

/** Ids as the shelf makes them. */
const SHELF_ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** The ids that the EHR gave to resources of the shelf, by the old ones; those that have not moved are not in it. */
export async function findMoved(
  db: Db,
  practiceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('resource')
    .select(['id', 'moved_to'])
    .where('practice_id', '=', practiceId)
    .where('type', 'in', [...HOME_TYPES])
    .where('id', 'in', [...new Set(ids)])
    .where('moved_to', 'is not', null)
    .execute()
  return new Map(rows.flatMap(({ id, moved_to }) => (moved_to === null ? [] : [[id, moved_to]])))
}

/**
 * The EHR for whoever still holds ids of the shelf: links in mails, bookmarks, references on what did not move. Asked
 * for an old id, it answers with the resource that took its place.
 */
export function followMoved(db: Db, practiceId: string, ehr: FhirHandle): FhirHandle {
  const renamed = async (text: string) => {
    const moved = await findMoved(db, practiceId, text.match(SHELF_ID) ?? [])
    return text.replaceAll(SHELF_ID, (id) => moved.get(id) ?? id)
  }
  const linked = async <T>(value: T): Promise<T> => {
    const ids = JSON.stringify(value).match(SHELF_ID) ?? []
    const moved = await findMoved(db, practiceId, ids)
    if (moved.size === 0) return value
    const rename = (reference: string) => reference.replaceAll(SHELF_ID, (id) => moved.get(id) ?? id)
    return mapReferences(value, rename) as T
  }
  const asked = async (params: SearchParams): Promise<SearchParams> =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(params).map(async ([name, values]) => [
          name,
          // What was given as an identifier stays one: a copy carries its old id as such.
          name.startsWith('identifier') ? values : await Promise.all([values].flat().map(renamed)),
        ]),
      ),
    ) as SearchParams
  return {
    base: ehr.base,
    read: async (type, id) => ehr.read(type, await renamed(id)),
    search: async (type, params) => ehr.search(type, await asked(params)),
    create: async (resource, options) => ehr.create(await linked(resource), options),
    update: async (resource, options) =>
      ehr.update(await renamedResource(resource, renamed, linked), options),
    patch: async (type, id, operations, options) =>
      ehr.patch(type, await renamed(id), await linked(operations), options),
    batch: async (bundle) => ehr.batch(await renamedBundle(bundle, renamed, linked)),
  }
}

type Rename = (text: string) => Promise<string>
type Link = <T>(value: T) => Promise<T>

const renamedResource = async <T extends Resource>(resource: Kept<T>, rename: Rename, link: Link) => ({
  ...(await link(resource)),
  id: await rename(resource.id),
})

async function renamedBundle(bundle: Bundle, rename: Rename, link: Link): Promise<Bundle> {
  const entry = await Promise.all(
    (bundle.entry ?? []).map(async ({ request, resource, ...rest }) => ({
      ...rest,
      ...(request ? { request: { ...request, url: await rename(request.url) } } : {}),
      ...(resource ? { resource: await renamedEntry(resource, rename, link) } : {}),
    })),
  )
  return { ...bundle, entry }
}

const renamedEntry = async (resource: Resource, rename: Rename, link: Link) =>
  resource.id === undefined ? link(resource) : renamedResource(resource as Kept<Resource>, rename, link)
