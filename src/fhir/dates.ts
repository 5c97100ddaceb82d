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
