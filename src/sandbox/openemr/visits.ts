import { randomUUID } from 'node:crypto'
import type { Appointment, Patient } from '@medplum/fhirtypes'
import * as z from 'zod'
import { SECOND_MS } from '../../clock.ts'

const Needed = z.string().trim().min(1)

/** What a visit needs; all of it is text, as forms have it. */
export const NewVisit = z.looseObject({
  pc_catid: Needed,
  pc_title: z.string().min(2).max(150),
  /** Seconds. */
  pc_duration: z.string().regex(/^\d+$/),
  pc_hometext: Needed,
  pc_apptstatus: Needed,
  pc_eventDate: z.iso.date(),
  pc_startTime: z.string().regex(/^\d{2}:\d{2}$/),
  pc_facility: Needed,
  pc_billing_location: Needed,
})
export type NewVisit = z.infer<typeof NewVisit>

const STATUS: Record<string, Appointment['status']> = {
  '^': 'pending',
  x: 'cancelled',
  '%': 'cancelled',
  '?': 'noshow',
  '@': 'arrived',
  '~': 'arrived',
  '>': 'fulfilled',
}

/** A visit as its FHIR shows it. `timeZone` is the clinic's: OpenEMR keeps the time on its wall. */
export function toAppointment(
  visit: NewVisit,
  patient: Patient,
  timeZone: string,
): Appointment & { id: string } {
  const start = instantOf(`${visit.pc_eventDate}T${visit.pc_startTime}:00`, timeZone)
  const end = start + Number(visit.pc_duration) * SECOND_MS
  return {
    resourceType: 'Appointment',
    id: randomUUID(),
    status: STATUS[visit.pc_apptstatus] ?? 'booked',
    description: visit.pc_title,
    comment: visit.pc_hometext,
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    participant: [{ actor: { reference: `Patient/${patient.id}` }, status: 'accepted' }],
  }
}

/** Epoch milliseconds of a time on the wall. */
function instantOf(wall: string, timeZone: string): number {
  const asUtc = Date.parse(`${wall}Z`)
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  const offsetAt = (instant: number) => Date.parse(`${shown.format(instant).replace(' ', 'T')}Z`) - instant
  // Once more, with the offset of the result: clocks may change in between.
  return asUtc - offsetAt(asUtc - offsetAt(asUtc))
}
