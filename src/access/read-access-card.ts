import type { Patient } from '@medplum/fhirtypes'
import type { AuditEntry } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Ehr } from '../fhir/handles.ts'
import type { Practice } from '../practices/practice.ts'
import type { Staff } from '../staff/require-staff.ts'
import { findStaffMember } from '../staff/store.ts'
import type { Store } from '../store/open.ts'
import { toAccessCard } from './access-card.ts'
import type { AccessCard } from './schema.ts'
import { readPortalState, type PortalState } from './store.ts'

export type AccessDeps = {
  store: Store
  keyring: Keyring
  ehr: Ehr
  now: Clock
  readAudit: { record(entry: AuditEntry): Promise<void> }
}

/** Who asks, and in which request. */
export type Asker = { practice: Practice; staff: Staff; requestId: string }

/**
 * Shows staff where one patient stands: the Patient is read live with the staff member's own token while the store is
 * read; the read is in the trail before the answer leaves.
 *
 * @throws Problem of the EHR gateway (`ehr-unavailable`, `ehr-refused`, …)
 */
export async function readAccessCard(deps: AccessDeps, asker: Asker): Promise<AccessCard> {
  const patientId = asker.staff.launch.patient_id
  const entry = {
    practiceId: asker.practice.id,
    actor: asker.staff.fhirUser,
    action: 'access.read',
    patientId,
    requestId: asker.requestId,
  }
  const [patient, state] = await Promise.all([
    readPatient(deps, asker),
    readPortalState(deps.store.db, asker.practice.id, patientId),
    deps.readAudit.record(entry),
  ])
  return composeCard(deps, asker, patient, state)
}

export const readPatient = ({ ehr }: AccessDeps, { practice, staff }: Asker): Promise<Patient> =>
  ehr.asStaff(practice.id, staff.launch.ehr_token_id).read('Patient', staff.launch.patient_id)

export async function composeCard(
  deps: AccessDeps,
  asker: Asker,
  patient: Patient,
  state: PortalState,
): Promise<AccessCard> {
  const { practice, staff } = asker
  const staffIds = [state.access?.decided_by, state.invitation?.created_by].filter((id) => id !== undefined)
  const staffNames = new Map<string, string>()
  for (const id of new Set(staffIds)) {
    const member =
      id === staff.id ? staff : await findStaffMember(deps.store.db, deps.keyring, practice.id, id)
    if (member) staffNames.set(id, member.name ?? member.fhirUser)
  }
  return toAccessCard({
    patient,
    practice,
    state,
    staffNames,
    permissions: staff.permissions,
    now: deps.now(),
  })
}
