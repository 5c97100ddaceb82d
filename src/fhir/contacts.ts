import type { ContactPoint, Patient } from '@medplum/fhirtypes'
import { TRUSTED_EMAIL } from '../../fhir-profiles/canonicals.ts'
import type { ContactField, EditContacts } from '../access/schema.ts'
import {
  CONTACT_FIELDS,
  currentContacts,
  isTrusted,
  isTrustedByUse,
  markByUse,
  placesOf,
  sameContact,
  type Telecom,
  trustedEmailOf,
  type TrustedMark,
  withoutMark,
} from './telecom.ts'

/**
 * Puts what staff typed into the chart's Patient and leaves everything else as it stands: other contacts, ranks,
 * periods, extensions, order. Returns the very same Patient where there is nothing to change. Pure, and doing it
 * twice is doing it once.
 *
 * A value that is replaced keeps its entry; one that is cleared goes. Contact and trusted e-mail that are the same
 * address share one entry, which carries the mark. While there is a trusted e-mail it is the contact e-mail too
 * where no other address is left. A chart that marks by use has a place of its own for each, like for phones.
 *
 * @param patient with its marks read (`readMarks`)
 * @param trusted the trusted e-mail as Portico knows it, where the chart cannot hold the mark
 * @see FHIR R4 ContactPoint; fhir-profiles, trusted-email
 */
export function mergeContacts(
  patient: Patient,
  edits: EditContacts,
  trusted: string | null = trustedEmailOf(patient),
  mark: TrustedMark = 'extension',
): Patient {
  const before = patient.telecom ?? []
  const withHome = mergePhone(before, 'homePhone', edits.homePhone)
  const withPhones = mergePhone(withHome, 'mobilePhone', edits.mobilePhone)
  const telecom =
    mark === 'use-mobile' ? mergeEmailsByUse(withPhones, edits) : mergeEmails(withPhones, edits, trusted)
  if (JSON.stringify(telecom) === JSON.stringify(before)) return patient
  if (telecom.length > 0) return { ...patient, telecom: [...telecom] }
  // FHIR has no empty lists.
  const { telecom: _, ...rest } = patient
  return rest
}

/** The contacts that stand at a place of `Patient.telecom`, e.g. for an EHR that refuses that place. */
export const fieldsAt = (patient: Patient, at: number): ContactField[] => {
  const places = placesOf(patient.telecom)
  return CONTACT_FIELDS.filter((field) => places[field] === at)
}

type Edit = { from: string | null; to: string | null } | undefined

const PHONE_USE = { homePhone: 'home', mobilePhone: 'mobile' } as const

function mergePhone(telecom: Telecom, field: 'homePhone' | 'mobilePhone', edit: Edit): Telecom {
  if (!edit) return telecom
  const use = PHONE_USE[field]
  const { to } = edit
  if (to === null) {
    const uses: ContactPoint['use'][] = field === 'homePhone' ? ['home', undefined] : [use]
    const gone = currentContacts(telecom, ['phone']).filter(
      ({ contact, value }) => uses.includes(contact.use) && sameContact(field, value, edit.from),
    )
    return without(telecom, ...gone.map(({ at }) => at))
  }
  const at = placesOf(telecom)[field]
  const contact = telecom[at]
  return contact
    ? telecom.with(at, { ...contact, value: to })
    : [...telecom, { system: 'phone', use, value: to }]
}

function mergeEmailsByUse(telecom: Telecom, { contactEmail, trustedEmail }: EditContacts): Telecom {
  const withContact = mergeEmailPlace(telecom, 'contactEmail', contactEmail)
  return mergeEmailPlace(withContact, 'trustedEmail', trustedEmail)
}

function mergeEmailPlace(telecom: Telecom, field: 'contactEmail' | 'trustedEmail', edit: Edit): Telecom {
  if (!edit) return telecom
  const isTrustedPlace = field === 'trustedEmail'
  const { to } = edit
  if (to === null) {
    const gone = currentContacts(telecom, ['email']).filter(
      ({ contact, value }) =>
        isTrustedByUse(contact) === isTrustedPlace &&
        // None may become trusted by coming up behind the one that goes.
        (isTrustedPlace || sameContact(field, value, edit.from)),
    )
    return without(telecom, ...gone.map(({ at }) => at))
  }
  const at = placesOf(telecom)[field]
  const contact = telecom[at]
  if (contact) return telecom.with(at, { ...contact, value: to })
  return [
    ...telecom,
    isTrustedPlace ? markByUse({ system: 'email', use: 'mobile', value: to }) : newEmail(to),
  ]
}

