import type { Clock } from '../clock.ts'
import type { Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import { type AuditEntry, toRow } from './record.ts'

/** Under load a disk sync waits so long for company: one reader alone never waits. */
const GATHER_MS = 2

/** Bound parameters are limited (SQLite: 32,766 a statement). */
const ROWS_PER_INSERT = 500

type Waiting = { row: Schema['audit']; written: () => void; failed: (cause: unknown) => void }

/**
 * Audits reads of patient data before their answer leaves. A commit is a disk sync, so all reads of one turn of the
 * event loop share one transaction.
 *
 * @returns `record`, which resolves once the entry is on disk; where that fails the read must fail too
 */
export function createReadAudit(store: Store, now: Clock): { record(entry: AuditEntry): Promise<void> } {
  let waiting: Waiting[] = []
  let lastFlushAt = 0

  const flush = async () => {
    const batch = waiting
    waiting = []
    lastFlushAt = performance.now()
    try {
      await writeRows(
        store,
        batch.map((one) => one.row),
      )
      for (const one of batch) one.written()
    } catch (error) {
      for (const one of batch) one.failed(error)
    }
  }

  return {
    record: (entry) =>
      new Promise((written, failed) => {
        if (waiting.length === 0) {
          const isBusy = performance.now() - lastFlushAt < GATHER_MS
          if (isBusy) setTimeout(() => void flush(), GATHER_MS)
          else setImmediate(() => void flush())
        }
        waiting.push({ row: toRow(entry, now()), written, failed })
      }),
  }
}

const writeRows = (store: Store, rows: Schema['audit'][]) =>
  store.transaction(async (tx) => {
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT)
      await tx
        .insertInto('audit')
        .values(rows.slice(start, start + ROWS_PER_INSERT))
        .execute()
  })
