import type { Address, ContactPoint, HumanName, Patient } from '@medplum/fhirtypes'

/** The columns of `patient_data` that FHIR shows, too. */
export const FHIR_COLUMNS = [
  'fname',
  'mname',
  'lname',
  'street',
  'city',
  'state',
  'postal_code',
  'phone_home',
  'phone_biz',
  'phone_cell',
  'email',
  'email_direct',
  'DOB',
  'sex',
] as const
export type FhirColumn = (typeof FHIR_COLUMNS)[number]
export type FhirColumns = Record<FhirColumn, string>

type Contact = { column: FhirColumn; system: 'phone' | 'email'; use: NonNullable<ContactPoint['use']> }

/** In the order in which its FHIR names them. The e-mail that only the patient reads has the use `mobile`. */
const CONTACTS: Contact[] = [
  { column: 'phone_home', system: 'phone', use: 'home' },
  { column: 'phone_biz', system: 'phone', use: 'work' },
  { column: 'phone_cell', system: 'phone', use: 'mobile' },
  { column: 'email', system: 'email', use: 'home' },
  { column: 'email_direct', system: 'email', use: 'mobile' },
]

/**
 * What stays of a Patient that was sent by FHIR: names, address and contacts where they were sent, sex and birth date
 * even where they were not. Nothing else has a column, and what was left out of `telecom` stays as it was.
 */
export function keepPatient(sent: Patient, before: Patient | undefined): Patient {
  const known: Patient = before ?? { resourceType: 'Patient' }
  const columns = { ...columnsOf(known), ...columnsSent(sent) }
  return { ...withColumns(known, columns), ...(sent.id ? { id: sent.id } : {}) }
}

/** A patient's columns, as far as FHIR shows them. */
export function columnsOf(patient: Patient): FhirColumns {
  const [first] = patient.address ?? []
  return {
    ...(Object.fromEntries(FHIR_COLUMNS.map((column) => [column, ''])) as FhirColumns),
    ...nameColumns(officialOf(patient)),
    ...(first ? addressColumns(first) : {}),
    ...contactColumns(patient.telecom),
    DOB: patient.birthDate ?? '',
    sex: capitalised(patient.gender ?? ''),
  }
}

/** The patient with these columns; what has none stays. */
export function withColumns(patient: Patient, columns: FhirColumns): Patient {
  const { birthDate: _, gender: __, telecom: ___, name: ____, address: _____, ...rest } = patient
  const gender = columns.sex.toLowerCase() as Patient['gender']
  return {
    ...rest,
    ...listed('name', namesWith(patient, columns)),
    ...listed('telecom', telecomOf(columns)),
    ...(gender ? { gender } : {}),
    ...(columns.DOB ? { birthDate: columns.DOB } : {}),
    ...listed('address', addressesWith(patient, columns)),
  }
}

function columnsSent(sent: Patient): Partial<FhirColumns> {
  const official = officialOf(sent)
  const [address] = sent.address ?? []
  return {
    ...(official ? nameColumns(official) : {}),
    ...(address ? addressColumns(address) : {}),
    ...contactColumns(sent.telecom),
    DOB: sent.birthDate ?? '',
    sex: capitalised(sent.gender ?? ''),
  }
}

const officialOf = ({ name }: Patient) => name?.find(({ use }) => use === 'official') ?? name?.[0]

const nameColumns = ({ family = '', given: [fname = '', mname = ''] = [] }: HumanName = {}) => ({
  lname: family,
  fname,
  mname,
})

const addressColumns = ({ line = [], city = '', state = '', postalCode = '' }: Address) => ({
  street: line.join('\n'),
  city,
  state,
  postal_code: postalCode,
})

function contactColumns(telecom: ContactPoint[] = []): Partial<FhirColumns> {
  const found = telecom.flatMap(({ system, use, value = '' }) => {
    const column = columnFor(system, use)
    return column ? [[column, value]] : []
  })
  return Object.fromEntries(found) as Partial<FhirColumns>
}

/** An e-mail of any other use is the one for contact. */
function columnFor(system: ContactPoint['system'], use: ContactPoint['use']): FhirColumn | undefined {
  if (system === 'email') return use === 'mobile' ? 'email_direct' : 'email'
  return CONTACTS.find((contact) => contact.system === system && contact.use === use)?.column
}

const telecomOf = (columns: FhirColumns): ContactPoint[] =>
  CONTACTS.flatMap(({ column, system, use }) =>
    columns[column] ? [{ system, value: columns[column], use }] : [],
  )

function namesWith(patient: Patient, { fname, mname, lname }: FhirColumns): HumanName[] {
  const official = officialOf(patient)
  const others = patient.name?.filter((name) => name !== official) ?? []
  const given = [fname, mname].filter(Boolean)
  if (!lname && given.length === 0) return others
  return [{ use: 'official', ...(lname ? { family: lname } : {}), ...listed('given', given) }, ...others]
}

function addressesWith({ address: [first] = [] }: Patient, columns: FhirColumns): Address[] {
  const { street, city, state, postal_code: postalCode } = columns
  if (!street && !city && !state && !postalCode) return []
  return [
    {
      use: first?.use ?? 'home',
      ...listed('line', street.split('\n').filter(Boolean)),
      ...(city ? { city } : {}),
      ...(state ? { state } : {}),
      ...(postalCode ? { postalCode } : {}),
      ...(first?.country ? { country: first.country } : {}),
    },
  ]
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** FHIR has no empty lists: the element is left out instead. */
const listed = <K extends string, T>(key: K, values: T[]): Partial<Record<K, T[]>> =>
  values.length > 0 ? ({ [key]: values } as Record<K, T[]>) : {}
