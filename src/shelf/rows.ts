import type { ExpressionBuilder } from 'kysely'
import type { HomeType } from '../fhir/homes.ts'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import type { Key, KeyName } from './keys.ts'

export type Row = Schema['resource']
/** One type of one practice. */
export type Place = { practiceId: string; type: HomeType }
export type Lookup = { name: KeyName; values: readonly string[] }

export const findRow = (db: Db, { practiceId, type }: Place, id: string): Promise<Row | undefined> =>
  db
    .selectFrom('resource')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .where('id', '=', id)
    .executeTakeFirst()

export async function insertRow(db: Db, row: Row, keys: readonly Key[]): Promise<void> {
  await db.insertInto('resource').values(row).execute()
  await insertKeys(db, row, keys)
}

/** @returns the new version; undefined when there is no such row, or not at that version */
export async function updateRow(
  db: Db,
  row: Pick<Row, 'practice_id' | 'type' | 'id' | 'json_sealed' | 'updated_at'>,
  keys: readonly Key[],
  fromVersion: number | undefined,
): Promise<number | undefined> {
  const { practice_id, type, id, json_sealed, updated_at } = row
  const updated = await db
    .updateTable('resource')
    .set((eb) => ({ json_sealed, updated_at, version: eb('version', '+', 1) }))
    .where('practice_id', '=', practice_id)
    .where('type', '=', type)
    .where('id', '=', id)
    .$if(fromVersion !== undefined, (query) => query.where('version', '=', fromVersion ?? 0))
    .returning('version')
    .executeTakeFirst()
  if (!updated) return undefined
  // The row is ours until the transaction ends, and its keys with it.
  await db
    .deleteFrom('resource_key')
    .where('practice_id', '=', practice_id)
    .where('type', '=', type)
    .where('id', '=', id)
    .execute()
  await insertKeys(db, row, keys)
  return updated.version
}

async function insertKeys(db: Db, row: Pick<Row, 'practice_id' | 'type' | 'id'>, keys: readonly Key[]) {
  const { practice_id, type, id } = row
  if (keys.length > 0)
    await db
      .insertInto('resource_key')
      .values(keys.map((key) => ({ practice_id, type, id, ...key })))
      .execute()
}

/** The most telling first: it is walked, the others are looked up for each row. */
const ORDER: readonly KeyName[] = ['identifier', 'part-of', 'patient', 'status']

/**
 * The next rows by id that have all the keys, at most `limit`. Ids grow with time, so the order is that of arrival, and
 * a walk never sorts.
 */
export async function nextRows(
  db: Db,
  place: Place,
  {
    ids,
    lookups,
    after,
    limit,
  }: { ids: readonly string[] | undefined; lookups: readonly Lookup[]; after: string; limit: number },
): Promise<Row[]> {
  const sorted = lookups.toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name))
  if (ids) return rowsById(db, place, { ids, lookups, after, limit })
  const [first, ...others] = sorted
  if (!first) return rowsById(db, place, { ids: undefined, lookups: [], after, limit })
  const found = []
  for (const value of new Set(first.values))
    found.push(...(await rowsByKey(db, place, { name: first.name, value, lookups: others, after, limit })))
  const unique = new Map(found.map((row) => [row.id, row]))
  return [...unique.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)
}

type Page = { lookups: readonly Lookup[]; after: string; limit: number }

function rowsById(db: Db, { practiceId, type }: Place, page: Page & { ids: readonly string[] | undefined }) {
  const { ids, lookups, after, limit } = page
  return (
    db
      .selectFrom('resource')
      .selectAll()
      .where('practice_id', '=', practiceId)
      .where('type', '=', type)
      .where('id', '>', after)
      // What has moved away is kept by its id alone.
      .where('json_sealed', '<>', '')
      .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
      .where((eb) => eb.and(lookups.map((lookup) => hasKey(eb, lookup))))
      .orderBy('id')
      .limit(limit)
      .execute()
  )
}

function rowsByKey(db: Db, { practiceId, type }: Place, page: Page & { name: KeyName; value: string }) {
  const { name, value, lookups, after, limit } = page
  return db
    .selectFrom('resource_key as key')
    .innerJoin('resource', (join) =>
      join
        .onRef('resource.practice_id', '=', 'key.practice_id')
        .onRef('resource.type', '=', 'key.type')
        .onRef('resource.id', '=', 'key.id'),
    )
    .selectAll('resource')
    .where('key.practice_id', '=', practiceId)
    .where('key.type', '=', type)
    .where('key.name', '=', name)
    .where('key.value', '=', value)
    .where('key.id', '>', after)
    .where((eb) => eb.and(lookups.map((lookup) => hasKey(eb as unknown as OnResource, lookup))))
    .orderBy('key.id')
    .limit(limit)
    .execute()
}

type OnResource = ExpressionBuilder<Schema, 'resource'>

const hasKey = (eb: OnResource, { name, values }: Lookup) =>
  eb.exists(
    eb
      .selectFrom('resource_key as other')
      .select('other.id')
      .whereRef('other.practice_id', '=', 'resource.practice_id')
      .whereRef('other.type', '=', 'resource.type')
      .whereRef('other.id', '=', 'resource.id')
      .where('other.name', '=', name)
      .where('other.value', 'in', [...values]),
  )
