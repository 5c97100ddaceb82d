import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import { settingContext } from '../practices/store.ts'
import type { Store } from '../store/open.ts'

/**
 * Seals mail passwords under the current key, at start: a setting stays for years, and a key that was replaced must be
 * free to go. One that no key opens is left alone; it counts as unset.
 */
export async function resealSettings({ db }: Store, keyring: Keyring): Promise<void> {
  const rows = await db.selectFrom('setting').selectAll().where('key', '=', 'mailPassword').execute()
  for (const { practice_id, key, value } of rows) {
    const sealed: unknown = JSON.parse(value)
    if (typeof sealed !== 'string' || keyring.isCurrent(sealed)) continue
    const password = openOrNull(keyring, sealed, settingContext(practice_id))
    if (password === null) continue
    await db
      .updateTable('setting')
      .set({ value: JSON.stringify(keyring.seal(password, settingContext(practice_id))) })
      .where('practice_id', '=', practice_id)
      .where('key', '=', key)
      // Somebody may save another one meanwhile.
      .where('value', '=', value)
      .execute()
  }
}
