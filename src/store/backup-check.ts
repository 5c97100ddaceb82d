import { DatabaseSync } from 'node:sqlite'
import { MIGRATIONS } from './migrate.ts'
import { type Db, openStore } from './open.ts'

/** What only other parts of Portico can tell about a store. */
export type CheckDeps = {
  /** One line for each practice whose audit trail does not hold. */
  brokenTrails(db: Db): Promise<string[]>
  /** Whether the keys at hand open what is sealed there; null when nothing is, or no keys are at hand. */
  keysOpen(db: Db): Promise<boolean | null>
}

export type Checked = {
  tables: number
  rows: number
  /** It was migrated by an earlier release; this one will migrate it when it starts. */
  isOlder: boolean
  brokenTrails: string[]
  keysOpen: boolean | null
}

/**
 * Looks through a copy of an embedded store that nobody else uses.
 * @throws Error in words for people, when it must not be put to use: damaged, not ours, or of a newer release
 */
export async function checkCopy(file: string, deps: CheckDeps): Promise<Checked> {
  const { isOlder, ...counted } = inspect(file)
  const store = await openStore(`sqlite:${file}`)
  try {
    const [brokenTrails, keysOpen] = [await deps.brokenTrails(store.db), await deps.keysOpen(store.db)]
    return { ...counted, isOlder, brokenTrails, keysOpen }
  } finally {
    await store.close()
  }
}

function inspect(file: string) {
  const database = new DatabaseSync(file)
  try {
    return { ...versionOf(database), ...integrityOf(database), ...countRows(database) }
  } catch (error) {
    // SQLite's own words for a file that is none of its databases, or no longer.
    if (error instanceof Error && 'errcode' in error)
      throw new Error(`It is damaged: ${error.message}.`, { cause: error })
    throw error
  } finally {
    database.close()
  }
}

function versionOf(database: DatabaseSync) {
  if (!tablesOf(database).includes('schema_migration')) throw new Error('It is not a store of Portico.')
  const applied = database
    .prepare('select id from schema_migration')
    .all()
    .map(({ id }) => String(id))
  const known = new Set(MIGRATIONS.map(({ id }) => id))
  const newer = applied.filter((id) => !known.has(id))
  if (newer.length > 0) throw new Error(`It was written by a newer release of Portico: ${newer.join(', ')}.`)
  return { isOlder: applied.length < known.size }
}

function integrityOf(database: DatabaseSync) {
  const [first] = database.prepare('pragma integrity_check(1)').all()
  const found = String(first?.['integrity_check'])
  if (found !== 'ok') throw new Error(`It is damaged: ${found}.`)
  const [orphan] = database.prepare('pragma foreign_key_check').all()
  if (orphan) throw new Error(`It is damaged: ${String(orphan['table'])} refers to a row that is not there.`)
  return {}
}

function countRows(database: DatabaseSync) {
  const tables = tablesOf(database)
  const rows = tables.map((name) =>
    Number(database.prepare(`select count(*) as n from "${name}"`).get()?.['n']),
  )
  return { tables: tables.length, rows: rows.reduce((sum, count) => sum + count, 0) }
}

const tablesOf = (database: DatabaseSync) =>
  database
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite~_%' escape '~'`)
    .all()
    .map(({ name }) => String(name))
