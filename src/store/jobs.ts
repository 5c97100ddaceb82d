import { sql } from 'kysely'
import { type Clock, MINUTE_MS } from '../clock.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import type { Log } from '../log.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from './open.ts'
import { leaseDue, settle } from './queue.ts'

export type NewJob = {
  practiceId: string
  kind: string
  /** A second job with the same key is the same job. */
  dedupeKey: string
  payloadSealed: string | null
  runAt: number
  now: number
}

type Job = { practiceId: string; id: string; payloadSealed: string | null }
/** Does the work of one kind of job. It may run twice (a crash after the work), so the work must bear that. */
export type JobHandler = (job: Job) => Promise<void>

export type JobDeps = { store: Store; now: Clock; log: Log; handlers: Record<string, JobHandler> }

const BATCH = 5
const LEASE_MS = 5 * MINUTE_MS

/** Leaves work for later, in the transaction that makes it necessary. */
export async function enqueueJob(db: Db, job: NewJob): Promise<void> {
  await db
    .insertInto('job')
    .values({
      practice_id: job.practiceId,
      id: uuidv7(job.now),
      kind: job.kind,
      dedupe_key: job.dedupeKey,
      payload_sealed: job.payloadSealed,
      run_at: job.runAt,
      attempts: 0,
      locked_until: 0,
      done_at: null,
      failed_at: null,
      last_error: null,
    })
    .onConflict((conflict) => conflict.columns(['practice_id', 'dedupe_key']).doNothing())
    .execute()
}

/**
 * Does some of the jobs that are due; of kinds without a handler none, a newer node knows them. Step of the worker.
 *
 * @returns whether there was work
 */
export async function workJobs({ store, now, log, handlers }: JobDeps): Promise<boolean> {
  const kinds = Object.keys(handlers)
  if (kinds.length === 0) return false
  const only = sql`kind in (${sql.join(kinds)})`
  const jobs = await leaseDue(store, 'job', { limit: BATCH, leaseMs: LEASE_MS, only }, now())
  for (const row of jobs) {
    const outcome = await attempt(handlers[row.kind], {
      practiceId: row.practice_id,
      id: row.id,
      payloadSealed: row.payload_sealed,
    })
    await settle(store.db, 'job', row, outcome, now())
    if (outcome.kind !== 'done') log.warn({ job: row.id, kind: row.kind, error: outcome.error }, 'job.failed')
  }
  return jobs.length > 0
}

async function attempt(handler: JobHandler | undefined, job: Job) {
  try {
    await handler?.(job)
    return { kind: 'done' } as const
  } catch (error) {
    return { kind: 'again', error: codeOf(error) } as const
  }
}

const codeOf = (error: unknown) =>
  error instanceof Problem ? error.code : error instanceof Error ? error.name : 'error'
