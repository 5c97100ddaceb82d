import { sql } from 'kysely'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'

export const HISTORY_PER_PAGE = 50

/** Where a page goes on: what is older than this row. */
export type HistoryCursor = { at: number; id: string }

/** A page of a practice's trail, newest first, or of what concerns one patient; one row more than fits tells of another page. */
export function readTrail(
  db: Db,
  of: { practiceId: string; patientId: string | null; before: HistoryCursor | undefined },
): Promise<Schema['audit'][]> {
  const { practiceId, patientId, before } = of
  let query = db.selectFrom('audit').selectAll().where('practice_id', '=', practiceId)
  if (patientId !== null) query = query.where('patient_id', '=', patientId)
  if (before) query = query.where(sql<boolean>`(at, id) < (${before.at}, ${before.id})`)
  return query
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(HISTORY_PER_PAGE + 1)
    .execute()
}
