import { describe, expect, test } from 'vitest'
import { claim, releaseClaim, settleClaim } from '../../../src/store/idempotency.ts'
import { takeLease } from '../../../src/store/leases.ts'
import { clearFailures, countFailure, forgiveFailure } from '../../../src/store/throttle.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const MINUTE = 60_000
const DAY = 86_400_000
const { db } = await openTestStore()

describe('throttle', () => {
  test('of fifty failures at once none is lost', async () => {
    const counted = await Promise.all(
      Array.from({ length: 50 }, () => countFailure(db, 'fernwood', 'ip:1', MINUTE, NOW)),
    )
    expect(counted.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  })

  test('a window ends by its first failure, then counting starts again', async () => {
    await countFailure(db, 'fernwood', 'id:7', MINUTE, NOW)
    expect(await countFailure(db, 'fernwood', 'id:7', MINUTE, NOW + MINUTE - 1)).toBe(2)
    expect(await countFailure(db, 'fernwood', 'id:7', MINUTE, NOW + MINUTE)).toBe(1)
  })

  test('one practice does not count for another, a success clears, and a try can be taken back', async () => {
    const again = (practiceId: string) => countFailure(db, practiceId, 'id:9', MINUTE, NOW)
    expect(await again('fernwood')).toBe(1)
    expect(await again('harbor')).toBe(1)
    await clearFailures(db, 'harbor', 'id:9')
    expect(await again('fernwood')).toBe(2)
    await forgiveFailure(db, 'fernwood', 'id:9')
    expect(await again('fernwood')).toBe(2)
    await clearFailures(db, 'fernwood', 'id:9')
    await forgiveFailure(db, 'fernwood', 'id:9')
    expect(await again('fernwood')).toBe(1)
  })
})

describe('idempotency', () => {
  const request = (key: string, now = NOW, requestMac = 'body') => ({
    practiceId: 'fernwood',
    key,
    requestMac,
    now,
  })

  test('of twenty requests with one key, one does the work', async () => {
    const kinds = (await Promise.all(Array.from({ length: 20 }, () => claim(db, request('race'))))).map(
      (one) => one.kind,
    )
    expect(kinds.filter((kind) => kind === 'new')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'running')).toHaveLength(19)
  })

  test('a repeat gets the first answer; another body with the key is told so', async () => {
    expect(await claim(db, request('again'))).toEqual({ kind: 'new' })
    await settleClaim(db, 'fernwood', 'again', 'sealed answer')
    expect(await claim(db, request('again', NOW + 10))).toEqual({ kind: 'answered', sealed: 'sealed answer' })
    expect(await claim(db, request('again', NOW + 10, 'other'))).toEqual({ kind: 'mismatch' })
    expect(await claim(db, { ...request('again'), practiceId: 'harbor' })).toEqual({ kind: 'new' })
  })

  test('a released key may be used again, an answered one cannot be released', async () => {
    await claim(db, request('refused'))
    await releaseClaim(db, 'fernwood', 'refused')
    expect(await claim(db, request('refused', NOW, 'other'))).toEqual({ kind: 'new' })
    await settleClaim(db, 'fernwood', 'refused', 'sealed')
    await releaseClaim(db, 'fernwood', 'refused')
    expect(await claim(db, request('refused', NOW, 'other'))).toMatchObject({ kind: 'answered' })
  })

  test('a request that crashed is taken over after a minute, by one', async () => {
    await claim(db, request('crashed'))
    expect(await claim(db, request('crashed', NOW + MINUTE - 1))).toEqual({ kind: 'running' })
    const late = Array.from({ length: 10 }, () => claim(db, request('crashed', NOW + MINUTE)))
    expect((await Promise.all(late)).filter((one) => one.kind === 'new')).toHaveLength(1)
    await settleClaim(db, 'fernwood', 'crashed', 'first to answer')
    await settleClaim(db, 'fernwood', 'crashed', 'came back from the dead')
    const repeat = await claim(db, request('crashed', NOW + MINUTE))
    expect(repeat).toEqual({ kind: 'answered', sealed: 'first to answer' })
  })

  test('after a day the key is forgotten, swept or not', async () => {
    await claim(db, request('old'))
    await settleClaim(db, 'fernwood', 'old', 'sealed')
    expect(await claim(db, request('old', NOW + DAY, 'other'))).toEqual({ kind: 'new' })
  })
})

test('a lease is renewed by its owner, and goes to another only when it is over', async () => {
  const take = (owner: string, now: number) => takeLease(db, { name: 'sealer', owner, forMs: 1000 }, now)
  const first = await Promise.all(['a', 'b', 'c'].map((owner) => take(owner, NOW)))
  expect(first.filter(Boolean)).toHaveLength(1)
  const owner = ['a', 'b', 'c'][first.indexOf(true)] ?? ''
  expect(await take(owner, NOW + 500)).toBe(true)
  expect(await take('late', NOW + 1499)).toBe(false)
  expect(await take('late', NOW + 1500)).toBe(true)
  expect(await take(owner, NOW + 1500)).toBe(false)
})
