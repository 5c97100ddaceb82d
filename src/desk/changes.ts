import type { Patient } from '@medplum/fhirtypes'
import { contactsOf, emailsOf, sameContact } from '../fhir/telecom.ts'
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
 * know no more than the address.
 */
export function isInChart({ field, to }: ToDoChange, patient: Patient): boolean {
  if (sameContact(field, contactsOf(patient)[field], to)) return true
  return field === 'trustedEmail' && emailsOf(patient).some((email) => sameContact(field, email, to))
}
