import type { ContactPoint, Patient } from '@medplum/fhirtypes'
import { TRUSTED_EMAIL } from '../../fhir-profiles/canonicals.ts'

/** The patient's current phone numbers, preferred first. */
export const phonesOf = (patient: Patient): { use: string | null; value: string }[] =>
  currentContacts(patient, ['phone', 'sms']).map(({ use, value }) => ({ use: use ?? null, value }))

/** The patient's current e-mail addresses, preferred first: the first one is the contact e-mail. */
export const emailsOf = (patient: Patient): string[] =>
  currentContacts(patient, ['email']).map(({ value }) => value)

/**
 * The e-mail that staff marked as reaching the patient and nobody else; `null` when none is marked, or the mark is on
 * an address that has ended.
 * @see seed 001, "trusted email"
 */
export const trustedEmailOf = (patient: Patient): string | null =>
  currentContacts(patient, ['email']).find(isTrusted)?.value ?? null

type Contact = ContactPoint & { value: string }

/** An end date ends a contact even if it lies ahead: better no letter than one to somebody else's address. */
function currentContacts(patient: Patient, systems: NonNullable<ContactPoint['system']>[]): Contact[] {
  const contacts = (patient.telecom ?? []).flatMap((contact) => {
    const value = contact.value?.trim()
    if (!value || !contact.system || !systems.includes(contact.system)) return []
    if (contact.use === 'old' || contact.period?.end) return []
    return [{ ...contact, value }]
  })
  return contacts.toSorted((a, b) => rankOf(a) - rankOf(b)).filter(isFirstOfItsValue)
}

const rankOf = ({ rank }: ContactPoint) => rank ?? Number.MAX_SAFE_INTEGER

const isFirstOfItsValue = (contact: Contact, index: number, all: Contact[]) =>
  all.findIndex(({ value }) => value === contact.value) === index

const isTrusted = ({ extension }: ContactPoint) =>
  extension?.some(({ url, valueBoolean }) => url === TRUSTED_EMAIL && valueBoolean === true) ?? false
