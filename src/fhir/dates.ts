import { DAY_MS, SECOND_MS } from '../clock.ts'

/**
 * Whether a FHIR date names a real day. A year, or a year and month, cannot identify anyone nor tell an age.
 * @see FHIR R4 datatypes, `date`
 */
export function isFullDate(text: string | null | undefined): text is string {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/**
 * A person's age in whole years, counted by the practice's calendar; `null` without a full birth date or before it.
 * Who was born on 29 February turns on 1 March.
 * @param now epoch ms
 * @param timeZone IANA name, e.g. `America/Los_Angeles`
 */
export function ageOn(birthDate: string | null | undefined, now: number, timeZone: string): number | null {
  if (!isFullDate(birthDate)) return null
  const [today, born] = [dayIn(now, timeZone), Number(birthDate.replaceAll('-', ''))]
  return today < born ? null : Math.trunc((today - born) / 10_000)
}

/** The calendar day in a time zone as a FHIR date, e.g. `2026-11-22`. */
export const dateIn = (now: number, timeZone: string): string =>
  String(dayIn(now, timeZone)).replace(/(..)(..)$/, '-$1-$2')

/**
 * The last millisecond of the calendar day in a time zone: what is good "until Monday" is good all Monday long.
 * Days on which the clocks change are shorter or longer.
 */
export function endOfDayIn(at: number, timeZone: string): number {
  const nextMidnight = Date.parse(`${dateIn(at, timeZone)}T00:00:00Z`) + DAY_MS
  // The offset is that of the midnight itself, which a first guess may miss by the hour that the clocks move.
  const guess = nextMidnight - offsetAt(nextMidnight, timeZone)
  return nextMidnight - offsetAt(guess, timeZone) - 1
}

/** How far a time zone's clocks are ahead of UTC at that moment, in ms. */
function offsetAt(at: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn-hc-h23', {
    timeZone,
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const clock = ((part['hour'] ?? 0) * 60 + (part['minute'] ?? 0)) * 60 + (part['second'] ?? 0)
  const local = Date.parse(`${dateIn(at, timeZone)}T00:00:00Z`) + clock * SECOND_MS
  return local - Math.floor(at / SECOND_MS) * SECOND_MS
}

/** The calendar day in a time zone as one number, e.g. 20261122. */
function dayIn(now: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]))
  return (part['year'] ?? 0) * 10_000 + (part['month'] ?? 0) * 100 + (part['day'] ?? 0)
}
