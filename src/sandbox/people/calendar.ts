import type { Appointment, Resource, Schedule, Slot } from '@medplum/fhirtypes'
import { LOCATION_ID } from './clinic.ts'
import type { Clinic } from './clinic.ts'
import { daysBefore, workingDays } from './dates.ts'
import type { Person } from './person.ts'

const OPEN_DAYS = 8
/** Half-hour openings, in the practice's own time; both clinics are on Pacific Standard Time at the reference date. */
const OPENINGS = [
  '08:00',
  '08:30',
  '09:00',
  '09:30',
  '10:00',
  '10:30',
  '11:00',
  '11:30',
  '13:00',
  '13:30',
  '14:00',
  '14:30',
]
const MINUTES = 30
const OFFSET = '-08:00'

/** Schedules with their slots, and a visit to come for everybody whose chart is kept. */
export const createCalendars = (clinic: Clinic, people: Person[]): Resource[] => {
  const guests = people.filter(({ chart, active, deceasedAt }) => chart && active !== false && !deceasedAt)
  const slots = clinic.calendars.flatMap(slotsOf)
  // Every third slot of the first calendar is taken, in the order of the list of people.
  const taken = slots.filter(
    (slot, index) => index % 3 === 0 && slot.schedule.reference?.endsWith(`${clinic.calendars[0]}`),
  )
  const booked = new Map(taken.map((slot, index) => [slot.id, guests[index]]))
  return [
    ...clinic.calendars.map(schedule),
    ...slots.map((slot): Slot => (booked.get(slot.id) ? { ...slot, status: 'busy' } : slot)),
    ...taken.flatMap((slot, index) => visitToCome(clinic, slot, guests[index])),
    ...guests.map((guest) => pastVisit(clinic, guest)),
  ]
}

const schedule = (practitionerId: string): Schedule => {
  const days = workingDays(OPEN_DAYS)
  return {
    resourceType: 'Schedule',
    id: `schedule-${practitionerId}`,
    active: true,
    actor: [{ reference: `Practitioner/${practitionerId}` }],
    planningHorizon: { start: `${days[0]}T08:00:00${OFFSET}`, end: `${days.at(-1)}T17:00:00${OFFSET}` },
  }
}

const slotsOf = (practitionerId: string): Slot[] =>
  workingDays(OPEN_DAYS).flatMap((day) =>
    OPENINGS.map((time) => ({
      resourceType: 'Slot',
      id: `slot-${practitionerId}-${day}-${time.replace(':', '')}`,
      schedule: { reference: `Schedule/schedule-${practitionerId}` },
      status: 'free',
      start: `${day}T${time}:00${OFFSET}`,
      end: `${day}T${halfHourLater(time)}:00${OFFSET}`,
    })),
  )

const halfHourLater = (time: string): string =>
  new Date(Date.parse(`1970-01-01T${time}:00Z`) + MINUTES * 60_000).toISOString().slice(11, 16)

const visitToCome = (clinic: Clinic, slot: Slot, guest: Person | undefined): Appointment[] => {
  if (!guest) return []
  return [
    {
      ...appointment(clinic, guest, `${guest.id}-visit-to-come`),
      status: 'booked',
      start: slot.start,
      end: slot.end,
      slot: [{ reference: `Slot/${slot.id}` }],
    },
  ]
}

const pastVisit = (clinic: Clinic, guest: Person): Appointment => {
  const day = daysBefore(40)
  return {
    ...appointment(clinic, guest, `${guest.id}-visit-past`),
    status: 'fulfilled',
    start: `${day}T09:00:00-07:00`,
    end: `${day}T09:30:00-07:00`,
  }
}

const appointment = (clinic: Clinic, guest: Person, id: string): Appointment => ({
  resourceType: 'Appointment',
  id,
  status: 'booked',
  appointmentType: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0276', code: 'CHECKUP' }],
    text: 'Check-up',
  },
  minutesDuration: MINUTES,
  participant: [
    { actor: { reference: `Patient/${guest.id}` }, required: 'required', status: 'accepted' },
    { actor: { reference: `Practitioner/${clinic.calendars[0]}` }, required: 'required', status: 'accepted' },
    { actor: { reference: `Location/${LOCATION_ID}` }, required: 'required', status: 'accepted' },
  ],
})
