import { SECOND_MS, within } from '../clock.ts'
import { capabilityOf, type EhrCapability, type TypeCapability } from '../fhir/capability.ts'
import { patientChangeWay, type EhrPlan, type PatientChangeWay } from '../fhir/plan.ts'
import type { Actor } from '../staff/actor.ts'
import type { MayEdit } from './schema.ts'

/** A card waits no longer for what an EHR says of itself; that is asked once a day. */
const ASK_FOR_MS = 2 * SECOND_MS

export type CapabilityDeps = {
  /** What a practice's EHR says that it can do; remembered. */
  capabilityOf(practiceId: string): Promise<EhrCapability>
  /** What Portico does at a practice's EHR, with whichever token it has. */
  planOf(practiceId: string): Promise<EhrPlan>
}

type Editor = Pick<Actor, 'permissions' | 'context'>

/**
 * What becomes of contacts that this staff member changes: they go into the chart, or onto the list of what staff type
 * in by hand, as no token of this practice can write them; or they cannot be changed here, for want of our permission
 * or of a token that another door of Portico has.
 */
export async function mayEditContacts(
  deps: CapabilityDeps,
  practiceId: string,
  editor: Editor,
): Promise<MayEdit> {
  if (!editor.permissions.includes('access.manage')) return 'no'
  if ((await contactsWay(deps, practiceId, editor)) !== 'to-do') return 'chart'
  const plan = await unlessSilent(deps.planOf(practiceId))
  if (!plan) return 'no'
  const { staff, service } = plan.patientChange
  return staff === 'to-do' && service === 'to-do' ? 'to-do' : 'no'
}

/** How the token of this staff member, or the service's in their name, gets contacts into the chart. */
export async function contactsWay(
  deps: CapabilityDeps,
  practiceId: string,
  { context }: Pick<Editor, 'context'>,
): Promise<PatientChangeWay> {
  const capability = await ehrCapability(deps, practiceId)
  if (context.ehrTokenId === null) return patientChangeWay(capability, 'system', context.scope)
  return patientChangeWay(capability, 'user', context.scope)
}

/** What the EHR says that can be done with a Patient; undefined while it does not say. */
export async function patientCapability(
  deps: CapabilityDeps,
  practiceId: string,
): Promise<TypeCapability | undefined> {
  const capability = await ehrCapability(deps, practiceId)
  return capability && capabilityOf(capability, 'Patient')
}

const ehrCapability = (deps: CapabilityDeps, practiceId: string): Promise<EhrCapability | undefined> =>
  unlessSilent(deps.capabilityOf(practiceId))

const unlessSilent = <T>(asked: Promise<T>): Promise<T | undefined> =>
  within(
    ASK_FOR_MS,
    asked.catch(() => undefined),
    undefined,
  )
