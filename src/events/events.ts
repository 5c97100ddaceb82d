import type { Clock } from '../clock.ts'
import { SECOND_MS } from '../clock.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import type { Db, Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'

/** Something changed. It names a topic and whom it is about, never data: the listener reads again, as itself. */
export type PorticoEvent = { practiceId: string; topic: string; patientId: string | null }

export type EventFeed = {
  /**
   * Calls `listener` once for each event of the practice from now on (at first maybe for some that are seconds old).
   * Returns the way to stop.
   */
  subscribe(practiceId: string, listener: (event: PorticoEvent) => void): () => void
  /** Looks at once. Call it after an own change, so that clients of this node need not wait for the next second. */
  refresh(): Promise<void>
}

const INTERVAL_MS = SECOND_MS
/** A transaction may commit later than the time it stamped on its event: look back so far, and drop what was seen. */
const OVERLAP_MS = 5 * SECOND_MS

/** Tells every node, in the transaction of the change. */
export async function publishEvent(
  db: Db,
  event: { practiceId: string; topic: string; patientId?: string | null },
  now: number,
): Promise<void> {
  await db
    .insertInto('event')
    .values({
      practice_id: event.practiceId,
      id: uuidv7(now),
      at: now,
      topic: event.topic,
      patient_id: event.patientId ?? null,
    })
    .execute()
}

/**
 * One reader per node for all of its clients. It looks once a second, and only while somebody listens.
 *
 * @param onError told when the store cannot be read; the next look covers the gap
 */
export function createEventFeed(
  store: Store,
  now: Clock,
  onError: (error: unknown) => void = () => {},
): EventFeed {
  const listeners = new Map<(event: PorticoEvent) => void, string>()
  const seen = new Map<string, number>()
  let lookedAt = now()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined

  const look = async () => {
    const startedAt = now()
    const since = Math.min(lookedAt, startedAt) - OVERLAP_MS
    const rows = await readEvents(store.db, since)
    lookedAt = startedAt
    for (const [id, at] of seen) if (at < since) seen.delete(id)
    const fresh = rows.filter((row) => !seen.has(row.id))
    for (const row of fresh) {
      seen.set(row.id, row.at)
      for (const [listener, practiceId] of listeners)
        if (practiceId === row.practice_id) listener(toEvent(row))
    }
  }
  const refresh = async () => {
    // A look that runs already may have read before the caller's commit: wait for it, then look again.
    await looking
    if (listeners.size === 0) return
    looking ??= look()
      .catch(onError)
      .finally(() => (looking = undefined))
    await looking
  }

  return {
    refresh,
    subscribe: (practiceId, listener) => {
      if (!timer) {
        lookedAt = now()
        timer = setInterval(() => void refresh(), INTERVAL_MS).unref()
      }
      listeners.set(listener, practiceId)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}

const readEvents = (db: Db, since: number) =>
  db.selectFrom('event').selectAll().where('at', '>=', since).orderBy('at').orderBy('id').execute()

const toEvent = (row: Schema['event']): PorticoEvent => ({
  practiceId: row.practice_id,
  topic: row.topic,
  patientId: row.patient_id,
})
