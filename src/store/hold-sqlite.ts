import { DatabaseSync } from 'node:sqlite'

const SQLITE_BUSY = 5

/** Somebody else has the store open: a service that runs, as a rule. */
export class StoreInUse extends Error {
  constructor(file: string) {
    super(`${file} is in use. Stop Portico first; no change may get lost in between.`)
  }
}

/**
 * Opens an embedded store for this process alone, until it is closed: a service that starts meanwhile is turned away.
 * Leaving WAL is possible only while nobody else has the file open, however idle, so that this is a sure sign; it also
 * brings everything that was committed into the one file. A service puts WAL back when it starts.
 *
 * @throws StoreInUse
 */
export function holdSqlite(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('pragma journal_mode=delete; begin exclusive')
    // Somebody may have opened it, and put WAL back, just between the two.
    if (database.prepare('pragma journal_mode').get()?.['journal_mode'] === 'wal') throw new StoreInUse(file)
    return database
  } catch (error) {
    database.close()
    throw isBusy(error) ? new StoreInUse(file) : error
  }
}

const isBusy = (error: unknown) =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
