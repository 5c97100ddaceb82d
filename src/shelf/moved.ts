import type { Bundle, Resource } from '@medplum/fhirtypes'
import type { FhirHandle, Kept, SearchParams } from '../fhir/client.ts'
import { HOME_TYPES, type HomeType } from '../fhir/homes.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { mapReferences } from './references.ts'

/** Ids as the shelf makes them. */
const SHELF_ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

/**
 * The ids that the EHR gave to resources of the shelf, by the old ones. Those that have not moved are not in it, nor
 * copies that do not count yet, unless they are of a type that is being moved.
 */
export async function findMoved(
  db: Db,
  practiceId: string,
  ids: readonly string[],
  moving?: HomeType,
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('resource')
    .select(['id', 'moved_to'])
    .where('practice_id', '=', practiceId)
    .where('type', 'in', [...HOME_TYPES])
    .where('id', 'in', [...new Set(ids)])
    .where('moved_to', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('type', '=', moving ?? ''),
        eb(
          'type',
          'in',
          eb
            .selectFrom('home')
            .select('home.type')
            .where('home.practice_id', '=', practiceId)
            .where('home.home', '=', 'ehr'),
        ),
      ]),
    )
    .execute()
  return new Map(rows.flatMap(({ id, moved_to }) => (moved_to === null ? [] : [[id, moved_to]])))
}

/** Puts new ids in the place of old ones. */
export type NewIds = {
  /** In a text, e.g. an address. */
  renamed: (text: string) => Promise<string>
  /** In the references of a resource, or of several. */
  linked: <T>(value: T) => Promise<T>
  /** In what a search asks for. */
  asked: (params: SearchParams) => Promise<SearchParams>
}

/** Where nothing has moved. */
export const SAME_IDS: NewIds = {
  renamed: async (text) => text,
  linked: async (value) => value,
  asked: async (params) => params,
}

/** The ids as they are by now, of whatever has moved into the chart of a practice. */
export function createNewIds(db: Db, practiceId: string): NewIds {
  const renamed = async (text: string) => {
    const moved = await findMoved(db, practiceId, text.match(SHELF_ID) ?? [])
    return text.replaceAll(SHELF_ID, (id) => moved.get(id) ?? id)
  }
  return {
    renamed,
    linked: async <T>(value: T) => {
      const ids = JSON.stringify(value).match(SHELF_ID) ?? []
      const moved = await findMoved(db, practiceId, ids)
      if (moved.size === 0) return value
      const rename = (reference: string) => reference.replaceAll(SHELF_ID, (id) => moved.get(id) ?? id)
      return mapReferences(value, rename) as T
    },
    asked: async (params) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(params).map(async ([name, values]) => [
            name,
            // What was given as an identifier stays one: a copy carries its old id as such.
            name.startsWith('identifier') ? values : await Promise.all([values].flat().map(renamed)),
          ]),
        ),
      ) as SearchParams,
  }
}

/**
 * The EHR for whoever still holds ids of the shelf: links in mails, bookmarks, references on what did not move. Asked
 * for an old id, it answers with the resource that took its place. A change of an old id at a version is a `conflict`: the
 * version is of the shelf, and the EHR counts its own, so that it may name something newer there.
 */
export function followMoved(db: Db, practiceId: string, ehr: FhirHandle): FhirHandle {
  const { renamed, linked, asked } = createNewIds(db, practiceId)
  return {
    base: ehr.base,
    read: async (type, id) => ehr.read(type, await renamed(id)),
    search: async (type, params) => ehr.search(type, await asked(params)),
    create: async (resource, options) => ehr.create(await linked(resource), options),
    async update(resource, options) {
      const there = await renamedResource(resource, renamed, linked)
      assertVersionOfEhr(resource.id, there.id, options?.ifMatch)
      return ehr.update(there, options)
    },
    async patch(type, id, operations, options) {
      const there = await renamed(id)
      assertVersionOfEhr(id, there, options?.ifMatch)
      return ehr.patch(type, there, await linked(operations), options)
    },
    batch: async (bundle) => ehr.batch(await renamedBundle(bundle, renamed, linked)),
  }
}

/** @throws Problem `conflict` */
function assertVersionOfEhr(asked: string, there: string, ifMatch: string | undefined): void {
  if (asked !== there && ifMatch !== undefined) throw new Problem('conflict')
}

type Rename = (text: string) => Promise<string>
type Link = <T>(value: T) => Promise<T>

const renamedResource = async <T extends Resource>(resource: Kept<T>, rename: Rename, link: Link) => ({
  ...(await link(resource)),
  id: await rename(resource.id),
})

async function renamedBundle(bundle: Bundle, rename: Rename, link: Link): Promise<Bundle> {
  const entry = await Promise.all(
    (bundle.entry ?? []).map(async ({ request, resource, ...rest }) => {
      const url = await rename(request?.url ?? '')
      assertVersionOfEhr(request?.url ?? '', url, request?.ifMatch)
      return {
        ...rest,
        ...(request ? { request: { ...request, url } } : {}),
        ...(resource ? { resource: await renamedEntry(resource, rename, link) } : {}),
      }
    }),
  )
  return { ...bundle, entry }
}

const renamedEntry = async (resource: Resource, rename: Rename, link: Link) =>
  resource.id === undefined ? link(resource) : renamedResource(resource as Kept<Resource>, rename, link)
