import type { Patient } from '@medplum/fhirtypes'
import type { AuditEntry } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { FhirHandle, Kept } from '../fhir/client.ts'
import type { Ehr } from '../fhir/handles.ts'
import type { Log } from '../log.ts'
import type { Practice } from '../practices/practice.ts'
import type { Actor } from '../staff/actor.ts'
import { findStaffMember } from '../staff/store.ts'
import type { Store } from '../store/open.ts'
import { toAccessCard } from './access-card.ts'
import { mayEditContacts, type CapabilityDeps } from './may-edit.ts'
import type { AccessCard } from './schema.ts'
import { readPortalState, type PortalState } from './store.ts'

export type AccessDeps = CapabilityDeps & {
  store: Store
  keyring: Keyring
  ehr: Ehr
  log: Log
  now: Clock
  readAudit: { record(entry: AuditEntry): Promise<void> }
}

/** Who asks, and in which request. */
export type Asker = { practice: Practice; staff: Actor; requestId: string }

/**
 * Shows staff where one patient stands: the Patient is read live with the staff member's own token while the store is
 * read; the read is in the trail before the answer leaves.
 *
 * @throws Problem of the EHR gateway (`ehr-unavailable`, `ehr-refused`, …)
 */
export async function readAccessCard(deps: AccessDeps, asker: Asker): Promise<AccessCard> {
  const patientId = asker.staff.context.patientId
  const entry = {
    practiceId: asker.practice.id,
    actor: asker.staff.fhirUser,
    action: 'access.read',
    patientId,
    requestId: asker.requestId,
  }
  const [patient, state, mayEdit] = await Promise.all([
    readPatient(deps, asker),
    readPortalState(deps.store.db, asker.practice.id, patientId),
    mayEditContacts(deps, asker.practice.id, asker.staff),
    deps.readAudit.record(entry),
  ])
  return toCard(deps, asker, { patient, state, mayEdit })
}

export const readPatient = (deps: AccessDeps, asker: Asker): Promise<Kept<Patient>> =>
  chartFor(deps, asker).read('Patient', asker.staff.context.patientId)

/** The way to the chart that this staff member acts by: their own token, else the practice's service. */
export const chartFor = ({ ehr }: AccessDeps, { practice, staff: { context } }: Asker): FhirHandle =>
  context.ehrTokenId === null ? ehr.asService(practice.id) : ehr.asStaff(practice.id, context.ehrTokenId)

/** The card after a change, from what the change has read already. */
export async function composeCard(
  deps: AccessDeps,
  asker: Asker,
  patient: Patient,
  state: PortalState,
): Promise<AccessCard> {
  const mayEdit = await mayEditContacts(deps, asker.practice.id, asker.staff)
  return toCard(deps, asker, { patient, state, mayEdit })
}

async function toCard(
  deps: AccessDeps,
  { practice, staff }: Asker,
  facts: { patient: Patient; state: PortalState; mayEdit: boolean },
): Promise<AccessCard> {
  const { access, invitation, refusal } = facts.state
  const ids = [access?.decided_by, invitation?.created_by, refusal?.recorded_by].filter(
    (id) => id !== undefined,
  )
  const staffNames = new Map<string, string>()
  await Promise.all(
    [...new Set(ids)].map(async (id) => {
      const member =
        id === staff.id ? staff : await findStaffMember(deps.store.db, deps.keyring, practice.id, id)
      if (member) staffNames.set(id, member.name ?? member.fhirUser)
    }),
  )
  const { permissions } = staff
  return toAccessCard({ ...facts, practice, staffNames, permissions, keyring: deps.keyring, now: deps.now() })
}
