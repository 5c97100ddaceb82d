import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyring } from '../../../src/crypto/keyring.ts'

const key = (id: string) => `${id}:${randomBytes(32).toString('base64url')}`
const OLD = key('2025')
const NEW = key('2026')
const old = createKeyring(OLD)

describe('sealing', () => {
  test('what is sealed opens again, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(old.open(old.seal(text, context), context)).toBe(text)
      }),
    )
  })

  test('the same text is never sealed the same way twice, and cannot be read', () => {
    const [one, other] = [old.seal('Ann Ames', 'name'), old.seal('Ann Ames', 'name')]
    expect(one).not.toBe(other)
    expect(one).toMatch(/^v1\.2025\.[\w-]+$/)
    expect(one).not.toContain(Buffer.from('Ann Ames').toString('base64url').slice(0, 8))
  })

  test('any change to it, and any other context, is refused', () => {
    const sealed = old.seal('top secret', 'credential fernwood')
    const bytes = Buffer.from(sealed.split('.')[2] ?? '', 'base64url')
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(() => old.open(`v1.2025.${changed.toString('base64url')}`, 'credential fernwood')).toThrow(Error)
    }
    for (const context of ['credential harbor', 'mail fernwood', ''])
      expect(() => old.open(sealed, context)).toThrow(/authenticate/)
    for (const text of ['', 'v1', 'v1.2025.', 'v1.2025.AAAA', `v2${sealed.slice(2)}`, 'plain text'])
      expect(() => old.open(text, 'credential fernwood')).toThrow(Error)
  })
})

describe('rotation', () => {
  const both = createKeyring(`${NEW}, ${OLD}`)
  const fresh = createKeyring(NEW)

  test('the new key seals, the old one still opens', () => {
    expect(both.open(old.seal('Ann', 'name'), 'name')).toBe('Ann')
    const sealed = both.seal('Ben', 'name')
    expect(sealed).toMatch(/^v1\.2026\./)
    expect(fresh.open(sealed, 'name')).toBe('Ben')
  })

  test('a key that was taken away opens nothing, and the error names it', () => {
    expect(() => fresh.open(old.seal('Ann', 'name'), 'name')).toThrow(/2025/)
  })

  test('another key under the same id opens nothing', () => {
    expect(() => createKeyring(key('2025')).open(old.seal('Ann', 'name'), 'name')).toThrow(/authenticate/)
  })

  test('a row written before the rotation is found by one of the MACs', () => {
    expect(both.macs('lookup', '123456')).toEqual([
      fresh.mac('lookup', '123456'),
      old.mac('lookup', '123456'),
    ])
    expect(both.mac('lookup', '123456')).toBe(fresh.mac('lookup', '123456'))
  })
})

test('a MAC is one of its purpose, text and key', () => {
  const macs = [old.mac('a', 'x'), old.mac('b', 'x'), old.mac('a', 'y'), createKeyring(NEW).mac('a', 'x')]
  expect(new Set(macs).size).toBe(4)
  expect(old.mac('a', 'x')).toBe(macs[0])
})

test.each([
  ['nothing', ''],
  ['a key without id', randomBytes(32).toString('base64url')],
  ['a key that is too short', `a:${randomBytes(31).toString('base64url')}`],
  ['a key in hex', `a:${randomBytes(32).toString('hex')}`],
  ['two keys of one id', `${key('a')},${key('a')}`],
  ['an empty part', `${key('a')},`],
])('%s is not a keyring', (_name, spec) => {
  expect(() => createKeyring(spec)).toThrow(/^PORTICO_KEYS: /)
})
