import { expect, test } from 'vitest'
import { atLeast, atMost, median, percentile } from './figure.ts'
import { longestQueue } from './reads.ts'

test('a figure holds at its limit and breaks beyond it', () => {
  expect([atMost('a', 3, 3).ok, atMost('a', 3.01, 3).ok]).toEqual([true, false])
  expect([atLeast('a', 0.5, 0.5).ok, atLeast('a', 0.49, 0.5).ok]).toEqual([true, false])
})

test('a figure that could not be measured does not hold', () => {
  expect([atMost('a', Number.NaN, 3).ok, atLeast('a', Number.NaN, 3).ok]).toEqual([false, false])
})

test('percentiles are values that were seen', () => {
  expect([median([5, 1, 3]), median([4, 1, 3, 2]), percentile([1, 2, 3], 99), percentile([7], 1)]).toEqual([
    3, 2, 3, 7,
  ])
})

test('requests side by side are one wave, requests after one another a queue', () => {
  const between = (from: number, to: number) => ({ from, to })
  expect(longestQueue([])).toBe(0)
  expect(longestQueue([between(0, 25), between(1, 26), between(2, 30)])).toBe(1)
  expect(longestQueue([between(0, 25), between(26, 50), between(1, 60)])).toBe(2)
})
