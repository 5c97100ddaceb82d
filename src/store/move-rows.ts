import type { DatabaseSync } from 'node:sqlite'
import { type RawBuilder, sql } from 'kysely'
import type { Table } from './move-tables.ts'
import type { Db } from './open.ts'

/** Every value as text, in the order of the table's columns: neither engine's own types can round or cut anything. */
type Row = (string | null)[]

/** The two stores do not hold the same. */
export class Unlike extends Error {}

const ROWS_AT_ONCE = 500
/** Characters: a few files' chunks must not fill the memory. */
const SIZE_AT_ONCE = 4_000_000

/**
 * Copies what the target lacks of a table. Rows go in the order of the key and each batch is one statement, so that the
 * number of rows that are there says where a move that was cut off stopped.
 */
export async function copyRows(
  source: DatabaseSync,
  target: Db,
  table: Table,
  tell: (copied: number) => void,
): Promise<void> {
  let copied = await countTarget(target, table)
  for (const rows of batches(source, table, copied)) {
    // On a resumed move the last batch may have arrived a moment after it was counted.
    await sql`insert into ${sql.table(table.name)} (${sql.join(table.columns.map(({ name }) => sql.ref(name)))})
      select * from unnest(${arraysOf(table, table.columns, rows)})
      on conflict (${sql.join(table.key.map((name) => sql.ref(name)))}) do nothing`.execute(target)
    copied += rows.length
    tell(copied)
  }
}

/**
 * Reads a table back and compares it row by row, value by value.
 * @returns how many rows are alike
 * @throws Unlike in words for people, at the first row that is not
 */
export async function verifyRows(source: DatabaseSync, target: Db, table: Table): Promise<number> {
  let alike = 0
  for (const rows of batches(source, table, 0)) {
    const found = await readSame(target, table, rows)
    for (const [place, row] of rows.entries()) {
      const fault = faultOf(table, row, found[place])
      if (fault) throw new Unlike(`${table.name}: the row ${keyOf(table, row)} ${fault}`)
    }
    alike += rows.length
  }
  const there = await countTarget(target, table)
  if (there !== alike) throw new Unlike(`${table.name}: ${there} rows in the target, ${alike} in the source`)
  return alike
}

/** Nobody writes to the source meanwhile: one statement, read piece by piece, sees all of it. */
function* batches(source: DatabaseSync, table: Table, from: number): Generator<Row[]> {
  const columns = table.columns.map(({ name }) => `"${name}"`).join(', ')
  const key = table.key.map((name) => `"${name}"`).join(', ')
  const statement = source.prepare(
    `select ${columns} from "${table.name}" order by ${key} limit -1 offset ${from}`,
  )
  statement.setReadBigInts(true)
  let rows: Row[] = []
  let size = 0
  for (const record of statement.iterate()) {
    const row = table.columns.map(({ name }) => toText(table.name, name, record[name]))
    rows.push(row)
    size += row.reduce((sum, value) => sum + (value?.length ?? 0), 0)
    if (rows.length < ROWS_AT_ONCE && size < SIZE_AT_ONCE) continue
    yield rows
    rows = []
    size = 0
  }
  if (rows.length > 0) yield rows
}

function toText(table: string, column: string, value: unknown): string | null {
  if (value === null) return null
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return value
  throw new Error(`${table}.${column} holds neither a text nor a whole number.`)
}

/** The target's rows with the keys of these, in the same places. */
async function readSame(target: Db, table: Table, rows: Row[]): Promise<(Row | undefined)[]> {
  const keys = table.key.map((name) => table.columns.filter((column) => column.name === name)).flat()
  const names = keys.map((_, place) => sql.ref(`k${place}`))
  const same = keys.map(({ name }, place) => sql`${sql.ref(`t.${name}`)} = ${sql.ref(`k.k${place}`)}`)
  const values = table.columns.map(({ name }) => sql`cast(${sql.ref(`t.${name}`)} as text)`)
  const { rows: found } = await sql<{ place: number; row: Row }>`
    select k.place, array[${sql.join(values)}] as row
    from unnest(${arraysOf(table, keys, rows)}) with ordinality as k (${sql.join(names)}, place)
    join ${sql.table(table.name)} as t on ${sql.join(same, sql` and `)}`.execute(target)
  const places: (Row | undefined)[] = rows.map(() => undefined)
  for (const { place, row } of found) places[place - 1] = row
  return places
}

/** One array for each column: so many rows, so few parameters. */
function arraysOf(table: Table, columns: Table['columns'], rows: Row[]): RawBuilder<unknown> {
  const arrays = columns.map(({ name, type }) => {
    const place = table.columns.findIndex((column) => column.name === name)
    return sql`cast(${rows.map((row) => row[place] ?? null)} as ${sql.raw(type)}[])`
  })
  return sql.join(arrays)
}

function faultOf(table: Table, row: Row, found: Row | undefined) {
  if (!found) return 'is missing in the target'
  const place = row.findIndex((value, at) => value !== found[at])
  return place < 0 ? undefined : `differs in ${table.columns[place]?.name ?? '?'}`
}

/** Its key as it stands in the source; ids and hashes, nothing that says who somebody is. */
const keyOf = (table: Table, row: Row) =>
  table.key.map((name) => row[table.columns.findIndex((column) => column.name === name)]).join(' / ')

async function countTarget(target: Db, table: Table): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table.name)}`.execute(
    target,
  )
  return rows[0]?.n ?? 0
}
