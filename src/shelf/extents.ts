/** A date as the stretch of time that it stands for: its first and last millisecond. */
export type Extent = { low: number; high: number }

/** How a wanted date is compared with a found one. */
export type DateTest = { prefix: Prefix; wanted: Extent }

type Prefix = 'eq' | 'ne' | keyof typeof RANGES

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/

/** What a FHIR date, dateTime or instant stands for; a time without a zone is UTC. Undefined for what is none. */
function extentOf(text: string): Extent | undefined {
  const [whole, year, month, day, minutes, seconds, fraction, zone = 'Z'] = DATE.exec(text) ?? []
  if (whole === undefined) return undefined
  const [y, m, d] = [Number(year), Number(month ?? 1), Number(day ?? 1)]
  const start = new Date(Date.UTC(y, m - 1, d))
  if (start.getUTCMonth() !== m - 1 || start.getUTCDate() !== d) return undefined
  if (month === undefined) return { low: start.getTime(), high: Date.UTC(y + 1, 0, 1) - 1 }
  if (day === undefined) return { low: start.getTime(), high: Date.UTC(y, m, 1) - 1 }
  if (minutes === undefined) return { low: start.getTime(), high: Date.UTC(y, m - 1, d + 1) - 1 }
  const millis = fraction === undefined ? '000' : fraction.slice(1, 4).padEnd(3, '0')
  const low = Date.parse(`${year}-${month}-${day}T${minutes}:${seconds ?? '00'}.${millis}${zone}`)
  if (Number.isNaN(low)) return undefined
  const length = fraction !== undefined ? 1 : seconds !== undefined ? 1000 : 60_000
  return { low, high: low + length - 1 }
}

/** The same for an element of a resource, which may also be a Period: without an end it never ends. */
export function extentIn(value: unknown): Extent | undefined {
  if (typeof value === 'string') return extentOf(value)
  if (typeof value !== 'object' || value === null) return undefined
  const { start, end } = value as { start?: unknown; end?: unknown }
  const [first, last] = [start, end].map((one) => (typeof one === 'string' ? extentOf(one) : undefined))
  return first || last ? { low: first?.low ?? -Infinity, high: last?.high ?? Infinity } : undefined
}

/** Reads `ge2026-11-22`; undefined for what is no date. */
export function readDateTest(text: string): DateTest | undefined {
  const [, prefix = 'eq', date = ''] = /^(eq|ne|lt|gt|le|ge|sa|eb|ap)?(.*)$/.exec(text) ?? []
  const wanted = extentOf(date)
  return wanted && { prefix: prefix as Prefix, wanted }
}

/**
 * Whether one of the dates found is as wanted. `ne` is `eq` turned round, so what has no date fulfils it.
 * @see FHIR R4 search, "prefix"
 */
export function passes({ prefix, wanted }: DateTest, found: readonly Extent[]): boolean {
  if (prefix === 'ne') return !found.some((one) => isInside(one, wanted))
  const compare = prefix === 'eq' ? isInside : RANGES[prefix]
  return found.some((one) => compare(one, wanted))
}

const isInside = (found: Extent, wanted: Extent) => found.low >= wanted.low && found.high <= wanted.high

const RANGES = {
  lt: (found: Extent, wanted: Extent) => found.low < wanted.low,
  gt: (found: Extent, wanted: Extent) => found.high > wanted.high,
  le: (found: Extent, wanted: Extent) => found.low < wanted.low || isInside(found, wanted),
  ge: (found: Extent, wanted: Extent) => found.high > wanted.high || isInside(found, wanted),
  sa: (found: Extent, wanted: Extent) => found.low > wanted.high,
  eb: (found: Extent, wanted: Extent) => found.high < wanted.low,
  ap: (found: Extent, wanted: Extent) => found.low <= wanted.high && found.high >= wanted.low,
}
