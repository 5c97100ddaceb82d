import { createHash } from 'node:crypto'
import type { Schema } from '../store/schema.ts'

/** What the first row of a practice's chain names as the row before it. */
export const BEFORE_FIRST = '0'.repeat(64)

/** A row without its hash: everything that the hash vouches for. */
type Hashed = Omit<Schema['audit'], 'hash'>

/** SHA-256 (hex) over the row as canonical JSON, the hash of the row before included. @see RFC 8785 */
export function hashRow(row: Hashed): string {
  const content: Record<keyof Hashed, string | number | null> = {
    action: row.action,
    actor: row.actor,
    at: row.at,
    detail: row.detail,
    id: row.id,
    outcome: row.outcome,
    patient_id: row.patient_id,
    practice_id: row.practice_id,
    prev_hash: row.prev_hash,
    request_id: row.request_id,
    seq: row.seq,
  }
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}
