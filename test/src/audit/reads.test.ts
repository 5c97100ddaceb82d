import { expect, test } from 'vitest'
import { createReadAudit } from '../../../src/audit/reads.ts'
import type { AuditEntry } from '../../../src/audit/record.ts'
import type { Store } from '../../../src/store/open.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const store = await openTestStore()
const entry = (number: number): AuditEntry => ({
  practiceId: 'fernwood',
  actor: 'account/1',
  action: 'profile.read',
  patientId: `p${number}`,
})

function countTransactions(): { store: Store; transactions: () => number } {
  let count = 0
  const transaction: Store['transaction'] = (work) => {
    count++
    return store.transaction(work)
  }
  return { store: { ...store, transaction }, transactions: () => count }
}
const rows = () => store.db.selectFrom('audit').selectAll().execute()

test('reads of one turn share a transaction, and each is on disk when it is told so', async () => {
  const counted = countTransactions()
  const audit = createReadAudit(counted.store, () => NOW)
  await Promise.all(Array.from({ length: 50 }, (_, number) => audit.record(entry(number))))
  expect(counted.transactions()).toBe(1)
  const written = await rows()
  expect(new Set(written.map((row) => row.patient_id)).size).toBe(50)
  expect(written[0]).toMatchObject({
    at: NOW,
    actor: 'account/1',
    outcome: 'success',
    detail: '{}',
    request_id: null,
    seq: null,
  })

  await audit.record(entry(50))
  expect(counted.transactions()).toBe(2)
  expect(await rows()).toHaveLength(51)
})

test('more reads than one statement can hold are all written', async () => {
  const audit = createReadAudit(store, () => NOW)
  const before = (await rows()).length
  await Promise.all(Array.from({ length: 1201 }, (_, number) => audit.record(entry(number))))
  expect(await rows()).toHaveLength(before + 1201)
})

test('a read whose audit cannot be written fails, and the next one is tried anew', async () => {
  let broken = true
  const transaction: Store['transaction'] = (work) =>
    broken ? Promise.reject(new Error('disk full')) : store.transaction(work)
  const audit = createReadAudit({ ...store, transaction }, () => NOW)
  const before = (await rows()).length
  const both = await Promise.allSettled([audit.record(entry(1)), audit.record(entry(2))])
  expect(both.map((one) => one.status)).toEqual(['rejected', 'rejected'])
  expect(await rows()).toHaveLength(before)
  broken = false
  await audit.record(entry(3))
  expect(await rows()).toHaveLength(before + 1)
})
