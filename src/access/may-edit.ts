import { setTimeout as delay } from 'node:timers/promises'
import { scopeAllows } from '../../smart-launch/index.ts'
import { SECOND_MS } from '../clock.ts'
import { capabilityOf, type EhrCapability, type TypeCapability } from '../fhir/capability.ts'
import type { Actor } from '../staff/actor.ts'

/** A card waits no longer for what an EHR says of itself; that is asked once a day. */
const ASK_FOR_MS = 2 * SECOND_MS

export type CapabilityDeps = {
  /** What a practice's EHR says that it can do; remembered. */
  capabilityOf(practiceId: string): Promise<EhrCapability>
}

/**
 * Whether this staff member can change contacts in the chart: our permission, the scope that the EHR granted, and what
 * it says that it can do. An EHR that does not say is taken at its scope: the write itself tells.
 */
export async function mayEditContacts(
  deps: CapabilityDeps,
  practiceId: string,
  { permissions, context: { scope } }: Pick<Actor, 'permissions' | 'context'>,
): Promise<boolean> {
  const mayUpdate = (context: 'user' | 'patient') => scopeAllows(scope, context, 'Patient', 'u')
  if (!permissions.includes('access.manage') || !(mayUpdate('user') || mayUpdate('patient'))) return false
  return (await patientCapability(deps, practiceId))?.update ?? true
}

/** What the EHR says that can be done with a Patient; undefined while it does not say. */
export async function patientCapability(
  deps: CapabilityDeps,
  practiceId: string,
): Promise<TypeCapability | undefined> {
  const late = delay(ASK_FOR_MS, undefined, { ref: false })
  const capability = await Promise.race([deps.capabilityOf(practiceId).catch(() => undefined), late])
  return capability && capabilityOf(capability, 'Patient')
}
