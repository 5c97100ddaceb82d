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
 * it says that it can do. With their own token an EHR that does not say is taken at its scope: the write itself tells.
 * The practice's service writes only where the chart can also say for whom it did.
 */
export async function mayEditContacts(
  deps: CapabilityDeps,
  practiceId: string,
  { permissions, context }: Pick<Actor, 'permissions' | 'context'>,
): Promise<boolean> {
  if (!permissions.includes('access.manage')) return false
  if (context.ehrTokenId === null) return mayServiceEdit(deps, practiceId, context.scope)
  const mayUpdate = (level: 'user' | 'patient') => scopeAllows(context.scope, level, 'Patient', 'u')
  if (!mayUpdate('user') && !mayUpdate('patient')) return false
  return (await patientCapability(deps, practiceId))?.update ?? true
}

async function mayServiceEdit(deps: CapabilityDeps, practiceId: string, scope: string): Promise<boolean> {
  const isGranted =
    scopeAllows(scope, 'system', 'Patient', 'u') && scopeAllows(scope, 'system', 'Provenance', 'c')
  const ehr = isGranted ? await ehrCapability(deps, practiceId) : undefined
  return ehr !== undefined && capabilityOf(ehr, 'Patient').update && capabilityOf(ehr, 'Provenance').create
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
  Promise.race([
    deps.capabilityOf(practiceId).catch(() => undefined),
    delay(ASK_FOR_MS, undefined, { ref: false }),
  ])
