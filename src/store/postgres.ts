import { type Dialect, PostgresDialect } from 'kysely'
import { Pool, types } from 'pg'

const CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 10_000
const INT8 = 20

/** PostgreSQL behind Kysely, for practices that have outgrown one file: any number of nodes may share it. */
export function openPostgres(url: string): Dialect {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: { getTypeParser },
  })
  // An idle connection that drops is replaced on the next query; unheard, this event would end the process.
  pool.on('error', () => {})
  return new PostgresDialect({ pool })
}

/** bigint columns hold epoch milliseconds and counts: safe integers, as SQLite gives them. */
const getTypeParser: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8 ? Number : types.getTypeParser(oid, format)
