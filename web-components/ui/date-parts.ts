export type DateParts = {
  month: string
  day: string
  year: string
  /** A pasted 03/04/1948: the month was taken first, and the reader may have meant the other. */
  eitherWay?: true
}

/** What is wrong with a typed date, as far as the browser can tell. */
export type DateFault = 'missing' | 'month' | 'day' | 'year' | 'future'

/**
 * Reads a whole date however it is written: ISO (`1948-03-14`), figures (`03/14/1948`, `3-14-48`, `14.03.1948`),
 * eight digits, or with the month in words of either language (`March 14, 1948`, `14 de marzo de 1948`). Figures that
 * make a date both ways are read month first, as the boxes stand, and say so. Null when the text is no whole date.
 */
export function readDate(text: string, now: number): DateParts | null {
  const tokens = tokensOf(text)
  const read = tokens && toNumbers(tokens.numbers, tokens.month)
  if (!read) return null
  const year = fullYear(read.year, thisYear(now))
  if (year === null || !isBetween(read.month, 12) || !isBetween(read.day, 31)) return null
  const { month, day, eitherWay } = read
  return { month, day, year: String(year), ...(eitherWay ? { eitherWay } : {}) }
}

/**
 * What somebody typed, set in order once they have left it: a whole date in one box goes into all three, and two
 * digits of a year become four, so that the reader sees how they were understood.
 */
export function tidyDate(parts: DateParts, now: number): DateParts {
  const filled = [parts.month, parts.day, parts.year].filter((text) => text.trim() !== '')
  const whole = filled.length === 1 ? readDate(filled[0] ?? '', now) : null
  if (whole) return whole
  const year = /^\s*\d{2}\s*$/.test(parts.year) ? fullYear(parts.year.trim(), thisYear(now)) : null
  return year === null ? parts : { ...parts, year: String(year) }
}

/** The same date with the day first. */
export const dayFirst = ({ month, day, year }: DateParts): DateParts => ({ month: day, day: month, year })

/** The typed date as `YYYY-MM-DD`, or what is wrong with it. Two digits of a year mean the latest one that has been. */
export function toIsoDate(parts: DateParts, now: number): { date: string } | { fault: DateFault } {
  const [typedMonth = '', day = '', typedYear = ''] = [parts.month, parts.day, parts.year].map((text) =>
    text.trim(),
  )
  if (!typedMonth || !day || !typedYear) return { fault: 'missing' }
  const month = monthInWords(typedMonth) ?? typedMonth
  if (!isBetween(month, 12)) return { fault: 'month' }
  const year = fullYear(typedYear, thisYear(now))
  if (year === null) return { fault: 'year' }
  if (!isBetween(day, new Date(Date.UTC(year, Number(month), 0)).getUTCDate())) return { fault: 'day' }
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return Date.parse(date) > now ? { fault: 'future' } : { date }
}

type Read = { month: string; day: string; year: string; eitherWay?: boolean }

/** The figures of a text, and its month where that is a word; the time of an instant counts for nothing. */
function tokensOf(text: string): { numbers: string[]; month: string | undefined } | null {
  const date = text.trim().replace(/^(\d{4}-\d{1,2}-\d{1,2})T.*$/s, '$1')
  const months = (date.match(/\p{L}+/gu) ?? []).flatMap((word) => monthInWords(word) ?? [])
  if (months.length > 1) return null
  const digits = date.match(/\d+/g) ?? []
  return { numbers: digits.length === 1 ? inThree(digits[0] ?? '') : digits, month: months[0] }
}

/** Eight digits in a row: 03141948, or 19480314, which no month begins. */
function inThree(digits: string): string[] {
  const [, ...parts] =
    /^(0\d|1[0-2])(\d\d)(\d{4})$/.exec(digits) ?? /^((?:18|19|20)\d\d)(\d\d)(\d\d)$/.exec(digits) ?? []
  return parts
}

function toNumbers(numbers: string[], month: string | undefined): Read | null {
  const [first = '', second = '', third = ''] = numbers
  if (month !== undefined) {
    if (numbers.length !== 2) return null
    return first.length === 4 ? { year: first, month, day: second } : { month, day: first, year: second }
  }
  if (numbers.length !== 3) return null
  if (first.length === 4) return { year: first, month: second, day: third }
  if (Number(first) > 12) return { day: first, month: second, year: third }
  const eitherWay = Number(second) <= 12 && Number(first) !== Number(second)
  return { month: first, day: second, year: third, eitherWay }
}

const isBetween = (text: string, most: number) =>
  /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= most

const thisYear = (now: number) => new Date(now).getUTCFullYear()

function fullYear(typed: string, current: number): number | null {
  if (/^\d{2}$/.test(typed)) {
    const century = current - (current % 100)
    return Number(typed) + (Number(typed) > current % 100 ? century - 100 : century)
  }
  return /^\d{4}$/.test(typed) && Number(typed) > 1870 ? Number(typed) : null
}

const MONTHS = ['en', 'es'].map((locale) => {
  const names = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' })
  return Array.from({ length: 12 }, (_, month) => names.format(Date.UTC(2000, month, 15)).toLowerCase())
})

/** "March", "mar." or "marzo" as `3`; three letters are enough to tell. */
function monthInWords(text: string): string | null {
  const word = text.toLowerCase().replace(/\.$/, '')
  if (word.length < 3) return null
  const found = MONTHS.map((names) => names.findIndex((name) => name.startsWith(word))).find((at) => at >= 0)
  return found === undefined ? (word === 'sept' ? '9' : null) : String(found + 1)
}
