import { beforeEach, describe, expect, test } from 'vitest'
import { type AuditEntry, recordAudit } from '../../../src/audit/record.ts'
import { sealAudit } from '../../../src/audit/seal.ts'
import { verifyAudit } from '../../../src/audit/verify.ts'
import { startChild } from '../../support/child.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const store = await openTestStore()

const entry = (number: number, practiceId: string): AuditEntry => ({
  practiceId,
  actor: 'Practitioner/12',
  action: 'access.allowed',
  patientId: 'p1',
  detail: { number, note: 'Ł "x"', on: true, none: null },
  requestId: `r${number}`,
})
const record = (count: number, practiceId = 'fernwood') =>
  store.transaction(async (tx) => {
    for (let number = 0; number < count; number++)
      await recordAudit(tx, entry(number, practiceId), NOW + number)
  })
const sealAll = async (owner = 'node-a') => {
  while (await sealAudit(store, owner, NOW));
}
const verify = () => verifyAudit(store.db, 'fernwood')
const row = (seq: number) =>
  store.db
    .selectFrom('audit')
    .selectAll()
    .where('seq', '=', seq)
    .where('practice_id', '=', 'fernwood')
    .executeTakeFirstOrThrow()

beforeEach(async () => {
  await store.db.deleteFrom('audit').execute()
  await store.db.deleteFrom('lease').execute()
})

test('what was recorded is sealed in its order and holds', async () => {
  await record(450)
  expect(await verify()).toEqual({ sealed: 0, unsealed: 450, head: null, firstBad: null })
  await sealAll()
  const report = await verify()
  expect(report).toEqual({ sealed: 450, unsealed: 0, head: (await row(450)).hash, firstBad: null })
  expect([(await row(1)).at, (await row(450)).at]).toEqual([NOW, NOW + 449])
  expect((await row(1)).prev_hash).toBe('0'.repeat(64))

  await record(1)
  expect(await verify()).toMatchObject({ sealed: 450, unsealed: 1, head: report.head })
  await sealAll()
  expect((await row(451)).prev_hash).toBe(report.head)
})

test('each practice has a chain of its own', async () => {
  await record(2)
  await record(3, 'harbor')
  await sealAll()
  expect(await verify()).toMatchObject({ sealed: 2, firstBad: null })
  expect(await verifyAudit(store.db, 'harbor')).toMatchObject({ sealed: 3, firstBad: null })
})

test('of several nodes one seals, another one when that one is gone', async () => {
  await record(300)
  const nodes = ['a', 'b', 'c', 'd'].map((owner) => sealAudit(store, owner, NOW))
  // Whoever is first has the lease: the others leave the rest to it.
  expect((await Promise.all(nodes)).filter(Boolean)).toHaveLength(1)
  const { owner } = await store.db.selectFrom('lease').select('owner').executeTakeFirstOrThrow()
  expect(await sealAudit(store, 'late', NOW + 4999)).toBe(false)
  expect(await verify()).toMatchObject({ sealed: 200, unsealed: 100 })
  await sealAudit(store, 'late', NOW + 5000)
  expect(await verify()).toMatchObject({ sealed: 300, unsealed: 0, firstBad: null })
  expect(await sealAudit(store, owner, NOW + 5000)).toBe(false)
})

describe('somebody who can write to the store', () => {
  beforeEach(async () => {
    await record(10)
    await sealAll()
  })
  const at = (seq: number) =>
    store.db.updateTable('audit').where('practice_id', '=', 'fernwood').where('seq', '=', seq)

  test.each([
    ['the actor', { actor: 'Practitioner/99' }],
    ['the time', { at: NOW + 1 }],
    ['the patient', { patient_id: null }],
    ['the action', { action: 'access.read' }],
    ['the outcome', { outcome: 'refused' as const }],
    ['the detail', { detail: '{}' }],
    ['the request', { request_id: null }],
    ['the hash itself', { hash: 'f'.repeat(64) }],
    ['the id', { id: 'another' }],
  ])('cannot alter %s', async (_name, change) => {
    await at(7).set(change).execute()
    const { id } = await row(7)
    expect(await verify()).toMatchObject({ sealed: 6, firstBad: { seq: 7, id, fault: 'was altered' } })
  })

  test('cannot take a row out', async () => {
    await store.db.deleteFrom('audit').where('seq', '=', 4).execute()
    const { id } = await row(5)
    const firstBad = { seq: 4, id, fault: '4 is missing, the next row is 5' }
    expect(await verify()).toMatchObject({ sealed: 3, firstBad })
  })

  test('cannot take a row out and close the gap', async () => {
    await store.db.deleteFrom('audit').where('seq', '=', 4).execute()
    for (let seq = 5; seq <= 10; seq++)
      await at(seq)
        .set({ seq: seq - 1 })
        .execute()
    const { id } = await row(4)
    expect(await verify()).toMatchObject({
      firstBad: { seq: 4, id, fault: 'does not follow the row before it' },
    })
  })

  test('cannot put a row in', async () => {
    for (let seq = 10; seq >= 4; seq--)
      await at(seq)
        .set({ seq: seq + 1 })
        .execute()
    const { hash, ...copy } = await row(3)
    await store.db
      .insertInto('audit')
      .values({ ...copy, id: 'forged', seq: 4, prev_hash: hash, hash })
      .execute()
    expect(await verify()).toMatchObject({
      sealed: 3,
      firstBad: { seq: 4, id: 'forged', fault: 'was altered' },
    })
  })

  test('cannot put a row at the end', async () => {
    await store.db
      .insertInto('audit')
      .values({ ...(await row(10)), id: 'forged', seq: 11 })
      .execute()
    expect(await verify()).toMatchObject({ sealed: 10, firstBad: { seq: 11, id: 'forged' } })
  })
})

test('the command prints a line per practice and fails on a broken chain', async () => {
  const run = async () => {
    const child = startChild(new URL('../../../src/audit/verify.ts', import.meta.url), [], {
      DATABASE_URL: store.url,
    })
    const { code, errors } = await child.ended
    return { code, errors, lines: child.lines }
  }
  await record(2)
  await record(1, 'harbor')
  await sealAll()
  await record(1, 'harbor')
  const harbor = await verifyAudit(store.db, 'harbor')
  const fernwood = await verify()
  expect(await run()).toEqual({
    code: 0,
    errors: '',
    lines: [
      `fernwood: 2 rows hold, 0 not sealed yet, head ${fernwood.head}`,
      `harbor: 1 rows hold, 1 not sealed yet, head ${harbor.head}`,
    ],
  })
  await store.db
    .updateTable('audit')
    .set({ actor: 'nobody' })
    .where('practice_id', '=', 'fernwood')
    .where('seq', '=', 2)
    .execute()
  const { id } = await row(2)
  expect(await run()).toMatchObject({
    code: 1,
    lines: [
      `fernwood: BROKEN at row 2 (id ${id}): was altered; 1 rows before it hold`,
      `harbor: 1 rows hold, 1 not sealed yet, head ${harbor.head}`,
    ],
  })
}, 30_000)
