import type { Keyring } from '../crypto/keyring.ts'
import type { Store } from '../store/open.ts'
import { openPayload, sealPayload } from './store.ts'

const ROWS_AT_ONCE = 500

/**
 * Seals open to-dos under the current key, at start: nobody knows how long they stay, and a key that was replaced must
 * be free to go. One that no key opens is left alone.
 */
export async function resealToDos({ db }: Store, keyring: Keyring): Promise<void> {
  let rows = await rowsAfter(db, '', '')
  while (rows.length > 0) {
    for (const row of rows) await reseal(db, keyring, row)
    const last = rows.at(-1)
    rows = last ? await rowsAfter(db, last.practice_id, last.id) : []
  }
}

type Row = Awaited<ReturnType<typeof rowsAfter>>[number]

const rowsAfter = (db: Store['db'], practiceId: string, id: string) =>
  db
    .selectFrom('work_item')
    .select(['practice_id', 'id', 'payload_sealed'])
    .where((eb) =>
      eb.or([
        eb('practice_id', '>', practiceId),
        eb.and([eb('practice_id', '=', practiceId), eb('id', '>', id)]),
      ]),
    )
    .where('done_at', 'is', null)
    .where('payload_sealed', 'is not', null)
    .orderBy('practice_id')
    .orderBy('id')
    .limit(ROWS_AT_ONCE)
    .execute()

async function reseal(db: Store['db'], keyring: Keyring, row: Row): Promise<void> {
  if (row.payload_sealed === null || keyring.isCurrent(row.payload_sealed)) return
  const payload = openPayload(keyring, row)
  if (!payload) return
  await db
    .updateTable('work_item')
    .set({ payload_sealed: sealPayload(keyring, row, payload) })
    .where('practice_id', '=', row.practice_id)
    .where('id', '=', row.id)
    // Somebody may settle or change it meanwhile.
    .where('payload_sealed', '=', row.payload_sealed)
    .execute()
}
