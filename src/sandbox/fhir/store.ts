import type { Resource } from '@medplum/fhirtypes'
import type { Clock } from '../../clock.ts'

/** A stored resource. Never changed in place: a write adds a version, so whoever holds one may keep it. */
export type Stored = Resource & { id: string; meta: { versionId: string; lastUpdated: string } }

/** One version of a record; `resource` is null where the version is a deletion. */
export type Version = {
  versionId: string
  lastUpdated: string
  method: 'POST' | 'PUT' | 'DELETE'
  resource: Stored | null
}

/** All versions of one resource, oldest first. `sequence` keeps search results in the order of arrival. */
export type StoredRecord = { id: string; sequence: number; versions: Version[] }

export type Store = ReturnType<typeof createStore>

/**
 * Keeps resources with all their versions in memory, for one EMR. Every write can be taken back until its
 * transaction ends, which is what makes a FHIR transaction atomic.
 * @param changed is told about every record whose current version is another one than before.
 */
export const createStore = (now: Clock, changed: (type: string, record: StoredRecord) => void) => {
  const records = createRecords()
  const undo: (() => void)[] = []

  const push = (type: string, record: StoredRecord, version: Version) => {
    record.versions.push(version)
    undo.push(() => {
      record.versions.pop()
      if (record.versions.length === 0) records.of(type).delete(record.id)
      changed(type, record)
    })
    changed(type, record)
  }

  const nextVersion = (record: StoredRecord) => ({
    versionId: String(record.versions.length + 1),
    lastUpdated: new Date(now()).toISOString(),
  })

  return {
    records: (type: string): ReadonlyMap<string, StoredRecord> => records.of(type),

    /** Adds a version. `keepMeta` keeps the time that the resource brings along, for resources loaded from files. */
    write(resource: Resource & { id: string }, method: 'POST' | 'PUT', keepMeta = false): Stored {
      const record = records.take(resource.resourceType, resource.id)
      const { versionId, lastUpdated } = nextVersion(record)
      const at = (keepMeta ? resource.meta?.lastUpdated : undefined) ?? lastUpdated
      const stored = { ...resource, meta: { ...resource.meta, versionId, lastUpdated: at } } as Stored
      push(resource.resourceType, record, { versionId, lastUpdated: at, method, resource: stored })
      return stored
    },

    /** Adds a version that says the resource is gone. */
    remove(type: string, id: string) {
      const record = records.take(type, id)
      push(type, record, { ...nextVersion(record), method: 'DELETE', resource: null })
    },

    /** Where the undo log stands now; `rollback` to it takes back everything written since. */
    mark: () => undo.length,
    rollback(mark: number) {
      while (undo.length > mark) undo.pop()?.()
    },
    /** Forgets how to take back what was written: the request is over. */
    settle() {
      undo.length = 0
    },
  }
}

const createRecords = () => {
  const types = new Map<string, Map<string, StoredRecord>>()
  let sequence = 0

  const of = (type: string): Map<string, StoredRecord> => {
    const known = types.get(type)
    if (known) return known
    const records = new Map<string, StoredRecord>()
    types.set(type, records)
    return records
  }

  /** The record of this id, made if it is new. */
  const take = (type: string, id: string): StoredRecord => {
    const known = of(type).get(id)
    if (known) return known
    sequence += 1
    const record = { id, sequence, versions: [] }
    of(type).set(id, record)
    return record
  }

  return { of, take }
}

/** The current version of a record, or null when it was deleted. */
export const currentOf = (record: StoredRecord | undefined): Stored | null =>
  record?.versions.at(-1)?.resource ?? null
