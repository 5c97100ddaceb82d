import { expect, test } from 'vitest'
import { firstDifference } from '../../../src/shelf/same.ts'

const BASE = 'http://emr.example/fhir'

test.each([
  [
    'what the server adds',
    { status: 'active' },
    { status: 'active', id: '1', meta: {}, language: 'en' },
    undefined,
  ],
  ['its own id, version and text', { id: 'a', meta: { x: 1 }, text: 'x' }, { id: 'b' }, undefined],
  [
    'an instant in other words',
    { sent: '2026-11-22T15:00:00Z' },
    { sent: '2026-11-22T16:00:00.000+01:00' },
    undefined,
  ],
  ['another instant', { sent: '2026-11-22T15:00:00Z' }, { sent: '2026-11-22T15:00:01Z' }, '/sent'],
  ['a day that looks like an instant', { sent: '2026-11-22' }, { sent: '2026-11-22T00:00:00Z' }, '/sent'],
  [
    'an address for a reference',
    { for: { reference: 'Patient/a' } },
    { for: { reference: `${BASE}/Patient/a` } },
    undefined,
  ],
  [
    'a reference elsewhere',
    { for: { reference: 'Patient/a' } },
    { for: { reference: 'Patient/b' } },
    '/for/reference',
  ],
  ['a list in another order', { a: [{ b: 1 }, { c: 2 }] }, { a: [{ c: 2 }, { b: 1, d: 3 }] }, undefined],
  ['one of two that are the same', { a: [{ b: 1 }, { b: 1 }] }, { a: [{ b: 1 }] }, '/a/1'],
  ['an element that is gone', { a: { b: { c: 1 } } }, { a: { b: {} } }, '/a/b/c'],
  ['a list that became a value', { a: ['x'] }, { a: 'x' }, '/a'],
])('of %s it says where the copy lacks something', (_, sent, got, expected) => {
  expect(firstDifference(sent, got, BASE)).toBe(expected)
})
