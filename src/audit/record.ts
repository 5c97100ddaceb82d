import { uuidv7 } from '../crypto/tokens.ts'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'

/** Who did what to whom. Ids and codes only: no names, addresses or secrets. */
export type AuditEntry = {
  practiceId: string
  /** `Practitioner/12`, `account/<id>`, `anonymous` or `portico`. */
  actor: string
  /** `noun.past-participle`, e.g. `access.allowed`. */
  action: string
  patientId?: string | null
  /** Default `success`. */
  outcome?: Schema['audit']['outcome']
  detail?: Record<string, string | number | boolean | null>
  requestId?: string | null
}

/** Writes the entry in the transaction of the change it tells of; the sealer puts it into the chain later. */
export async function recordAudit(db: Db, entry: AuditEntry, now: number): Promise<void> {
  await db.insertInto('audit').values(toRow(entry, now)).execute()
}

export const toRow = (entry: AuditEntry, now: number): Schema['audit'] => ({
  practice_id: entry.practiceId,
  id: uuidv7(now),
  at: now,
  actor: entry.actor,
  action: entry.action,
  patient_id: entry.patientId ?? null,
  outcome: entry.outcome ?? 'success',
  detail: JSON.stringify(entry.detail ?? {}),
  request_id: entry.requestId ?? null,
  seq: null,
  prev_hash: null,
  hash: null,
})
