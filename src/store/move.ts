import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import type { Clock } from '../clock.ts'
import { type Migration, migrate, MIGRATIONS, UNFINISHED_MOVE } from './migrate.ts'
import { copyRows, Unlike, verifyRows } from './move-rows.ts'
import { differences, listTables, occupied, type Table } from './move-tables.ts'
import type { Db, Store } from './open.ts'

export type MoveDeps = {
  now: Clock
  /** Hears how far it has come: a table's name, rows so far. */
  tell: (table: string, rows: number) => void
  migrations?: readonly Migration[]
}

/**
 * Copies an embedded store to PostgreSQL and compares the two row by row. Cut off at any instant it goes on where it
 * stopped when it is called again; until it is through no service starts on the target.
 *
 * @param source held by this process alone: a change in between would be lost
 * @throws Error in words for people; the source is never changed
 */
export async function moveStore(
  source: DatabaseSync,
  target: Store,
  deps: MoveDeps,
): Promise<{ tables: number; rows: number }> {
  const migrations = deps.migrations ?? MIGRATIONS
  const tables = listTables(source, migrations)
  const mark = markOf(source)
  const isResumed = await prepare(target, tables, { ...deps, migrations, mark })
  const rows = await copyAndVerify(source, target, tables, deps).catch((error: unknown) => {
    throw isResumed && isOfAnotherTime(error) ? sourceChanged(error) : error
  })
  await target.db.deleteFrom('schema_migration').where('id', '=', mark).execute()
  return { tables: tables.length, rows }
}

async function copyAndVerify(
  source: DatabaseSync,
  target: Store,
  tables: readonly Table[],
  deps: MoveDeps,
): Promise<number> {
  for (const table of tables) await copyRows(source, target.db, table, (rows) => deps.tell(table.name, rows))
  // A planner that knows nothing of a million new rows would read all of them for a few.
  await sql`analyze`.execute(target.db)
  let rows = 0
  for (const table of tables) rows += await verifyRows(source, target.db, table)
  return rows
}

const CONSTRAINT_BROKEN = /^23/

/** Rows that came to the source in between stand among those that are moved already: nothing puts that right. */
const isOfAnotherTime = (error: unknown): error is Error =>
  error instanceof Unlike ||
  (error instanceof Error && 'code' in error && CONSTRAINT_BROKEN.test(String(error.code)))

const sourceChanged = (cause: Error) =>
  new Error(
    `The source has changed since the move began, or somebody wrote to the target (${cause.message}). Give it an empty database and begin again.`,
    { cause },
  )

/** Names the source by the instants of its migrations, which no other store has: only the same move goes on. */
function markOf(source: DatabaseSync) {
  const applied = source.prepare('select id, applied_at from schema_migration order by id').all()
  return `${UNFINISHED_MOVE} ${createHash('sha256').update(JSON.stringify(applied)).digest('hex').slice(0, 16)}`
}

type Preparation = { now: Clock; migrations: readonly Migration[]; mark: string }

/** @returns whether a move that was cut off goes on */
async function prepare(
  target: Store,
  tables: readonly Table[],
  { now, migrations, mark }: Preparation,
): Promise<boolean> {
  await expectUnicode(target.db)
  const marks = await marksIn(target.db)
  if (marks.some((one) => one !== mark))
    throw new Error('Another store is half moved to the target. Give this one an empty database.')
  if (marks.length === 0) {
    await expectEmpty(target.db, tables)
    await migrate(target, now, migrations)
    await target.transaction((tx) => begin(tx, tables, mark, now()))
  }
  const [difference] = await differences(target.db, tables)
  if (difference !== undefined) throw new Error(`The two stores do not have the same tables: ${difference}.`)
  return marks.length > 0
}

async function expectUnicode(db: Db) {
  const { rows } = await sql<{ server_encoding: string }>`show server_encoding`.execute(db)
  const encoding = rows[0]?.server_encoding
  if (encoding !== 'UTF8') throw new Error(`The target's encoding is ${encoding}; it must be UTF8.`)
}

async function marksIn(db: Db): Promise<string[]> {
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass('schema_migration') is not null as there`.execute(db)
  if (!rows[0]?.there) return []
  const marks = await db.selectFrom('schema_migration').select('id').execute()
  return marks.map(({ id }) => id).filter((id) => id.startsWith(UNFINISHED_MOVE))
}

/** Again inside the transaction that marks it: a service may have started on it a moment ago. */
async function begin(tx: Db, tables: readonly Table[], mark: string, at: number) {
  await expectEmpty(tx, tables)
  await tx.insertInto('schema_migration').values({ id: mark, applied_at: at }).execute()
}

async function expectEmpty(db: Db, tables: readonly Table[]) {
  const names = await occupied(db, tables)
  if (names.length > 0)
    throw new Error(`The target holds other data (${names.join(', ')}). Give it an empty database.`)
}
