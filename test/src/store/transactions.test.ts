import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Db } from '../../../src/store/open.ts'
import { clearFailures, countFailure } from '../../../src/store/throttle.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const HOUR = 3_600_000
const store = await openTestStore()
const count = (db: Db, key: string) => countFailure(db, 'fernwood', key, HOUR, NOW)
const failures = async (key: string) =>
  (await store.db.selectFrom('throttle').select('failures').where('key', '=', key).executeTakeFirst())
    ?.failures ?? 0

describe('a transaction', () => {
  beforeEach(async () => {
    for (const key of ['one', 'other', 'many']) await clearFailures(store.db, 'fernwood', key)
  })

  test('that throws leaves nothing, and the next one works', async () => {
    const failed = store.transaction(async (tx) => {
      await count(tx, 'one')
      throw new Error('changed my mind')
    })
    await expect(failed).rejects.toThrow('changed my mind')
    expect(await failures('one')).toBe(0)
    expect(await store.transaction((tx) => count(tx, 'one'))).toBe(1)
  })

  test('is not seen by others before it ends, and they need not wait for it to read', async () => {
    const inside = Promise.withResolvers<void>()
    const seen = Promise.withResolvers<void>()
    const running = store.transaction(async (tx) => {
      await count(tx, 'one')
      inside.resolve()
      await seen.promise
    })
    await inside.promise
    expect(await failures('one')).toBe(0)
    seen.resolve()
    await running
    expect(await failures('one')).toBe(1)
  })

  test.each([
    ['a read', () => failures('one')],
    ['a write', () => count(store.db, 'one')],
    ['a second transaction', () => store.transaction((tx) => count(tx, 'one'))],
  ])('refuses %s past its own handle, at once', async (_name, use) => {
    const running = store.transaction(async () => {
      await use()
    })
    await expect(running).rejects.toThrow('Inside a transaction use its own handle')
    expect(await failures('one')).toBe(0)
  })

  test('may leave work behind that uses the store when it is over', async () => {
    let later: Promise<number> | undefined
    await store.transaction(async (tx) => {
      later = delay(20).then(() => failures('one'))
      await count(tx, 'one')
    })
    expect(await later).toBe(1)
  })

  test('counts right beside many others', async () => {
    const slowly = (tx: Db) => delay(2).then(() => count(tx, 'many'))
    await Promise.all(Array.from({ length: 30 }, () => store.transaction(slowly)))
    expect(await failures('many')).toBe(30)
  })

  test('runs again when two of them block each other', async () => {
    const both = (first: string, second: string) =>
      store.transaction(async (tx) => {
        await count(tx, first)
        await delay(50)
        await count(tx, second)
      })
    await count(store.db, 'one')
    await count(store.db, 'other')
    await Promise.all([both('one', 'other'), both('other', 'one')])
    expect([await failures('one'), await failures('other')]).toEqual([3, 3])
  })
})

test('a write outside waits its turn behind a transaction', async () => {
  const order: string[] = []
  const running = store.transaction(async (tx) => {
    await count(tx, 'turn')
    await delay(30)
    order.push('transaction')
  })
  await delay(5)
  const after = count(store.db, 'turn').then((failed) => order.push(`write ${failed}`))
  await Promise.all([running, after])
  expect(order).toEqual(['transaction', 'write 2'])
})

test('what the schema forbids is refused by the store itself', async () => {
  const account = (id: string, username: string) => ({
    practice_id: 'fernwood',
    id,
    account_id: id,
    username,
    username_key: username.toLowerCase(),
    index_sealed: null,
    created_at: NOW,
    activated_at: null,
    last_signed_in_at: null,
    suspended_at: null,
    closed_at: null,
    version: 1,
  })
  const self = (account_id: string, expires_at: number | null) => ({
    practice_id: 'fernwood',
    account_id,
    patient_id: 'p1',
    relationship: 'self',
    expires_at,
  })
  const { db } = store
  await db
    .insertInto('portal_account')
    .values([account('a', 'Ana'), account('b', 'Ben')])
    .execute()
  const taken = db.insertInto('portal_account').values(account('c', 'ANA')).execute()
  await expect(taken).rejects.toThrow(/unique/i)
  await db.insertInto('account_patient').values(self('a', NOW)).execute()
  await db.insertInto('account_patient').values(self('b', null)).execute()
  const twice = db
    .updateTable('account_patient')
    .set({ expires_at: null })
    .where('account_id', '=', 'a')
    .execute()
  await expect(twice).rejects.toThrow(/unique/i)
  const orphan = db.insertInto('account_patient').values(self('nobody', NOW)).execute()
  await expect(orphan).rejects.toThrow(/foreign key/i)
})
