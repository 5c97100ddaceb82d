import type { Patient } from '@medplum/fhirtypes'
import type { ContactField } from '../access/schema.ts'
import { contactsOf, currentContacts, emailsOf, phonesOf, sameContact } from '../fhir/telecom.ts'
import type { ToDoChange } from './schema.ts'

/**
 * What is to be done after more was accepted: the newest value of each field counts, and it is told from what the chart
 * held at first. A field that is to be again what it was is nothing to do.
 */
export function mergeChanges(open: readonly ToDoChange[], accepted: readonly ToDoChange[]): ToDoChange[] {
  const merged = new Map(open.map((change) => [change.field, change]))
  for (const change of accepted) {
    const known = merged.get(change.field)
    merged.set(change.field, known ? { ...change, from: fromOf(known, change) } : change)
  }
  return [...merged.values()].filter(({ field, from, to }) => !sameContact(field, from, to))
}

/** Somebody may have written a third value into the chart since: then that one is what the chart holds. */
function fromOf(known: ToDoChange, { field, from }: ToDoChange): string | null {
  const isAsLeft = sameContact(field, from, known.from) || sameContact(field, from, known.to)
  return isAsLeft ? known.from : from
}

/**
 * Whether the chart says by now what was accepted. Of an address that only the patient reads an EMR's own screen can
 * know no more than the address; while it marks another one, that must go first.
 */
export function isInChart(change: ToDoChange, patient: Patient): boolean {
  const { field, from, to } = change
  const held = contactsOf(patient)[field]
  if (sameAsTyped(change, held, to)) return true
  // Another one may be left behind the one that was to go.
  if (to === null)
    return from !== null && !valuesOf(field, patient).some((one) => isSameLoosely(field, one, from))
  if (held !== null) return false
  if (field === 'trustedEmail') return emailsOf(patient).some((email) => sameAsTyped(change, email, to))
  if (field === 'contactEmail') return false
  // Somebody may have typed the number in for messages, or without saying what it is.
  return currentContacts(patient.telecom, ['phone', 'sms']).some(
    ({ contact: { use }, value }) =>
      (use === undefined || use === USE_OF[field]) && sameContact(field, value, to),
  )
}

const USE_OF = { homePhone: 'home', mobilePhone: 'mobile' } as const

/** All that the chart holds where this field could stand. */
function valuesOf(field: ContactField, patient: Patient): string[] {
  if (field === 'contactEmail') return emailsOf(patient)
  if (field !== 'trustedEmail') return phonesOf(patient).map(({ value }) => value)
  return [contactsOf(patient).trustedEmail].filter((email) => email !== null)
}

/** An EMR may write an address in small letters; unless nothing but that was to change. */
function sameAsTyped({ field, from, to }: ToDoChange, one: string | null, other: string | null): boolean {
  return isSameLoosely(field, from, to) ? sameContact(field, one, other) : isSameLoosely(field, one, other)
}

const isSameLoosely = (field: ContactField, one: string | null, other: string | null) =>
  sameContact(field, one?.toLowerCase() ?? null, other?.toLowerCase() ?? null)
