import type { SmartClient } from '../../smart-launch/index.ts'
import { SECOND_MS, within } from '../clock.ts'
import type { EhrCapability } from '../fhir/capability.ts'
import { planFor, type EhrPlan, type PlanFacts } from '../fhir/plan.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'

export type PlannerDeps = {
  store: Store
  clientOf(practiceId: string): SmartClient
  capabilityOf(practiceId: string): Promise<EhrCapability>
  /** What the EHR grants the service. */
  serviceScopeOf(practiceId: string): Promise<string>
}

/** A plan waits no longer for the service's token; who asks for a plan waits two seconds. */
const TOKEN_WITHIN_MS = 1.5 * SECOND_MS

/**
 * What Portico does at a practice's EHR, by what it says of itself now and what it granted: staff's scopes are those
 * of all launches that are remembered, as people differ; before the first one those that are asked for.
 * @throws Problem `ehr-unavailable`, `ehr-timeout`, `ehr-busy` while the EHR does not say what it can do
 */
export const createPlanner =
  (deps: PlannerDeps) =>
  async (practiceId: string): Promise<EhrPlan> => {
    const [capability, launched] = await Promise.all([
      deps.capabilityOf(practiceId),
      launchedScope(deps.store, practiceId),
    ])
    const staffScope = launched ?? deps.clientOf(practiceId).scope
    return planFor({ capability, staffScope, ...(await serviceFacts(deps, practiceId, capability)) })
  }

/** While the EHR refuses the service a token, or takes its time, what was asked for is what it may still grant. */
async function serviceFacts(
  deps: PlannerDeps,
  practiceId: string,
  { services }: EhrCapability,
): Promise<Pick<PlanFacts, 'serviceScope' | 'service'>> {
  const { serviceScope } = deps.clientOf(practiceId)
  if (!services || serviceScope.trim() === '') return { serviceScope: '' }
  const granted = deps.serviceScopeOf(practiceId).then(
    (scope) => ({ serviceScope: scope }),
    (error: unknown) => {
      if (error instanceof Problem && error.code === 'ehr-refused')
        return { serviceScope, service: 'refused' } as const
      throw error
    },
  )
  const unknown = { serviceScope, service: 'unknown' } as const
  return within(TOKEN_WITHIN_MS, granted, unknown)
}

async function launchedScope({ db }: Store, practiceId: string): Promise<string | undefined> {
  const rows = await db
    .selectFrom('launch')
    .select('scope')
    .distinct()
    .where('practice_id', '=', practiceId)
    .execute()
  return rows.length > 0 ? rows.map(({ scope }) => scope).join(' ') : undefined
}
