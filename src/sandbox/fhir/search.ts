import { OperationOutcomeError, badRequest } from '@medplum/core'
import type { Filter, SearchRequest, SortRule } from '@medplum/core'
import { findSearchParameter } from './definitions.ts'
import { clauseOf } from './search-clauses.ts'
import type { Clause, Searching } from './search-clauses.ts'
import type { Column, SearchIndex } from './search-index.ts'
import { currentOf } from './store.ts'
import type { Store, Stored } from './store.ts'

export type SearchHits = {
  resources: Stored[]
  /** The conditions that counted. A lenient search leaves out what the server does not know. */
  filters: Filter[]
}

export type SearchOptions = {
  /** Refuse unknown parameters instead of leaving them out. */
  strict: boolean
  /** The parameters that may be asked by; all that FHIR has for the type unless named. */
  parameters?: readonly string[] | undefined
  /** What the token may see at most. */
  restriction?: Clause | undefined
}

export type Search = ReturnType<typeof createSearch>

/**
 * Searches one EMR's resources.
 * @param base absolute address of the FHIR server; references may be searched by it.
 * @see https://hl7.org/fhir/R4/search.html
 */
export const createSearch = (store: Store, index: SearchIndex, base: string) => {
  const columnOf = (type: string, code: string): Column | null => {
    const parameter = findSearchParameter(type, code)
    return parameter ? index.column(type, parameter, store.records(type)) : null
  }

  /** @throws OperationOutcomeError 400 for a parameter that `strict` refuses, or a modifier nobody knows. */
  const find = (request: SearchRequest, { strict, parameters, restriction }: SearchOptions): SearchHits => {
    const type = request.resourceType
    const columnFor: Searching['columnOf'] = (of, code) =>
      (parameters?.includes(code) ?? true) ? columnOf(of, code) : null
    const knows = (code: string) => isKnown(columnFor, type, code, strict)
    const filters = (request.filters ?? []).filter(({ code }) => knows(code))
    const clauses = filters.map((filter) => clauseOf(searching, type, filter))
    if (restriction) clauses.push(restriction)
    const rules = (request.sortRules ?? []).filter(({ code }) => knows(code))
    const columns = rules.map(({ code }) => columnOf(type, code))
    return { resources: sorted(store, type, matching(store, type, clauses), { rules, columns }), filters }
  }

  const searching: Searching = {
    base,
    columnOf,
    find: (request) => find(request, { strict: true }).resources,
  }
  return { find, columnOf }
}

const isKnown = (
  columnOf: Searching['columnOf'],
  type: string,
  filterCode: string,
  strict: boolean,
): boolean => {
  const code = filterCode.startsWith('_has:') ? '_id' : (filterCode.split(/[.:]/)[0] ?? '')
  if (columnOf(type, code)) return true
  if (!strict) return false
  throw new OperationOutcomeError(badRequest(`${type} has no search parameter ${code}`, code))
}

const matching = (store: Store, type: string, clauses: Clause[]): Stored[] => {
  const records = store.records(type)
  const hits: Stored[] = []
  for (const id of narrowest(clauses) ?? records.keys()) {
    const resource = currentOf(records.get(id))
    if (resource && clauses.every((clause) => clause.holds(id))) hits.push(resource)
  }
  return hits
}

/** The candidates of the clause that leaves the fewest, each once; undefined when every clause looks at all. */
const narrowest = (clauses: Clause[]): Set<string> | undefined =>
  clauses
    .flatMap(({ candidates }) => (candidates ? [new Set(candidates.flatMap((ids) => [...ids]))] : []))
    .sort((a, b) => a.size - b.size)[0]

type Sorting = { rules: SortRule[]; columns: (Column | null)[] }

/** By the rules, the first of which counts most; otherwise in the order of arrival, so that pages stay put. */
const sorted = (store: Store, type: string, hits: Stored[], { rules, columns }: Sorting): Stored[] => {
  const records = store.records(type)
  const keyed = hits.map((resource) => ({
    resource,
    sequence: records.get(resource.id)?.sequence ?? 0,
    keys: columns.map((column) => sortKey(column, resource.id)),
  }))
  keyed.sort((a, b) => {
    for (const [position, { descending = false }] of rules.entries()) {
      const order = compareKeys(a.keys[position], b.keys[position], descending)
      if (order !== 0) return order
    }
    return a.sequence - b.sequence
  })
  return keyed.map(({ resource }) => resource)
}

const sortKey = (column: Column | null, id: string): string | number | undefined => {
  const value = column?.cells.get(id)?.[0]
  return value?.low ?? value?.text
}

/** What has no value comes last, whichever way the rest goes. */
const compareKeys = (a: string | number | undefined, b: string | number | undefined, descending: boolean) => {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  if (a === b) return 0
  return a < b === descending ? 1 : -1
}
