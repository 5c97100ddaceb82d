import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { createKeySets, KeysUnavailable } from '../../../src/embedding/key-sets.ts'

const URL_OF_KEYS = 'https://emr.example/jwks.json'
const SECOND = 1000

let keys: JWK[] = []
let published: object
let answer: () => Response | Promise<Response>
let asked: RequestInit[]
let now: number

beforeAll(async () => {
  const pairs = await Promise.all(['a', 'b'].map(() => generateKeyPair('ES256', { extractable: true })))
  keys = await Promise.all(
    pairs.map(async ({ publicKey }, index) => ({
      ...(await exportJWK(publicKey)),
      kid: `key-${index}`,
      alg: 'ES256',
    })),
  )
})
beforeEach(() => {
  published = { keys: keys.slice(0, 1) }
  answer = () => Response.json(published)
  asked = []
  now = 1_000_000
})

function open() {
  const fetch = async (_: unknown, init?: RequestInit) => {
    asked.push(init ?? {})
    return answer()
  }
  const sets = createKeySets({ fetch, now: () => now })
  return (kid: string, source: Parameters<typeof sets.keysOf>[0] = { url: URL_OF_KEYS }) =>
    sets.keysOf(source)({ alg: 'ES256', kid }, { payload: '', signature: '' })
}

const noMatch = { code: 'ERR_JWKS_NO_MATCHING_KEY' }

test('keys at hand are taken without asking anybody', async () => {
  const find = open()
  await expect(find('key-1', { keys })).resolves.toBeDefined()
  await expect(find('key-2', { keys })).rejects.toMatchObject(noMatch)
  expect(asked).toEqual([])
})

test('an address is asked once for many, in 5 seconds, and not followed elsewhere', async () => {
  const find = open()
  await Promise.all([find('key-0'), find('key-0'), find('key-0')])
  await find('key-0')
  expect(asked).toMatchObject([{ redirect: 'error', signal: expect.any(AbortSignal) }])
})

test('a key that is new is found at once, and one that is made up does not make us ask again and again', async () => {
  const find = open()
  await find('key-0')
  now += 31 * SECOND
  published = { keys }
  await find('key-1')
  expect(asked).toHaveLength(2)
  for (let tries = 0; tries < 5; tries++) await expect(find('made-up')).rejects.toMatchObject(noMatch)
  expect(asked).toHaveLength(2)
  now += 30 * SECOND
  await expect(find('made-up')).rejects.toMatchObject(noMatch)
  expect(asked).toHaveLength(3)
})

test('a key that was taken back is not found any more after ten minutes', async () => {
  const find = open()
  await find('key-0')
  published = { keys: keys.slice(1) }
  await find('key-0')
  now += 10 * 60 * SECOND
  await expect(find('key-0')).rejects.toMatchObject(noMatch)
})

test.each<[string, () => Response | Promise<Response>]>([
  ['does not answer', () => Promise.reject(new TypeError('fetch failed'))],
  ['answers 500', () => new Response('', { status: 500 })],
  ['answers with a page', () => new Response('<html>')],
  ['answers without end', () => new Response('x'.repeat(70_000))],
])('an address that %s is not asked again for half a minute', async (_, broken) => {
  const find = open()
  answer = broken
  await expect(find('key-0')).rejects.toBeInstanceOf(KeysUnavailable)
  answer = () => Response.json(published)
  await expect(find('key-0')).rejects.toBeInstanceOf(KeysUnavailable)
  expect(asked).toHaveLength(1)
  now += 30 * SECOND
  await expect(find('key-0')).resolves.toBeDefined()
})

test('a published set may hold what is of no use: only keys that check signatures count', async () => {
  const find = open()
  const { x: _, ...broken } = keys[1] ?? {}
  published = { keys: [{ kty: 'oct', kid: 'shared', k: 'c2VjcmV0' }, { ...broken, kid: 'broken' }, ...keys] }
  await expect(find('key-1')).resolves.toBeDefined()
  for (const kid of ['shared', 'broken']) await expect(find(kid)).rejects.toMatchObject(noMatch)
})
