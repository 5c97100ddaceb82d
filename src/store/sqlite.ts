import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

/** Wait so long for another process that writes, e.g. a backup; then the query fails. */
const BUSY_TIMEOUT_MS = 5000
const MOST_STATEMENTS = 500
/** Address space, not memory. */
const MMAP_BYTES = 2 ** 30

type Lane = { database: DatabaseSync; statements: Map<string, { run: StatementSync; reads: boolean }> }

/**
 * node:sqlite behind Kysely. One connection writes, in turns; a second one only reads, so that a read never waits for
 * a transaction. WAL and synchronous=FULL: an answered commit survives the loss of power.
 */
export const openSqlite = (file: string): Dialect => ({
  createDriver: () => createDriver(file),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  // Kysely's own adapter would put every query, reads too, behind one lock.
  createAdapter: () => ({
    supportsMultipleConnections: true,
    supportsReturning: true,
    acquireMigrationLock: async () => {},
    releaseMigrationLock: async () => {},
  }),
})

type Connection = DatabaseConnection & { endTurn: (() => void) | undefined }

function createDriver(file: string): Driver {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const writer = openLane(file, false)
  writer.database.exec('pragma journal_mode=wal; pragma synchronous=full; pragma trusted_schema=off')
  // Sealed or not, it is nobody else's to read; SQLite gives its side files the same mode.
  chmodSync(file, 0o600)
  const reader = openLane(file, true)
  const takeTurn = createTurns()

  return {
    init: async () => {},
    acquireConnection: async () => createConnection(writer, reader, takeTurn),
    beginTransaction: async (connection) => {
      const own = connection as Connection
      own.endTurn = await takeTurn()
      // The write lock up front: a transaction that reads and then writes cannot fail half way.
      writer.database.exec('begin immediate')
    },
    commitTransaction: async (connection) => {
      writer.database.exec('commit')
      endTurn(connection as Connection)
    },
    rollbackTransaction: async (connection) => {
      // A full disk has rolled back already.
      if (writer.database.isTransaction) writer.database.exec('rollback')
      endTurn(connection as Connection)
    },
    releaseConnection: async (connection) => endTurn(connection as Connection),
    destroy: async () => {
      reader.database.close()
      writer.database.close()
    },
  }
}

function openLane(file: string, readOnly: boolean): Lane {
  const options = { readOnly, timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true }
  const database = new DatabaseSync(file, options)
  // Pages are read in place, not copied: a look-up among a million rows stays as quick as among a thousand.
  database.exec(`pragma mmap_size=${MMAP_BYTES}`)
  return { database, statements: new Map() }
}

function createConnection(writer: Lane, reader: Lane, takeTurn: () => Promise<() => void>): Connection {
  const connection: Connection = {
    endTurn: undefined,
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      if (connection.endTurn) return execute<R>(writer, query)
      if (SelectQueryNode.is(query.query)) return execute<R>(reader, query)
      const endOwnTurn = await takeTurn()
      try {
        return execute<R>(writer, query)
      } finally {
        endOwnTurn()
      }
    },
    streamQuery: () => {
      throw new Error('Read page by page instead: a stream would hold the connection.')
    },
  }
  return connection
}

function endTurn(connection: Connection) {
  connection.endTurn?.()
  connection.endTurn = undefined
}

/** First come, first served: each caller gets a function that lets the next one in. */
function createTurns() {
  let last: Promise<void> = Promise.resolve()
  return async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = last
    last = promise
    await before
    return resolve
  }
}

function execute<R>(lane: Lane, query: CompiledQuery): QueryResult<R> {
  const statement = prepare(lane, query.sql)
  const values = query.parameters as SQLInputValue[]
  if (statement.reads) return { rows: statement.run.all(...values) as R[] }
  const { changes } = statement.run.run(...values)
  return { rows: [], numAffectedRows: BigInt(changes) }
}

/** Preparing costs more than most of our queries do; the least recently used statement gives way. */
function prepare(lane: Lane, text: string) {
  const known = lane.statements.get(text)
  if (known) lane.statements.delete(text)
  const statement = known ?? describe(lane.database.prepare(text))
  lane.statements.set(text, statement)
  if (lane.statements.size > MOST_STATEMENTS)
    for (const oldest of lane.statements.keys()) {
      lane.statements.delete(oldest)
      break
    }
  return statement
}

const describe = (run: StatementSync) => ({ run, reads: run.columns().length > 0 })
