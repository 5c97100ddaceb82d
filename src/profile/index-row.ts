import type { Patient } from '@medplum/fhirtypes'
import type { Holder } from '../accounts/require-patient.ts'
import { accountContext } from '../accounts/store.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { toIndexRow, type IndexRow } from '../accounts/index-row.ts'
import type { Store } from '../store/open.ts'

const open = (keyring: Keyring, practiceId: string, { account }: Holder): IndexRow | null =>
  account.index_sealed === null
    ? null
    : (JSON.parse(keyring.open(account.index_sealed, accountContext(practiceId, account.id))) as IndexRow)

/** The name to greet with when the EHR is away. */
export const greetingName = (keyring: Keyring) => (practiceId: string, holder: Holder) =>
  open(keyring, practiceId, holder)?.firstName ?? ''

/** Writes the index row anew when what was just read differs from it. */
export const refreshIndex =
  (store: Store, keyring: Keyring) =>
  async (practiceId: string, holder: Holder, patient: Patient): Promise<void> => {
    const fresh = JSON.stringify(toIndexRow(keyring, patient))
    if (fresh === JSON.stringify(open(keyring, practiceId, holder))) return
    await store.db
      .updateTable('portal_account')
      .set({ index_sealed: keyring.seal(fresh, accountContext(practiceId, holder.account.id)) })
      .where('practice_id', '=', practiceId)
      .where('id', '=', holder.account.id)
      .execute()
  }
