import type { SmartClient } from '../../smart-launch/index.ts'
import type { EhrCapability } from '../fhir/capability.ts'
import { planFor, type EhrPlan } from '../fhir/plan.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'

export type PlannerDeps = {
  store: Store
  clientOf(practiceId: string): SmartClient
  capabilityOf(practiceId: string): Promise<EhrCapability>
  /** What the EHR grants the service. */
  serviceScopeOf(practiceId: string): Promise<string>
}

/**
 * What Portico does at a practice's EHR, by what it says of itself now and what it granted: staff's scopes are those
 * of the newest launch, before the first one those that are asked for.
 * @throws Problem `ehr-unavailable`, `ehr-timeout`, `ehr-busy` while the EHR does not say what it can do
 */
export const createPlanner =
  (deps: PlannerDeps) =>
  async (practiceId: string): Promise<EhrPlan> => {
    const [capability, staffScope] = await Promise.all([
      deps.capabilityOf(practiceId),
      newestScope(deps.store, practiceId),
    ])
    const serviceScope = capability.services ? await grantedToService(deps, practiceId) : ''
    return planFor({ capability, staffScope: staffScope ?? deps.clientOf(practiceId).scope, serviceScope })
  }

/** An EHR that grants the service nothing is planned for as that. */
async function grantedToService(deps: PlannerDeps, practiceId: string): Promise<string> {
  try {
    return await deps.serviceScopeOf(practiceId)
  } catch (error) {
    if (error instanceof Problem && error.code === 'ehr-refused') return ''
    throw error
  }
}

async function newestScope({ db }: Store, practiceId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('launch')
    .select('scope')
    .where('practice_id', '=', practiceId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.scope
}