function mergeEmails(telecom: Telecom, edits: EditContacts, trusted: string | null): Telecom {
  const { contactEmail: contact, trustedEmail } = edits
  const trustedTo = trustedEmail ? trustedEmail.to : trusted
  const removed = contact?.to === null ? contact.from : null
  let merged = telecom
  if (contact && contact.to !== null) merged = setContactEmail(merged, contact.to, trustedTo)
  // Of two marked addresses the first counts: one must not become trusted by becoming the preferred one.
  if (!trustedEmail && trusted !== null && merged !== telecom)
    merged = unmarked(merged, (marked) => isSame(marked, trusted))
  if (trustedEmail) merged = setTrustedEmail(merged, { to: trustedEmail.to, known: trusted, removed })
  return removed === null ? merged : removeEmail(merged, removed, trustedTo)
}

/** The address takes the place of the one that was preferred; a trusted one that it replaces stays behind it. */
function setContactEmail(telecom: Telecom, to: string, trusted: string | null): Telecom {
  const at = placesOf(telecom).contactEmail
  const former = telecom[at]
  if (!former) return [...telecom, newEmail(to)]
  if (isSame(former, to)) return telecom
  const known = findEmail(telecom, to)
  const keepsFormer = isSame(former, trusted)
  const existing = telecom[known]
  if (!existing && !keepsFormer) return telecom.with(at, { ...former, value: to })
  const preferred = {
    ...(existing ?? newEmail(to)),
    ...(former.rank === undefined ? {} : { rank: former.rank }),
  }
  return telecom.flatMap((contact, index) => {
    if (index === at) return keepsFormer ? [preferred, contact] : [preferred]
    return index === known ? [] : [contact]
  })
}

/** @param change `known` = what counted as trusted; `removed` = a contact e-mail that is being cleared meanwhile. */
function setTrustedEmail(
  telecom: Telecom,
  { to, known, removed }: { to: string | null; known: string | null; removed: string | null },
): Telecom {
  const places = placesOf(telecom)
  const holder = places.trustedEmail >= 0 ? places.trustedEmail : findEmail(telecom, known)
  const contactAt = isSame(telecom[places.contactEmail], removed) ? -1 : places.contactEmail
  const former = holder === contactAt ? undefined : telecom[holder]
  if (to === null) return unmarked(former ? without(telecom, holder) : telecom)
  const at = isSame(telecom[holder], to) ? holder : findEmail(telecom, to)
  const existing = telecom[at]
  if (existing) {
    const marked = unmarked(telecom, (one) => one === existing).with(at, mark(existing))
    return former && holder !== at ? without(marked, holder) : marked
  }
  if (former) return unmarked(telecom, (one) => one === former).with(holder, mark({ ...former, value: to }))
  return [...unmarked(telecom), mark(newEmail(to))]
}

function removeEmail(telecom: Telecom, address: string, trusted: string | null): Telecom {
  if (trusted !== null && sameContact('contactEmail', address, trusted)) return telecom
  const gone = currentContacts(telecom, ['email']).filter(({ contact }) => isSame(contact, address))
  return without(telecom, ...gone.map(({ at }) => at))
}

const newEmail = (value: string): ContactPoint => ({ system: 'email', use: 'home', value })

const isSame = (contact: ContactPoint | undefined, address: string | null) =>
  contact?.value !== undefined && address !== null && sameContact('contactEmail', contact.value, address)

const findEmail = (telecom: Telecom, address: string | null): number =>
  currentContacts(telecom, ['email']).find(({ contact }) => isSame(contact, address))?.at ?? -1

const without = (telecom: Telecom, ...places: number[]): Telecom =>
  telecom.filter((_, at) => !places.includes(at))

function mark(contact: ContactPoint): ContactPoint {
  if (isTrusted(contact)) return contact
  const others = (contact.extension ?? []).filter(({ url }) => url !== TRUSTED_EMAIL)
  return { ...contact, extension: [...others, { url: TRUSTED_EMAIL, valueBoolean: true }] }
}

/** Only one address is trusted: the mark goes from every other one that is in use. */
function unmarked(telecom: Telecom, keeps: (contact: ContactPoint) => boolean = () => false): Telecom {
  const marked = currentContacts(telecom, ['email']).filter(
    ({ contact }) => isTrusted(contact) && !keeps(contact),
  )
  return marked.reduce<Telecom>((list, { contact, at }) => list.with(at, withoutMark(contact)), telecom)
}
