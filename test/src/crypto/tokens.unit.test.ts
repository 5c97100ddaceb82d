import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createAccountId,
  fingerprint,
  openWithToken,
  randomCode,
  randomDigits,
  randomToken,
  sameText,
  sealWithToken,
  uuidv7,
} from '../../../src/crypto/tokens.ts'

const many = <T>(make: () => T, count = 2000) => Array.from({ length: count }, make)

test('a token has 256 bits and is never the same; its fingerprint is', () => {
  const tokens = many(randomToken)
  expect(new Set(tokens).size).toBe(tokens.length)
  expect(tokens.every((token) => /^[\w-]{43}$/.test(token))).toBe(true)
  expect(fingerprint('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
})

test('codes use each character that cannot be misread, about as often', () => {
  const text = many(() => randomCode(8)).join('')
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  expect([...counts.keys()].toSorted().join('')).toBe('23456789ABCDEFGHJKMNPQRSTUVWXYZ')
  const expected = text.length / 31
  // Five standard deviations either way.
  for (const count of counts.values())
    expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected))
  expect(randomDigits(6)).toMatch(/^\d{6}$/)
})

test('texts are the same or not, whatever their lengths', () => {
  expect(sameText('abc', 'abc')).toBe(true)
  for (const other of ['', 'ab', 'abd', 'abcd', 'ABC']) expect(sameText('abc', other)).toBe(false)
})

describe('an account ID', () => {
  const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  /** ISO/IEC 7064 MOD 33,32 read from left to right, check character included: the result of a right one is 1. */
  const holds = (id: string) =>
    id.split('').reduce(
      ({ product }, character) => {
        const sum = (product + ALPHABET.indexOf(character)) % 32
        return { product: ((sum || 32) * 2) % 33, sum }
      },
      { product: 32, sum: 0 },
    ).sum === 1

  test('has ten Crockford characters, and its last one checks the others', () => {
    const ids = many(createAccountId)
    expect(ids.filter((id) => !/^[0-9A-HJKMNP-TV-Z]{10}$/.test(id) || !holds(id))).toEqual([])
  })

  test('with one wrong character it is never another ID', () => {
    const id = createAccountId()
    for (let at = 0; at < id.length; at++)
      for (const character of ALPHABET)
        if (character !== id[at]) expect(holds(id.slice(0, at) + character + id.slice(at + 1))).toBe(false)
  })

  test('with two neighbours swapped it is hardly ever another ID', () => {
    const swaps = many(createAccountId).flatMap((id) =>
      id
        .slice(1)
        .split('')
        .map((character, at) => id.slice(0, at) + character + id[at] + id.slice(at + 2))
        .filter((one) => one !== id),
    )
    expect(swaps.filter(holds).length / swaps.length).toBeLessThan(0.005)
  })
})

test('ids are version 7, and sort by the time they were made', () => {
  const now = 1_750_000_000_000
  const ids = Array.from({ length: 500 }, (_, index) => uuidv7(now + index))
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(ids.toSorted()).toEqual(ids)
  expect(Number.parseInt(ids[0]?.replaceAll('-', '').slice(0, 12) ?? '', 16)).toBe(now)
  const atOnce = many(() => uuidv7(now))
  expect(new Set(atOnce).size).toBe(2000)
  expect(atOnce.toSorted()).toEqual(atOnce)
})

test('what is sealed with a token opens with that token only', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const token = randomToken()
      const sealed = sealWithToken(token, text)
      expect(openWithToken(token, sealed)).toBe(text)
      expect(() => openWithToken(randomToken(), sealed)).toThrow(/authenticate/)
      expect(() => openWithToken(token, sealed.slice(0, -4))).toThrow(Error)
    }),
    { numRuns: 30 },
  )
})
