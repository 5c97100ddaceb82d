import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Clock, systemClock } from '../clock.ts'
import { firstTables } from './migrations/0001-first-tables.ts'
import { firstDay } from './migrations/0002-first-day.ts'
import { embedding } from './migrations/0003-embedding.ts'
import { anyEhr } from './migrations/0004-any-ehr.ts'
import type { Db, Store } from './open.ts'

/** Forward only. Each statement runs unchanged on SQLite and PostgreSQL. */
export type Migration = { id: string; up: readonly string[] }

export const MIGRATIONS: readonly Migration[] = [firstTables, firstDay, embedding, anyEhr]

/** How the mark begins that a store bears while another one is being moved to it: nobody else may start on it. */
export const UNFINISHED_MOVE = 'unfinished store:move'

const MOST_TRIES = 6

/**
 * Brings the store to the shape that this release expects, at start. Any number of nodes may do so at once: each
 * migration runs once, and one that fails leaves no trace.
 *
 * @returns the ids of the migrations that this call ran
 */
export async function migrate(
  store: Store,
  now: Clock = systemClock,
  list: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  await createOwnTables(store.db)
  return store.transaction(async (tx) => {
    await lock(tx, now())
    const done = new Set(
      (await tx.selectFrom('schema_migration').select('id').execute()).map((row) => row.id),
    )
    const unknown = [...done].filter((id) => !list.some((migration) => migration.id === id))
    if (unknown.some((id) => id.startsWith(UNFINISHED_MOVE)))
      throw new Error('A store is half moved to this database: run npm run store:move again, to its end.')
    if (unknown.length > 0)
      throw new Error(`A newer release has migrated this database: ${unknown.join(', ')}`)
    const missing = list.filter((migration) => !done.has(migration.id))
    for (const migration of missing) await run(tx, migration, now())
    return missing.map((migration) => migration.id)
  })
}

/** "if not exists" may still collide in PostgreSQL's catalogue when two nodes start at once: then it exists now. */
async function createOwnTables(db: Db) {
  for (let tries = 1; ; tries++)
    try {
      await sql`create table if not exists schema_lock (id bigint primary key, at bigint not null)`.execute(
        db,
      )
      await sql`create table if not exists schema_migration (id text primary key, applied_at bigint not null)`.execute(
        db,
      )
      return
    } catch (error) {
      if (tries === MOST_TRIES) throw error
      await delay(50 * tries)
    }
}

/** The upsert of one row is the lock, held to the end of the transaction: no engine's own kind of lock is needed. */
const lock = (tx: Db, at: number) =>
  tx
    .insertInto('schema_lock')
    .values({ id: 1, at })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ at }))
    .execute()

async function run(tx: Db, migration: Migration, at: number) {
  for (const statement of migration.up) await sql.raw(statement).execute(tx)
  await tx.insertInto('schema_migration').values({ id: migration.id, applied_at: at }).execute()
}
