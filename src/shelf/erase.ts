import { setImmediate } from 'node:timers/promises'
import type { Db, Store } from '../store/open.ts'
import type { Place } from './rows.ts'

const ROWS_AT_ONCE = 200

/**
 * Forgets what resources of a type said once they live in the EHR: the chart is not copied. That they were here, and
 * what became of their ids, stays. Cut off, it goes on when it is called again.
 */
export async function eraseMoved(store: Store, place: Place): Promise<void> {
  while (await store.transaction((tx) => eraseSome(tx, place))) await setImmediate()
}

async function eraseSome(tx: Db, { practiceId, type }: Place): Promise<boolean> {
  const rows = await tx
    .selectFrom('resource')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .where('moved_to', 'is not', null)
    .where('json_sealed', '<>', '')
    .limit(ROWS_AT_ONCE)
    .execute()
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return false
  await tx
    .updateTable('resource')
    .set({ json_sealed: '' })
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .where('id', 'in', ids)
    .execute()
  await tx
    .deleteFrom('resource_key')
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .where('id', 'in', ids)
    .where('name', '<>', 'awaits')
    .execute()
  return true
}
