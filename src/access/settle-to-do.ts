import type { SettleToDo } from '../desk/schema.ts'
import { settleToDo } from '../desk/todos.ts'
import { heldOver } from './held-over.ts'
import { composeCard, readPatient, type AccessDeps, type Asker } from './read-access-card.ts'
import type { AccessCard } from './schema.ts'
import { readPortalState } from './store.ts'

/**
 * Staff settle what is to be typed into this patient's chart by hand.
 * @throws Problem `not-found`; `conflict`, extra.how where it was settled meanwhile; or one of the EHR gateway's, and
 * then nothing is settled
 */
export async function settlePatientToDo(
  deps: AccessDeps,
  asker: Asker,
  id: string,
  request: SettleToDo,
): Promise<AccessCard> {
  const patient = await readPatient(deps, asker)
  await settleToDo({ ...deps, heldOver }, asker, { ...request, id, patientId: asker.staff.context.patientId })
  const state = await readPortalState(deps.store.db, asker.practice.id, patient.id)
  return composeCard(deps, asker, patient, state)
}
