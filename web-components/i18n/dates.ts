const DAY_MS = 86_400_000

/** Days and times as a practice's clock shows them, in one locale. `timeZone` is IANA. */
export function createDates(locale: string, timeZone: string) {
  const format = (options: Intl.DateTimeFormatOptions, at: number) =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(at)

  return {
    /** "Tuesday, December 15, 2026" in the practice's zone. */
    day: (at: number) => format({ dateStyle: 'full' }, at),
    /** "December 1, 2026" in the practice's zone. */
    date: (at: number) => format({ dateStyle: 'long' }, at),
    /** "9:42 AM" in the practice's zone. */
    time: (at: number) => format({ timeStyle: 'short' }, at),
    /** A date without a time, as it stands in forms: `2027-02-01` as "Monday, February 1, 2027". */
    calendarDay: (date: string) => format({ dateStyle: 'full', timeZone: 'UTC' }, Date.parse(date)),
    /** The practice's day of an instant as `2027-02-01`. */
    isoDay: (at: number) => isoDay(timeZone, at),
    dateAndTime: (at: number) => format({ dateStyle: 'long', timeStyle: 'short' }, at),
    isSameDay: (one: number, other: number) =>
      format({ dateStyle: 'short' }, one) === format({ dateStyle: 'short' }, other),
    /** Nights from one day at the practice to another: 0 = today. */
    daysUntil: (at: number, now: number) =>
      Math.round((midnight(timeZone, at) - midnight(timeZone, now)) / DAY_MS),
    /** Hour of the day at the practice, 0 to 23. */
    hour: (at: number) => Number(format({ hour: 'numeric', hourCycle: 'h23' }, at).replace(/\D/g, '')),
  }
}

/** The practice's day of an instant, as the UTC midnight of the same date: so a day has 24 hours in every season. */
const midnight = (timeZone: string, at: number) => Date.parse(isoDay(timeZone, at))

/** Canada writes its dates as ISO 8601 does. */
const isoDay = (timeZone: string, at: number) =>
  new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at)

/** A language tag in the reader's words: "Spanish"; the tag itself when nobody knows it. */
export function languageName(locale: string, tag: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}
