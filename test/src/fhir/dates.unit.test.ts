import { expect, test } from 'vitest'
import { endOfDayIn } from '../../../src/fhir/dates.ts'

test.each([
  ['2026-12-22T17:00:00Z', 'America/Los_Angeles', '2026-12-23T07:59:59.999Z'],
  ['2026-12-22T07:59:59Z', 'America/Los_Angeles', '2026-12-22T07:59:59.999Z'],
  ['2026-12-22T17:00:00Z', 'UTC', '2026-12-22T23:59:59.999Z'],
  ['2026-12-22T17:00:00Z', 'Asia/Kathmandu', '2026-12-22T18:14:59.999Z'],
  // The clocks go forward, and back, in the night of that day.
  ['2026-03-08T09:00:00Z', 'America/Los_Angeles', '2026-03-09T06:59:59.999Z'],
  ['2026-03-07T20:00:00Z', 'America/Los_Angeles', '2026-03-08T07:59:59.999Z'],
  ['2026-11-01T20:00:00Z', 'America/Los_Angeles', '2026-11-02T07:59:59.999Z'],
  ['2026-10-31T20:00:00Z', 'America/Los_Angeles', '2026-11-01T06:59:59.999Z'],
])('the day of %s in %s ends at %s', (at, timeZone, end) => {
  expect(new Date(endOfDayIn(Date.parse(at), timeZone)).toISOString()).toBe(end)
})
