import type { ContactPoint, Patient } from '@medplum/fhirtypes'
import { TRUSTED_EMAIL } from '../../fhir-profiles/canonicals.ts'
import type { ContactField, Contacts } from '../access/schema.ts'

/** The patient's current phone numbers, preferred first. */
export const phonesOf = (patient: Patient): { use: string | null; value: string }[] =>
  currentContacts(patient.telecom, ['phone', 'sms'])
    .filter(isFirstOfItsValue)
    .map(({ contact, value }) => ({ use: contact.use ?? null, value }))

/** The patient's current e-mail addresses, preferred first: the first one is the contact e-mail. */
export const emailsOf = (patient: Patient): string[] =>
  currentContacts(patient.telecom, ['email'])
    .filter(isFirstOfItsValue)
    .map(({ value }) => value)

/**
 * The e-mail that staff marked as reaching the patient and nobody else; `null` when none is marked, or the mark is on
 * an address that has ended.
 * @see seed 001, "trusted email"
 */
export const trustedEmailOf = (patient: Patient): string | null => contactsOf(patient).trustedEmail

export const CONTACT_FIELDS = [
  'homePhone',
  'mobilePhone',
  'contactEmail',
  'trustedEmail',
] as const satisfies ContactField[]

/** How a chart marks the address that only the patient reads: by our extension, or by an e-mail's use (OpenEMR). */
export type TrustedMark = 'extension' | 'use-mobile'

/** Stands for the use in a chart that marks by it. It never leaves Portico. */
const BY_USE = { id: 'by-use', url: TRUSTED_EMAIL, valueBoolean: true }

/**
 * The chart as all of Portico reads it: where an address is trusted by its use, it carries our mark as well. Such an
 * address is no contact e-mail: there the chart has a place of its own for each.
 */
export function readMarks<T extends Pick<Patient, 'telecom'>>(patient: T, mark: TrustedMark): T {
  if (mark === 'extension' || !patient.telecom?.some(isMobileEmail)) return patient
  const telecom = patient.telecom.map((contact) =>
    isMobileEmail(contact) && !isTrusted(contact) ? markByUse(contact) : contact,
  )
  return { ...patient, telecom }
}

/** The opposite: as the chart itself writes it. */
export function withoutReadMarks<T extends Pick<Patient, 'telecom'>>(patient: T): T {
  if (!patient.telecom?.some(isTrustedByUse)) return patient
  const telecom = patient.telecom.map((contact) => (isTrustedByUse(contact) ? withoutMark(contact) : contact))
  return { ...patient, telecom }
}

export const markByUse = (contact: ContactPoint): ContactPoint => ({
  ...contact,
  extension: [...(contact.extension ?? []), BY_USE],
})

export const isTrustedByUse = ({ extension }: ContactPoint): boolean =>
  extension?.some(({ id, url }) => id === BY_USE.id && url === TRUSTED_EMAIL) ?? false

const isMobileEmail = ({ system, use }: ContactPoint) => system === 'email' && use === 'mobile'

/** What the chart holds for each contact that staff edit. */
export function contactsOf({ telecom }: Pick<Patient, 'telecom'>): Contacts {
  const places = placesOf(telecom)
  const valueOf = (field: ContactField) => telecom?.[places[field]]?.value?.trim() ?? null
  return {
    homePhone: valueOf('homePhone'),
    mobilePhone: valueOf('mobilePhone'),
    contactEmail: valueOf('contactEmail'),
    trustedEmail: valueOf('trustedEmail'),
  }
}

/**
 * Where in `Patient.telecom` each contact stands; -1 where it is missing. A phone that nobody has labelled counts as
 * the home phone while no other does.
 */
export function placesOf(telecom: Telecom | undefined): Record<ContactField, number> {
  const phones = currentContacts(telecom, ['phone'])
  const emails = currentContacts(telecom, ['email'])
  const withUse = (wanted: ContactPoint['use']) => phones.find(({ contact }) => contact.use === wanted)
  return {
    homePhone: (withUse('home') ?? withUse(undefined))?.at ?? -1,
    mobilePhone: withUse('mobile')?.at ?? -1,
    contactEmail: emails.find(({ contact }) => !isTrustedByUse(contact))?.at ?? -1,
    trustedEmail: emails.find(({ contact }) => isTrusted(contact))?.at ?? -1,
  }
}

/** Whether two values of a contact reach the same: punctuation of a number and case of a mail domain say nothing. */
export const sameContact = (field: ContactField, one: string | null, other: string | null): boolean =>
  normalised(field, one) === normalised(field, other)

export type Telecom = readonly ContactPoint[]
export type CurrentContact = { contact: ContactPoint; value: string; at: number }

/**
 * The contacts in use, preferred first. An end date ends a contact even if it lies ahead: better no letter than one
 * to somebody else's address.
 */
export function currentContacts(
  telecom: Telecom | undefined,
  systems: NonNullable<ContactPoint['system']>[],
): CurrentContact[] {
  const current = (telecom ?? []).flatMap((contact, at) => {
    const value = contact.value?.trim()
    if (!value || !contact.system || !systems.includes(contact.system)) return []
    if (contact.use === 'old' || contact.period?.end) return []
    return [{ contact, value, at }]
  })
  return current.toSorted((a, b) => rankOf(a.contact) - rankOf(b.contact))
}

export const isTrusted = ({ extension }: ContactPoint): boolean =>
  extension?.some(({ url, valueBoolean }) => url === TRUSTED_EMAIL && valueBoolean === true) ?? false

/** The same contact, trusted or not, without our mark. */
export function withoutMark(contact: ContactPoint): ContactPoint {
  const { extension, ...rest } = contact
  const others = (extension ?? []).filter(({ url }) => url !== TRUSTED_EMAIL)
  if (others.length > 0) return { ...rest, extension: others }
  return rest
}

const rankOf = ({ rank }: ContactPoint) => rank ?? Number.MAX_SAFE_INTEGER

const isFirstOfItsValue = (contact: CurrentContact, index: number, all: CurrentContact[]) =>
  all.findIndex(({ value }) => value === contact.value) === index

function normalised(field: ContactField, value: string | null): string {
  const text = value?.trim() ?? ''
  if (field === 'contactEmail' || field === 'trustedEmail')
    return text.replace(/@[^@]*$/, (domain) => domain.toLowerCase())
  // North American numbers are written with and without their country code.
  return text.replace(/\D/g, '').replace(/^1(?=\d{10}$)/, '') || text
}
