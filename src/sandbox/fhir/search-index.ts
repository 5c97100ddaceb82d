import type { SearchParameter } from '@medplum/fhirtypes'
import { KINDS } from './search-kinds.ts'
import type { Kind } from './search-kinds.ts'
import { compileExtract } from './search-values.ts'
import type { Extract, SearchValue } from './search-values.ts'
import { currentOf } from './store.ts'
import type { StoredRecord } from './store.ts'

/** All values of one search parameter: by resource id, and the ids by key. */
export type Column = {
  kind: Kind
  cells: ReadonlyMap<string, SearchValue[]>
  idsByKey: ReadonlyMap<string, ReadonlySet<string>>
}

export type SearchIndex = ReturnType<typeof createSearchIndex>

/**
 * Keeps the values of search parameters at hand, so that a search neither evaluates FHIRPath nor looks at every
 * resource. A column is made when somebody first searches by it, and follows every write from then on.
 */
export const createSearchIndex = () => {
  const columnsByType = new Map<string, Map<string, FilledColumn>>()

  return {
    /** The column of one search parameter; null for a type of parameter that cannot be compared. */
    column(
      type: string,
      parameter: SearchParameter,
      records: ReadonlyMap<string, StoredRecord>,
    ): Column | null {
      const kind = KINDS[parameter.type]
      if (!kind) return null
      const columns = columnsByType.get(type) ?? new Map<string, FilledColumn>()
      columnsByType.set(type, columns)
      const known = columns.get(parameter.code)
      if (known) return known
      const made = createColumn(kind, compileExtract(type, parameter))
      for (const record of records.values()) made.put(record)
      columns.set(parameter.code, made)
      return made
    },

    /** To be called whenever the current version of a record is another one. */
    changed(type: string, record: StoredRecord) {
      for (const column of columnsByType.get(type)?.values() ?? []) column.put(record)
    },
  }
}

type FilledColumn = Column & { put(record: StoredRecord): void }

const createColumn = (kind: Kind, extract: Extract): FilledColumn => {
  const cells = new Map<string, SearchValue[]>()
  const idsByKey = new Map<string, Set<string>>()

  const drop = (id: string) => {
    for (const key of (cells.get(id) ?? []).flatMap((value) => kind.keysOf(value)))
      idsByKey.get(key)?.delete(id)
    cells.delete(id)
  }

  const file = (id: string, key: string) => {
    const ids = idsByKey.get(key)
    if (ids) ids.add(id)
    else idsByKey.set(key, new Set([id]))
  }

  return {
    kind,
    cells,
    idsByKey,
    put(record) {
      drop(record.id)
      const resource = currentOf(record)
      if (!resource) return
      const values = extract(resource)
      cells.set(record.id, values)
      for (const key of values.flatMap((value) => kind.keysOf(value))) file(record.id, key)
    },
  }
}
