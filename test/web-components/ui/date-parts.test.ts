import { describe, expect, test } from 'vitest'
import { dayFirst, readDate, tidyDate, toIsoDate } from '../../../web-components/ui/date-parts.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const walter = { month: '3', day: '14', year: '1948' }
const march14 = (text: string) => {
  const parts = readDate(text, NOW)
  return parts && toIsoDate(parts, NOW)
}

describe('a pasted birth date', () => {
  test.each([
    '1948-03-14',
    '1948-3-14',
    '1948/03/14',
    '1948-03-14T00:00:00Z',
    '03/14/1948',
    '3/14/48',
    ' 3-14-48 ',
    '3 14 1948',
    '3–14–1948',
    '14.03.1948',
    '14/3/48',
    '03141948',
    '19480314',
    'March 14, 1948',
    'march 14th 1948',
    'Mar. 14, 1948',
    '14 March 1948',
    'Sunday, March 14, 1948',
    '14 de marzo de 1948',
    'domingo, 14 de marzo de 1948',
    'marzo 14, 1948',
    '14 mar 48',
    '1948 March 14',
  ])('%s is read as March 14, 1948', (text) => {
    expect(march14(text)).toEqual({ date: '1948-03-14' })
    expect(readDate(text, NOW)).not.toHaveProperty('eitherWay')
  })

  test.each([
    ['September 1, 1950', '1950-09-01'],
    ['sept 1 1950', '1950-09-01'],
    ['1 de septiembre de 1950', '1950-09-01'],
    ['enero 2, 1950', '1950-01-02'],
    ['2 ene 1950', '1950-01-02'],
    ['1/2/26', '2026-01-02'],
    ['1/2/27', '1927-01-02'],
  ])('%s is read as %s', (text, date) => {
    expect(march14(text)).toEqual({ date })
  })

  test('that makes a date both ways takes the month first, as the boxes stand, and says so', () => {
    const parts = readDate('03/04/1948', NOW)
    expect(parts).toEqual({ month: '03', day: '04', year: '1948', eitherWay: true })
    expect(parts && dayFirst(parts)).toEqual({ month: '04', day: '03', year: '1948' })
    expect(readDate('04/04/1948', NOW)).not.toHaveProperty('eitherWay')
    expect(readDate('1948-03-04', NOW)).not.toHaveProperty('eitherWay')
    expect(readDate('March 4, 1948', NOW)).not.toHaveProperty('eitherWay')
  })

  test.each([
    '3',
    '1948',
    'March',
    'March 1948',
    '',
    '13/13/1948',
    '32/1/1948',
    '12345678',
    '482 913',
    'from March 1 to May 2, 1948',
    '1/2/3/1948',
  ])('%j is no whole date and left to the box', (text) => {
    expect(readDate(text, NOW)).toBeNull()
  })
})

describe('a typed birth date', () => {
  test('becomes an ISO date', () => {
    expect(toIsoDate(walter, NOW)).toEqual({ date: '1948-03-14' })
    expect(toIsoDate({ ...walter, year: '48' }, NOW)).toEqual({ date: '1948-03-14' })
    expect(toIsoDate({ month: '2', day: '29', year: '2012' }, NOW)).toEqual({ date: '2012-02-29' })
    expect(toIsoDate({ month: ' 03 ', day: '14 ', year: '1948' }, NOW)).toEqual({ date: '1948-03-14' })
  })

  test.each(['March', 'mar', 'MARZO', 'Mar.'])('may have %s for a month', (month) => {
    expect(toIsoDate({ ...walter, month }, NOW)).toEqual({ date: '1948-03-14' })
  })

  test.each([
    [{ ...walter, day: '' }, 'missing'],
    [{ ...walter, month: '13' }, 'month'],
    [{ ...walter, month: 'Mo' }, 'month'],
    [{ ...walter, month: '2', day: '30' }, 'day'],
    [{ month: '2', day: '29', year: '2011' }, 'day'],
    [{ ...walter, year: '194' }, 'year'],
    [{ ...walter, year: '2027' }, 'future'],
  ])('%j says what is wrong: %s', (parts, fault) => {
    expect(toIsoDate(parts, NOW)).toEqual({ fault })
  })

  test('is set in order once it is left: two digits of a year become four, a whole date goes into its boxes', () => {
    expect(tidyDate({ ...walter, year: '48' }, NOW)).toEqual(walter)
    expect(tidyDate({ ...walter, year: '12' }, NOW)).toEqual({ ...walter, year: '2012' })
    expect(tidyDate({ month: '3/14/1948', day: '', year: '' }, NOW)).toEqual(walter)
    expect(tidyDate({ month: '', day: '', year: '14 de marzo de 1948' }, NOW)).toEqual(walter)
    expect(tidyDate(walter, NOW)).toBe(walter)
    expect(tidyDate({ month: '3', day: '', year: '' }, NOW)).toEqual({ month: '3', day: '', year: '' })
  })
})
