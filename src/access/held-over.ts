import type { Patient } from '@medplum/fhirtypes'
import type { Keyring } from '../crypto/keyring.ts'
import type { HeldOver } from '../desk/todos.ts'
import { isMergedAway } from '../fhir/patient.ts'
import type { Db, Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import { followAddress } from './mailed-invitation.ts'
import { heldFor, openHeldEmail, sealHeldEmail } from './standing.ts'
import { lockAccess, readAccess, saveHeldEmail } from './store.ts'

type AccessRow = Schema['patient_access']

/** For the desk, which settles what is to be typed in and looks into charts by itself. */
export const heldOver: HeldOver = {
  lock: lockAccess,
  takeBack,
  watch: async (deps, { practiceId, patientId }) => {
    const row = await readAccess(deps.store.db, practiceId, patientId)
    return (patient) => forgetOver(deps, row, patient)
  },
}

/**
 * Once the chart marks another address than the one that ours counts before, ours has done what it was for: should the
 * EMR mark the older one again some day, that is its own doing and counts.
 *
 * @param row as it was before the chart was read, or at that moment
 */
export async function forgetOver(
  { store, keyring }: { store: Store; keyring: Keyring },
  row: AccessRow | undefined,
  patient: Patient,
): Promise<void> {
  const held = openHeldEmail(keyring, row)
  // Of a record that was merged into another one nobody can say what it should hold.
  if (!row || held?.over === undefined || isMergedAway(patient)) return
  const next = heldFor(patient, held.email, held.over)
  if (next?.over !== undefined) return
  const to = next && sealHeldEmail(keyring, row, next)
  await store.transaction((tx) => saveHeldEmail(tx, { ...whose(row), from: row.trusted_email_sealed, to }))
}

/**
 * A trusted e-mail that was to replace the chart's is not wanted any more, so the chart's counts again. What was mailed
 * stops working, and nothing goes by itself to either address: staff mail again when they have looked.
 *
 * @returns whether there was one
 */
async function takeBack(
  tx: Db,
  keyring: Keyring,
  { practiceId, patientId }: { practiceId: string; patientId: string },
  now: number,
): Promise<boolean> {
  const row = await lockAccess(tx, practiceId, patientId)
  if (!row || openHeldEmail(keyring, row)?.over === undefined) return false
  await saveHeldEmail(tx, { ...whose(row), from: row.trusted_email_sealed, to: null })
  await followAddress(tx, keyring, { practiceId, patientId, trustedEmail: null }, now)
  return true
}

const whose = ({ practice_id, patient_id, decided_by }: AccessRow) => ({
  practiceId: practice_id,
  patientId: patient_id,
  staffId: decided_by,
})
