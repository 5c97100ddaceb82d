import { performance } from 'node:perf_hooks'
import { describe, expect, test } from 'vitest'
import { createPasswordHasher } from '../../../src/crypto/passwords.ts'
import { Problem } from '../../../src/problem.ts'

const CHEAP = { memoryCost: 64, timeCost: 1, parallelism: 1 }
const cheap = createPasswordHasher({ slots: 2, waiting: 64, parameters: CHEAP })

test('the right password matches, any other does not', async () => {
  const phc = await cheap.hash('correct horse battery')
  expect(await cheap.verify(phc, 'correct horse battery')).toBe(true)
  for (const wrong of ['', 'Correct horse battery', 'correct horse battery '])
    expect(await cheap.verify(phc, wrong)).toBe(false)
  expect(await cheap.hash('correct horse battery')).not.toBe(phc)
})

test('a password is the same however the keyboard composes its letters', async () => {
  const phc = await cheap.hash('N\u00fa\u00f1ez \ufb01sh 12')
  expect(await cheap.verify(phc, 'Nu\u0301n\u0303ez fish 12')).toBe(true)
})

test('an account that does not exist costs as much work and never matches', async () => {
  const hasher = createPasswordHasher({ slots: 1, waiting: 64 })
  const phc = await hasher.hash('correct horse battery')
  expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  const timed = async (stored: string | null) => {
    const times: number[] = []
    for (let round = 0; round < 7; round++) {
      const start = performance.now()
      expect(await hasher.verify(stored, 'wrong horse battery')).toBe(false)
      times.push(performance.now() - start)
    }
    return Math.min(...times)
  }
  const [known, unknown] = [await timed(phc), await timed(null)]
  expect(unknown / known).toBeGreaterThan(0.5)
  expect(unknown / known).toBeLessThan(2)
})

test('a hash made with other parameters asks to be made anew', async () => {
  const phc = await cheap.hash('correct horse battery')
  expect(cheap.needsRehash(phc)).toBe(false)
  for (const change of [{ memoryCost: 128 }, { timeCost: 2 }, { parallelism: 2 }]) {
    const stronger = createPasswordHasher({ slots: 1, waiting: 1, parameters: { ...CHEAP, ...change } })
    expect(stronger.needsRehash(phc)).toBe(true)
    expect(await stronger.verify(phc, 'correct horse battery')).toBe(true)
  }
})

describe('when everybody signs in at once', () => {
  test('so many are worked on or wait, the next ones are told to come back', async () => {
    const hasher = createPasswordHasher({ slots: 2, waiting: 3, parameters: CHEAP })
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => hasher.hash('correct horse battery')),
    )
    expect(tries.map((one) => one.status)).toEqual([
      ...Array(5).fill('fulfilled'),
      ...Array(3).fill('rejected'),
    ])
    const refused = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason as Problem] : []))
    for (const problem of refused) expect(problem).toMatchObject({ code: 'busy', status: 503, retryAfter: 2 })
    expect(await hasher.hash('afterwards')).toMatch(/^\$argon2id/)
  })

  test('a hash that cannot be read gives its slot back', async () => {
    const hasher = createPasswordHasher({ slots: 1, waiting: 0, parameters: CHEAP })
    await expect(hasher.verify('not a hash', 'correct horse battery')).rejects.toThrow('Decoding failed')
    expect(await hasher.hash('afterwards')).toMatch(/^\$argon2id/)
  })
})
