import { describe, expect, test } from 'vitest'
import { readPastedDate, toIsoDate } from '../../../web-components/ui/birth-date.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const walter = { month: '3', day: '14', year: '1948' }

describe('a pasted birth date', () => {
  test.each([
    ['1948-03-14', { month: '03', day: '14', year: '1948' }],
    ['1948-03-14T00:00:00Z', { month: '03', day: '14', year: '1948' }],
    ['03/14/1948', { month: '03', day: '14', year: '1948' }],
    [' 3-14-48 ', { month: '3', day: '14', year: '48' }],
    ['14.03.1948', { month: '03', day: '14', year: '1948' }],
  ])('%s fills all three boxes', (text, parts) => {
    expect(readPastedDate(text)).toEqual(parts)
  })

  test.each(['3', '1948', 'March', ''])('%j is left to the box', (text) => {
    expect(readPastedDate(text)).toBeNull()
  })
})

describe('a typed birth date', () => {
  test('becomes an ISO date', () => {
    expect(toIsoDate(walter, NOW)).toEqual({ date: '1948-03-14' })
    expect(toIsoDate({ ...walter, year: '48' }, NOW)).toEqual({ date: '1948-03-14' })
    expect(toIsoDate({ month: '2', day: '29', year: '2012' }, NOW)).toEqual({ date: '2012-02-29' })
  })

  test.each([
    [{ ...walter, day: '' }, 'missing'],
    [{ ...walter, month: '13' }, 'month'],
    [{ ...walter, month: '2', day: '30' }, 'day'],
    [{ month: '2', day: '29', year: '2011' }, 'day'],
    [{ ...walter, year: '194' }, 'year'],
    [{ ...walter, year: '2027' }, 'future'],
  ])('%j says what is wrong: %s', (parts, fault) => {
    expect(toIsoDate(parts, NOW)).toEqual({ fault })
  })
})
