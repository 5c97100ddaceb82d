import type { Patient } from '@medplum/fhirtypes'
import { toIndexRow } from '../accounts/index-row.ts'
import { accountContext } from '../accounts/store.ts'
import { readPortalState } from '../access/store.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { createAccountId, uuidv7 } from '../crypto/tokens.ts'
import type { Practice } from '../practices/practice.ts'
import type { Db } from '../store/open.ts'

/** The patient's own portal account, opened if there is none yet. It has an ID from the first letter on. */
export async function openAccountFor(
  tx: Db,
  keyring: Keyring,
  practice: Practice,
  patient: Patient,
  now: number,
) {
  const patientId = patient.id ?? ''
  const { account } = await readPortalState(tx, practice.id, patientId)
  if (account) return { id: account.id, accountId: account.account_id }
  const [id, accountId] = [uuidv7(now), createAccountId()]
  await tx
    .insertInto('portal_account')
    .values({
      practice_id: practice.id,
      id,
      account_id: accountId,
      username: null,
      username_key: null,
      index_sealed: keyring.seal(
        JSON.stringify(toIndexRow(keyring, patient)),
        accountContext(practice.id, id),
      ),
      created_at: now,
      activated_at: null,
      last_signed_in_at: null,
      suspended_at: null,
      closed_at: null,
      version: 1,
    })
    .execute()
  await tx
    .insertInto('account_patient')
    .values({
      practice_id: practice.id,
      account_id: id,
      patient_id: patientId,
      relationship: 'self',
      expires_at: null,
    })
    .execute()
  return { id, accountId }
}
