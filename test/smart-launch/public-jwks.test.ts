import { calculateJwkThumbprint } from 'jose'
import { describe, expect, test } from 'vitest'
import { publicJwks } from '../../smart-launch/index.ts'
import { createKey } from './ehr.ts'

const [ec, rsa, other] = await Promise.all([
  createKey('ES384', 'ec'),
  createKey('RS384', 'rsa'),
  createKey('ES384', 'ec'),
])

test('the public parts are all that can be read', () => {
  const { keys } = publicJwks([ec, rsa])
  const common = ['alg', 'key_ops', 'kid', 'kty', 'use']
  expect(Object.keys(keys[0] ?? {}).sort()).toEqual([...common, 'crv', 'x', 'y'].sort())
  expect(Object.keys(keys[1] ?? {}).sort()).toEqual([...common, 'e', 'n'].sort())
  expect(keys[0]).toMatchObject({ kid: 'ec', alg: 'ES384', use: 'sig', key_ops: ['verify'] })
  for (const secret of [ec.d, rsa.d, rsa.p, rsa.q, rsa.dp, rsa.dq, rsa.qi]) {
    expect(secret).toBeTruthy()
    expect(JSON.stringify(keys)).not.toContain(secret)
  }
})

test('they are the public parts of the same keys', async () => {
  const { keys } = publicJwks([ec, rsa])
  const published = await Promise.all(keys.map((key) => calculateJwkThumbprint(key)))
  expect(published).toEqual([await calculateJwkThumbprint(ec), await calculateJwkThumbprint(rsa)])
})

test('practices that share a key publish it once', () => {
  expect(publicJwks([ec, { ...ec, key_ops: ['sign'] }]).keys).toHaveLength(1)
})

describe('keys that would mislead an EHR are refused', () => {
  const { kid: _, ...nameless } = ec
  test.each([
    ['two that share a name', [ec, other]],
    ['one without a name', [nameless]],
    ['a shared secret', [{ kty: 'oct', k: 'c2VjcmV0', kid: 'x', alg: 'HS256' }]],
    ['one of no kind', [{ kid: 'x', alg: 'ES384' }]],
  ])('%s', (_, keys) => {
    expect(() => publicJwks(keys)).toThrow(expect.objectContaining({ code: 'client-misconfigured' }))
  })
})
