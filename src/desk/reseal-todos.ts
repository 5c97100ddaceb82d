import type { Keyring } from '../crypto/keyring.ts'
import type { Store } from '../store/open.ts'
import { openPayload, sealPayload } from './store.ts'

/**
 * Seals open to-dos under the current key, at start: nobody knows how long they stay, and a key that was replaced must
 * be free to go. One that no key opens is left alone.
 */
export async function resealToDos({ db }: Store, keyring: Keyring): Promise<void> {
  const rows = await db
    .selectFrom('work_item')
    .select(['practice_id', 'id', 'payload_sealed'])
    .where('done_at', 'is', null)
    .where('payload_sealed', 'is not', null)
    .execute()
  for (const row of rows) {
    const payload =
      row.payload_sealed === null || keyring.isCurrent(row.payload_sealed) ? null : openPayload(keyring, row)
    if (!payload) continue
    await db
      .updateTable('work_item')
      .set({ payload_sealed: sealPayload(keyring, row, payload) })
      .where('practice_id', '=', row.practice_id)
      .where('id', '=', row.id)
      // Somebody may settle or change it meanwhile.
      .where('payload_sealed', '=', row.payload_sealed)
      .execute()
  }
}
