import type { Patient } from '@medplum/fhirtypes'
import type { AuditEntry } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { ToDo } from '../desk/schema.ts'
import { closeSeen, openToDosOf } from '../desk/todos.ts'
import type { FhirHandle, Kept } from '../fhir/client.ts'
import type { Ehr } from '../fhir/handles.ts'
import type { TrustedMark } from '../fhir/telecom.ts'
import type { Log } from '../log.ts'
import type { OpenEmr } from '../openemr/openemr.ts'
import type { Practice } from '../practices/practice.ts'
import type { Actor } from '../staff/actor.ts'
import { findStaffMember } from '../staff/store.ts'
import type { Store } from '../store/open.ts'
import { toAccessCard } from './access-card.ts'
import { forgetOver } from './held-over.ts'
import { mayEditContacts, type CapabilityDeps } from './may-edit.ts'
import type { AccessCard, MayEdit } from './schema.ts'
import { readPortalState, type PortalState } from './store.ts'

export type AccessDeps = CapabilityDeps & {
  store: Store
  keyring: Keyring
  ehr: Ehr
  log: Log
  now: Clock
  readAudit: { record(entry: AuditEntry): Promise<void> }
  /** How the practice's chart marks a trusted address; never throws. */
  trustedMarkOf(practiceId: string): Promise<TrustedMark>
  /** After an EHR refused what it had said that it can do. */
  forgetCapability(practiceId: string): void
  /** OpenEMR's own API, by a staff member's token. */
  openEmrAs(practiceId: string, ehrTokenId: string): OpenEmr
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
  const [patient, state, mayEdit, open] = await Promise.all([
    readPatient(deps, asker),
    readPortalState(deps.store.db, asker.practice.id, patientId),
    mayEditContacts(deps, asker.practice.id, asker.staff),
    openToDos(deps, asker),
    deps.readAudit.record(entry),
  ])
  await forgetOver(deps, state.access, patient)
  return toCard(deps, asker, { patient, state, mayEdit, open })
}

/** What waits to be typed into the EMR for this patient. */
const openToDos = ({ store, keyring }: AccessDeps, { practice, staff }: Asker): Promise<ToDo[]> =>
  openToDosOf(store.db, keyring, practice, staff.context.patientId)

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
  const [mayEdit, open] = await Promise.all([
    mayEditContacts(deps, asker.practice.id, asker.staff),
    openToDos(deps, asker),
  ])
  return toCard(deps, asker, { patient, state, mayEdit, open })
}

async function toCard(
  deps: AccessDeps,
  asker: Asker,
  { open, ...facts }: { patient: Patient; state: PortalState; mayEdit: MayEdit; open: ToDo[] },
): Promise<AccessCard> {
  const { practice, staff } = asker
  // What the chart shows by now is nothing to do any more.
  const isLess = open.length > 0 && (await closeSeen(deps, practice, facts.patient))
  const todos = isLess ? await openToDos(deps, asker) : open
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
  return toAccessCard({
    ...facts,
    todos,
    practice,
    staffNames,
    permissions,
    keyring: deps.keyring,
    now: deps.now(),
  })
}
