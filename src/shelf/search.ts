import { setImmediate } from 'node:timers/promises'
import type { Bundle, Resource } from '@medplum/fhirtypes'
import type { Keyring } from '../crypto/keyring.ts'
import type { Kept, SearchParams } from '../fhir/client.ts'
import type { HomeType } from '../fhir/homes.ts'
import type { Db } from '../store/open.ts'
import { identifierKeys } from './keys.ts'
import { holds, sortKey } from './matching.ts'
import { readQuery, type ShelfQuery } from './query.ts'
import { type Lookup, nextRows, type Row } from './rows.ts'

export type SearchContext = {
  db: Db
  keyring: Keyring
  practiceId: string
  base: string
  /** Undefined for what does not open, which is left out. */
  open(row: Row): Kept<Resource> | undefined
  /** With references to where things are by now. */
  link(resources: Kept<Resource>[]): Promise<Kept<Resource>[]>
}

/** Rows that are read, opened and compared between two turns of the event loop. */
const ROWS_AT_ONCE = 200

/**
 * The first page of a search, oldest first unless sorted otherwise. SQL narrows by what it knows, each candidate is then
 * compared. However many there are, only a page of them is in memory at a time, and others get their turn.
 */
export async function searchShelf(
  context: SearchContext,
  type: HomeType,
  params: SearchParams,
): Promise<Bundle<Kept<Resource>>> {
  const query = readQuery(type, params, context.base)
  const { found, total, more } = await collect(context, query)
  const { base } = context
  const link = (relation: string, offset: number) => ({
    relation,
    url: addressOf(base, type, params, offset),
  })
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total === undefined ? {} : { total }),
    link: [link('self', query.offset), ...(more ? [link('next', query.offset + query.count)] : [])],
    entry: found.map((resource) => ({
      fullUrl: `${base}/${type}/${resource.id}`,
      resource,
      search: { mode: 'match' },
    })),
  }
}

type Found = { resource: Kept<Resource>; keys: (string | number | undefined)[] }

async function collect(context: SearchContext, query: ShelfQuery) {
  const place = { practiceId: context.practiceId, type: query.type }
  const { ids, sort, count, offset } = query
  const lookups = lookupsOf(context, query)
  const needed = offset + count + 1
  // A page that is sorted, or only counted, needs all; else the walk ends with the page.
  const needsAll = sort.length > 0 || count === 0
  let kept: Found[] = []
  let matched = 0
  let after = ''
  for (let limit = Math.min(needed, ROWS_AT_ONCE); ; limit = ROWS_AT_ONCE) {
    const rows = await nextRows(context.db, place, { ids, lookups, after, limit })
    const opened = rows.flatMap((row) => context.open(row) ?? [])
    for (const resource of await context.link(opened)) {
      if (!query.clauses.every((clause) => holds(resource, clause))) continue
      matched += 1
      kept.push({ resource, keys: sort.map(({ parameter }) => sortKey(resource, parameter)) })
    }
    if (sort.length > 0) kept = kept.sort((a, b) => compare(a, b, sort))
    kept = kept.slice(0, needed)
    const isLast = rows.length < limit
    if (isLast || (!needsAll && matched >= needed)) {
      const found = kept.slice(offset, offset + count).map(({ resource }) => resource)
      return { found, total: isLast ? matched : undefined, more: count > 0 && matched > offset + count }
    }
    after = rows.at(-1)?.id ?? after
    await setImmediate()
  }
}

const lookupsOf = ({ keyring, practiceId }: SearchContext, { type, narrowings }: ShelfQuery): Lookup[] =>
  narrowings.map(({ name, values }) => ({
    name,
    values:
      name === 'identifier'
        ? values.flatMap((value) => identifierKeys(keyring, practiceId, type, value))
        : values,
  }))

/** What has no value comes last, whichever way the rest goes; equals stay in the order of arrival. */
function compare(a: Found, b: Found, sort: ShelfQuery['sort']): number {
  for (const [at, { descending }] of sort.entries()) {
    const [one, other] = [a.keys[at], b.keys[at]]
    if (one === other) continue
    if (one === undefined || other === undefined) return one === undefined ? 1 : -1
    return one < other === descending ? 1 : -1
  }
  return a.resource.id < b.resource.id ? -1 : 1
}

function addressOf(base: string, type: string, params: SearchParams, offset: number): string {
  const pairs = Object.entries(params)
    .filter(([name]) => name !== '_offset')
    .flatMap(([name, values]) => [values].flat().map((value) => [name, value]))
  const search = new URLSearchParams([...pairs, ...(offset > 0 ? [['_offset', String(offset)]] : [])])
  return `${base}/${type}?${search.toString()}`
}
