import { beforeEach, expect, test } from 'vitest'
import { createLog } from '../../../src/log.ts'
import { Problem } from '../../../src/problem.ts'
import { enqueueJob, type JobHandler, workJobs } from '../../../src/store/jobs.ts'
import { leaseDue, settle } from '../../../src/store/queue.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const HOUR = 3_600_000
const store = await openTestStore()
const log = createLog('silent')

const enqueue = (dedupeKey: string, runAt = NOW, kind = 'mirror') =>
  enqueueJob(store.db, { practiceId: 'fernwood', kind, dedupeKey, payloadSealed: 'sealed', runAt, now: NOW })
const work = (handlers: Record<string, JobHandler>, now = NOW) =>
  workJobs({ store, now: () => now, log, handlers })
const rows = () => store.db.selectFrom('job').selectAll().orderBy('dedupe_key').execute()

beforeEach(() => store.db.deleteFrom('job').execute())

test('a job runs once, when it is due, and leaves no payload behind', async () => {
  await enqueue('a')
  await enqueue('a')
  await enqueue('later', NOW + 1)
  const seen: (string | null)[] = []
  const mirror: JobHandler = async (job) => void seen.push(job.payloadSealed)
  expect(await work({ mirror })).toBe(true)
  expect(await work({ mirror })).toBe(false)
  expect(seen).toEqual(['sealed'])
  expect(await rows()).toMatchObject([
    { dedupe_key: 'a', done_at: NOW, payload_sealed: null, attempts: 1, locked_until: 0 },
    { dedupe_key: 'later', done_at: null, payload_sealed: 'sealed', attempts: 0 },
  ])
})

test('a job of a kind that this node does not know waits for one that does', async () => {
  await enqueue('a', NOW, 'from-the-future')
  expect(await work({ mirror: async () => {} })).toBe(false)
  expect(await work({})).toBe(false)
  expect(await rows()).toMatchObject([{ attempts: 0, locked_until: 0 }])
})

test('a job that fails runs again later and later, and is given up in the end', async () => {
  await enqueue('a')
  const mirror = () => Promise.reject(new Problem('ehr-unavailable', 'Ann Ames cannot be saved'))
  await work({ mirror })
  expect(await rows()).toMatchObject([{ run_at: NOW + 2000, last_error: 'ehr-unavailable', failed_at: null }])
  expect(await work({ mirror }, NOW + 1999)).toBe(false)

  let now = NOW + 2000
  for (let attempt = 2; attempt <= 350; attempt++) {
    expect(await work({ mirror }, now)).toBe(true)
    const [row] = await rows()
    expect(row?.attempts).toBe(attempt)
    if (attempt < 350) expect(row?.run_at).toBe(now + Math.min(HOUR, 1000 * 2 ** attempt))
    now = row?.run_at ?? 0
  }
  expect(await rows()).toMatchObject([{ last_error: 'ehr-unavailable', payload_sealed: null, done_at: null }])
  const givenUpAt = (await rows())[0]?.failed_at ?? 0
  expect(givenUpAt - NOW).toBeGreaterThan(14 * 24 * HOUR)
  expect(await work({ mirror }, now + 24 * HOUR)).toBe(false)
})

test('a late worker cannot settle what another one has taken over', async () => {
  await enqueue('a')
  const options = { limit: 5, leaseMs: 1000 }
  const [first] = await leaseDue(store, 'job', options, NOW)
  expect(await leaseDue(store, 'job', options, NOW + 999)).toEqual([])
  const [second] = await leaseDue(store, 'job', options, NOW + 1000)
  if (!first || !second) throw new Error('nothing was leased')
  expect([first.attempts, second.attempts]).toEqual([1, 2])
  expect(await settle(store.db, 'job', first, { kind: 'done' }, NOW + 1001)).toBeNull()
  expect(await settle(store.db, 'job', first, { kind: 'failed', error: 'late' }, NOW + 1001)).toBeNull()
  expect(await rows()).toMatchObject([{ done_at: null, failed_at: null, payload_sealed: 'sealed' }])
  expect(await settle(store.db, 'job', second, { kind: 'done' }, NOW + 1002)).toBe('done')
  expect(await settle(store.db, 'job', second, { kind: 'failed', error: 'twice' }, NOW + 1003)).toBeNull()
  expect(await rows()).toMatchObject([{ done_at: NOW + 1002, failed_at: null }])
})

test('at most the limit is leased, the oldest first', async () => {
  for (let number = 0; number < 8; number++) await enqueue(`job ${number}`, NOW - number)
  const leased = await leaseDue(store, 'job', { limit: 3, leaseMs: 1000 }, NOW)
  expect(leased.map((row) => row.dedupe_key).toSorted()).toEqual(['job 5', 'job 6', 'job 7'])
})
