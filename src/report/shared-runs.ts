import { isDeepStrictEqual } from 'node:util'
import { MINUTE_MS, SECOND_MS, type Clock } from '../clock.ts'
import type { Practice } from '../practices/practice.ts'
import type { Finding, Found } from './findings.ts'
import { findOut, type ReportDeps } from './read-report.ts'
import { mailCheck } from './surroundings.ts'

export type SharedRunsDeps = ReportDeps & {
  /** The next asker has the EHR asked anew what it can do, unless that was a moment ago. */
  forgetCapability(practiceId: string): void
  /** What the EHR grants the service when it is asked now. */
  renewedServiceScopeOf(practiceId: string): Promise<string>
}

/** The EHR and the hosts are asked by us no oftener, however many look and press. */
const SHARED_MS = 10 * SECOND_MS
/** Who signs in too often with a password or a key that is not taken is shut out. */
const SIGN_IN_MS = MINUTE_MS

type Run = { found: Promise<Found>; again: boolean; endedAt: number | null }

/**
 * Makes reports; who asks while one is made, or soon after, gets the same, and it says of when it is.
 * @param again somebody has set something right: a report from before does not count, nor the token that is held
 */
export function createSharedRuns(deps: SharedRunsDeps) {
  const runs = new Map<string, Run>()
  const isFresh = ({ endedAt }: Run) => endedAt === null || Math.abs(deps.now() - endedAt) < SHARED_MS
  const counts = (run: Run, again: boolean) => isFresh(run) && (!again || run.again || run.endedAt === null)

  const [mails, scopes] = [createSpaced<Finding>(deps.now), createSpaced<string>(deps.now)]
  const looked: ReportDeps = {
    ...deps,
    checkMail: (practice) => mails(practice.id, practice.mail, () => mailCheck(practice)),
  }
  const anew: ReportDeps = {
    ...looked,
    heldServiceScopeOf: (practiceId) => deps.serviceScopeOf(practiceId),
    serviceScopeOf: (practiceId) => scopes(practiceId, null, () => deps.renewedServiceScopeOf(practiceId)),
  }
  const start = (practice: Practice, again: boolean) => {
    if (again) deps.forgetCapability(practice.id)
    return findOut(again ? anew : looked, practice)
  }
  return (practice: Practice, again: boolean): Promise<Found> => {
    const kept = runs.get(practice.id)
    if (kept && counts(kept, again)) return kept.found
    const run: Run = { found: start(practice, again), again, endedAt: null }
    runs.set(practice.id, run)
    run.found.then(
      () => (run.endedAt = deps.now()),
      () => runs.delete(practice.id),
    )
    return run.found
  }
}

/** Signs in at most so often for each practice; in between counts what came of it last, while it hangs on the same. */
function createSpaced<Outcome>(now: Clock) {
  const kept = new Map<string, { at: number; hangsOn: unknown; outcome: Promise<Outcome> }>()
  return (practiceId: string, hangsOn: unknown, ask: () => Promise<Outcome>): Promise<Outcome> => {
    const last = kept.get(practiceId)
    const isRecent = last && Math.abs(now() - last.at) < SIGN_IN_MS
    if (isRecent && isDeepStrictEqual(last.hangsOn, hangsOn)) return last.outcome
    const outcome = ask()
    kept.set(practiceId, { at: now(), hangsOn, outcome })
    return outcome
  }
}
