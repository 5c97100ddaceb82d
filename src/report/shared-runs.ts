import { SECOND_MS } from '../clock.ts'
import type { Practice } from '../practices/practice.ts'
import type { Found } from './findings.ts'
import { findOut, type ReportDeps } from './read-report.ts'

export type SharedRunsDeps = ReportDeps & {
  /** The next asker has the EHR asked anew what it can do. */
  forgetCapability(practiceId: string): void
  /** What the EHR grants the service when it is asked now. */
  renewedServiceScopeOf(practiceId: string): Promise<string>
}

/** The EHR, the mail server and the hosts are asked by us no oftener, however many look and press. */
const SHARED_MS = 10 * SECOND_MS

type Run = { found: Promise<Found>; endedAt: number | null }

/**
 * Makes reports; who asks while one is made, or soon after, gets the same.
 * @param again somebody has set something right: nothing that was remembered counts
 */
export function createSharedRuns(deps: SharedRunsDeps) {
  const runs = new Map<string, Run>()
  const isFresh = ({ endedAt }: Run) => endedAt === null || Math.abs(deps.now() - endedAt) < SHARED_MS

  const anew = { ...deps, serviceScopeOf: (practiceId: string) => deps.renewedServiceScopeOf(practiceId) }
  const start = (practice: Practice, again: boolean) => {
    if (again) deps.forgetCapability(practice.id)
    return findOut(again ? anew : deps, practice)
  }
  return (practice: Practice, again: boolean): Promise<Found> => {
    const kept = runs.get(practice.id)
    if (kept && isFresh(kept)) return kept.found
    const run: Run = { found: start(practice, again), endedAt: null }
    runs.set(practice.id, run)
    run.found.then(
      () => (run.endedAt = deps.now()),
      () => runs.delete(practice.id),
    )
    return run.found
  }
}
