import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, type Dialect } from 'kysely'
import type { Schema } from './schema.ts'
import { openSqlite } from './sqlite.ts'

/** A handle for queries: the store's own, or that of a transaction. */
export type Db = Kysely<Schema>

/** Everything that the rest of the code may know about the engine underneath. */
export type Store = {
  readonly db: Db
  readonly engine: 'sqlite' | 'postgres'
  /**
   * Runs `work` as one transaction: all of it is on disk when the promise resolves, or nothing is. PostgreSQL may
   * have to run it again (deadlock), so it must do nothing but queries. Isolation is that of READ COMMITTED on the
   * weaker engine: what must not be lost between a read and a write belongs into the `where` of the write.
   *
   * Use only the given handle inside. `store.db` would wait for this very transaction on SQLite and sees other rows
   * on PostgreSQL, so it throws on both.
   */
  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const SQLITE = 'sqlite:'
const MOST_RUNS = 6
const RETRY_AFTER_MS = 20

/**
 * Opens the service's own store.
 *
 * @param url `sqlite:<file>` or `postgres://…`
 */
export async function openStore(url: string): Promise<Store> {
  const engine = url.startsWith(SQLITE) ? 'sqlite' : 'postgres'
  const dialect = await openDialect(url)
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  const db = new Kysely<Schema>({ dialect: refuseInside(dialect, inside) })
  return {
    db,
    engine,
    transaction: (work) => retried(() => runTransaction(db, inside, work)),
    close: () => db.destroy(),
  }
}

async function openDialect(url: string): Promise<Dialect> {
  if (url.startsWith(SQLITE)) return openSqlite(url.slice(SQLITE.length))
  // Loaded only where it is used: the embedded store starts faster without it.
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres(url)
}

function runTransaction<T>(
  db: Db,
  inside: AsyncLocalStorage<{ open: boolean }>,
  work: (tx: Db) => Promise<T>,
) {
  return db.transaction().execute(async (tx) => {
    const state = { open: true }
    try {
      return await inside.run(state, () => work(tx))
    } finally {
      // Work that outlives the transaction (a timer, a listener) still carries its state, and may use the store.
      state.open = false
    }
  })
}

/** Lets only queries of a transaction's own handle through while that transaction is open. */
function refuseInside(dialect: Dialect, inside: AsyncLocalStorage<{ open: boolean }>): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createDriver: () => {
      const driver = dialect.createDriver()
      const acquire = driver.acquireConnection.bind(driver)
      driver.acquireConnection = async (options) => {
        if (inside.getStore()?.open)
          throw new Error('Inside a transaction use its own handle, not the store.')
        return acquire(options)
      }
      return driver
    },
  }
}

async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let runs = 1; ; runs++)
    try {
      return await run()
    } catch (error) {
      if (runs === MOST_RUNS || !isSerializationFault(error)) throw error
      await delay(Math.random() * RETRY_AFTER_MS * 2 ** runs)
    }
}

/** PostgreSQL: serialization failure and deadlock, the two that ask for another run. */
function isSerializationFault(error: unknown) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === '40001' || code === '40P01'
}
