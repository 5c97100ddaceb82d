import { DAY_MS } from '../../clock.ts'
import { REFERENCE_DATE } from './person.ts'

/** The day that lies this many days before the reference date, e.g. `2026-10-13`. */
export const daysBefore = (days: number): string => daysAfter(-days)

/** The day that lies this many days after the reference date. */
const daysAfter = (days: number): string =>
  new Date(Date.parse(REFERENCE_DATE) + days * DAY_MS).toISOString().slice(0, 10)

/** The first working days after the reference date. */
export const workingDays = (count: number): string[] =>
  Array.from({ length: count * 2 }, (_, index) => daysAfter(index + 1))
    .filter((day) => ![0, 6].includes(new Date(day).getUTCDay()))
    .slice(0, count)
