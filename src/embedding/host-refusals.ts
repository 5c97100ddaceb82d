import type { AuditEntry } from '../audit/record.ts'
import { type Clock, HOUR_MS } from '../clock.ts'
import type { Store } from '../store/open.ts'
import { countInWindow } from '../store/throttle.ts'

/** What a host, or whoever says to be one, was not given. */
type HostRefusal = {
  practiceId: string
  requestId: string
  action: 'host-token.refused' | 'host-token.misused'
  /** Whom the token is about, where one was proven. */
  patientId?: string
  /** From lists of our own: callers choose among them, and add nothing. */
  detail: { host: string | null; reason: string }
}

export type HostRefusals = { note(refusal: HostRefusal): Promise<void> }

type Deps = {
  store: Store
  now: Clock
  readAudit: { record(entry: AuditEntry): Promise<void> }
}

/** Refusals of one host for one reason in an hour. */
const MOST_NOTED = 300

/**
 * Writes refusals of hosts into the trail. Anybody can be refused, as often as they like: beyond so many of a kind the
 * trail would tell nothing new, and fill, and until the hour is over they cost no write at all. The trail accuses nobody:
 * whoever holds an assertion or a token need not be whom it names.
 */
export function createHostRefusals({ store, now, readAudit }: Deps): HostRefusals {
  const fullUntil = new Map<string, number>()
  return {
    note: async ({ practiceId, requestId, action, patientId, detail }) => {
      const key = `${action} ${detail.host ?? ''} ${detail.reason}`
      const known = `${practiceId} ${key}`
      if ((fullUntil.get(known) ?? 0) > now()) return
      const { failures, resetAt } = await countInWindow(store.db, practiceId, key, HOUR_MS, now())
      if (failures >= MOST_NOTED) fullUntil.set(known, resetAt)
      if (failures > MOST_NOTED) return
      const entry = { practiceId, actor: 'anonymous', action, requestId, ...(patientId ? { patientId } : {}) }
      await readAudit.record({ ...entry, outcome: 'refused', detail })
    },
  }
}
