import type { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import type { Migration } from './migrate.ts'
import type { Db } from './open.ts'

export type Table = {
  name: string
  columns: { name: string; type: 'text' | 'bigint' }[]
  /** The primary key, in its order. */
  key: string[]
}

/** Each engine's own account of its migrations. */
const NOT_MOVED = new Set(['schema_lock', 'schema_migration'])

/**
 * Every table of the source, parents before their children, as the database itself names them: a table that a later
 * release adds cannot be forgotten.
 *
 * @throws Error in words for people when it is not of this release
 */
export function listTables(source: DatabaseSync, list: readonly Migration[]): Table[] {
  expectThisRelease(source, list)
  const tables = namesIn(source)
    .filter((name) => !NOT_MOVED.has(name))
    .map((name) => describe(source, name))
  return parentsFirst(source, tables)
}

function expectThisRelease(source: DatabaseSync, list: readonly Migration[]) {
  if (!namesIn(source).includes('schema_migration')) throw new Error('The source is not a store of Portico.')
  const applied = source
    .prepare('select id from schema_migration')
    .all()
    .map(({ id }) => String(id))
  if (applied.some((id) => !list.some((migration) => migration.id === id)))
    throw new Error('A newer release has written the source: use that one to move it.')
  if (applied.length < list.length)
    throw new Error(
      'An earlier release has written the source: start this one on it once, and stop it again.',
    )
}

const namesIn = (source: DatabaseSync) =>
  source
    .prepare(
      `select name from sqlite_schema where type = 'table' and name not like 'sqlite~_%' escape '~' order by name`,
    )
    .all()
    .map(({ name }) => String(name))

function describe(source: DatabaseSync, name: string): Table {
  const rows = source.prepare('select name, type, pk from pragma_table_info(?)').all(name)
  const columns = rows.map((row) => ({ name: String(row['name']), type: typeOf(name, String(row['type'])) }))
  const key = rows
    .filter(({ pk }) => Number(pk) > 0)
    .toSorted((a, b) => Number(a['pk']) - Number(b['pk']))
    .map((row) => String(row['name']))
  if (key.length === 0) throw new Error(`${name} has no primary key: its rows cannot be told apart.`)
  return { name, columns, key }
}

function typeOf(table: string, declared: string): 'text' | 'bigint' {
  const type = declared.toLowerCase()
  if (type !== 'text' && type !== 'bigint') throw new Error(`${table} has a column of type ${declared}.`)
  return type
}

function parentsFirst(source: DatabaseSync, tables: Table[]): Table[] {
  const ordered = new Set<Table>()
  const add = (table: Table) => {
    const parents = source.prepare('select "table" from pragma_foreign_key_list(?)').all(table.name)
    for (const parent of tables.filter(({ name }) => parents.some((row) => row['table'] === name)))
      if (parent !== table && !ordered.has(parent)) add(parent)
    ordered.add(table)
  }
  for (const table of tables) add(table)
  return [...ordered]
}

/** Tables that hold rows of somebody; what an extension brought along, and views, do not. */
async function tablesIn(target: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind in ('r', 'p') and not exists (
      select 1 from pg_depend d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by 1`.execute(target)
  return rows.map(({ name }) => name).filter((name) => !NOT_MOVED.has(name))
}

/** What of the target's tables is not as the source's; an empty list is what a move needs. */
export async function differences(target: Db, tables: readonly Table[]): Promise<string[]> {
  const own = await tablesIn(target)
  const { rows: columns } = await sql<{ table_name: string; column_name: string; data_type: string }>`
    select table_name, column_name, data_type from information_schema.columns
    where table_schema = current_schema()`.execute(target)
  const rows = columns.filter(({ table_name }) => own.includes(table_name))
  const shape = (table: string, column: string, type: string) => `${table}.${column} ${type}`
  const there = new Set(rows.map((row) => shape(row.table_name, row.column_name, row.data_type)))
  const wanted = new Set(
    tables.flatMap(({ name, columns }) => columns.map((column) => shape(name, column.name, column.type))),
  )
  return [
    ...[...wanted].filter((one) => !there.has(one)).map((one) => `${one} is missing in the target`),
    ...rows
      .map((row) => shape(row.table_name, row.column_name, row.data_type))
      .filter((one) => !wanted.has(one))
      .map((one) => `${one} is not in the source`),
  ]
}

/** Tables of the target that hold anything, or are not Portico's. */
export async function occupied(target: Db, tables: readonly Table[]): Promise<string[]> {
  const found: string[] = []
  for (const name of await tablesIn(target))
    if (!tables.some((table) => table.name === name) || (await hasRows(target, name))) found.push(name)
  return found
}

async function hasRows(target: Db, name: string) {
  const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(target)
  return rows.length > 0
}
