import type { Patient } from '@medplum/fhirtypes'
import type { Holder } from '../accounts/require-patient.ts'
import { accountContext } from '../accounts/store.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { openIndexRow, toIndexRow } from '../accounts/index-row.ts'
import type { Store } from '../store/open.ts'

/** The name to greet with when the EHR is away. */
export const greetingName = (keyring: Keyring) => (holder: Holder) =>
  openIndexRow(keyring, holder.account)?.firstName ?? ''

/** So many accounts are remembered as fresh; the oldest is looked at again. */
const MOST_REMEMBERED = 10_000

/** Writes the index row anew when the record that was just read is another version than at the last look. */
export function refreshIndex(store: Store, keyring: Keyring) {
  const seen = new Map<string, string>()
  return async (practiceId: string, holder: Holder, patient: Patient): Promise<void> => {
    const version = patient.meta?.versionId
    if (version !== undefined && seen.get(holder.account.id) === version) return
    await writeIndex(store, keyring, { practiceId, holder, patient })
    if (version === undefined) return
    seen.set(holder.account.id, version)
    if (seen.size > MOST_REMEMBERED) for (const oldest of seen.keys()) return void seen.delete(oldest)
  }
}

type Read = { practiceId: string; holder: Holder; patient: Patient }

async function writeIndex(store: Store, keyring: Keyring, { practiceId, holder, patient }: Read) {
  const fresh = JSON.stringify(toIndexRow(keyring, patient))
  const sealed = holder.account.index_sealed
  const isSame = fresh === JSON.stringify(openIndexRow(keyring, holder.account))
  if (isSame && sealed !== null && keyring.isCurrent(sealed)) return
  await store.db
    .updateTable('portal_account')
    .set({ index_sealed: keyring.seal(fresh, accountContext(practiceId, holder.account.id)) })
    .where('practice_id', '=', practiceId)
    .where('id', '=', holder.account.id)
    .execute()
}
