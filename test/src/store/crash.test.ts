import { expect, test } from 'vitest'
import { verifyAudit } from '../../../src/audit/verify.ts'
import { migrate } from '../../../src/store/migrate.ts'
import { openStore } from '../../../src/store/open.ts'
import { startChild } from '../../support/child.ts'
import { openTestStore } from '../../support/store.ts'

test('kill -9 in the middle of writing loses nothing that was acknowledged and leaves no half transaction', async () => {
  const fresh = await openTestStore()
  await fresh.close()
  const { url } = fresh
  const acknowledged: number[] = []
  for (const enough of [1, 40, 111]) {
    const writer = startChild(new URL('child.ts', import.meta.url), ['write', url])
    await writer.atLine(enough)
    writer.kill('SIGKILL')
    expect((await writer.ended).code).toBeNull()
    acknowledged.push(writer.lines.length)
  }

  const store = await openStore(url)
  expect(await migrate(store)).toEqual([])
  const counters = await store.db.selectFrom('throttle').select(['key', 'failures']).execute()
  const audits = await store.db.selectFrom('audit').select('actor').execute()
  // Each run counted pair 1, 2, 3 … up once; audits and counters were written together.
  expect(audits).toHaveLength(counters.reduce((sum, row) => sum + row.failures, 0))
  for (let pair = 1; pair <= Math.max(...acknowledged); pair++) {
    const least = acknowledged.filter((lines) => lines >= pair).length
    expect(counters.find((row) => row.key === `pair ${pair}`)?.failures).toBeGreaterThanOrEqual(least)
  }
  expect(await verifyAudit(store.db, 'fernwood')).toMatchObject({ unsealed: audits.length, firstBad: null })
  await store.close()
}, 30_000)
