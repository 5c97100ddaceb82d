import type { Faker } from '@faker-js/faker'
import type { ContactPoint, HumanName, Patient, RelatedPerson, Resource } from '@medplum/fhirtypes'
import { TRUSTED_EMAIL } from '../../../fhir-profiles/canonicals.ts'
import { CLINIC_ID } from './clinic.ts'
import type { Clinic } from './clinic.ts'
import type { Person } from './person.ts'

/** Identifier system of a clinic's medical record numbers. */
const mrnSystem = (clinic: Clinic): string => `https://${clinic.name}.example/mrn`

/** A Patient as US Core wants it, with the record number as an identifier of type MR. */
export const createPatient = (person: Person, clinic: Clinic, faker: Faker): Patient => ({
  resourceType: 'Patient',
  id: person.id,
  identifier: [
    {
      use: 'usual',
      type: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }],
        text: 'Medical record number',
      },
      system: mrnSystem(clinic),
      value: person.mrn,
    },
  ],
  active: person.active ?? true,
  name: namesOf(person),
  ...listed('telecom', [...telecomOf(person), ...trustedEmailOf(person)]),
  gender: person.gender,
  ...(person.birthDate ? { birthDate: person.birthDate } : {}),
  ...(person.deceasedAt ? { deceasedDateTime: person.deceasedAt } : {}),
  address: [
    {
      use: 'home',
      line: [
        person.street ?? `${faker.number.int({ min: 2, max: 98 })} ${faker.helpers.arrayElement(STREETS)}`,
      ],
      city: clinic.city,
      state: 'OR',
      postalCode: clinic.postalCode,
      country: 'US',
    },
  ],
  communication: [
    { language: { coding: [{ system: 'urn:ietf:bcp:47', code: person.language }] }, preferred: true },
  ],
  generalPractitioner: [{ reference: `Practitioner/${clinic.calendars[0]}` }],
  managingOrganization: { reference: `Organization/${CLINIC_ID}` },
  ...(person.replacedBy
    ? { link: [{ other: { reference: `Patient/${person.replacedBy}` }, type: 'replaced-by' }] }
    : {}),
})

const STREETS = [
  'Alder Court',
  'Ferry Street',
  'Hemlock Way',
  'Mill Lane',
  'Orchard Row',
  'Quarry Road',
  'Tidewater Drive',
]

/** This person as somebody who answers for others. */
export const createRelatedPersons = (person: Person): Resource[] =>
  (person.parentOf ?? []).map((childId): RelatedPerson => ({
    resourceType: 'RelatedPerson',
    id: `${person.id}-for-${childId}`,
    active: true,
    patient: { reference: `Patient/${childId}` },
    relationship: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode',
            code: person.gender === 'female' ? 'MTH' : 'FTH',
          },
        ],
      },
    ],
    name: namesOf(person),
    ...listed('telecom', telecomOf(person)),
  }))

const namesOf = ({ given = [], family, otherName }: Person): HumanName[] => [
  { use: 'official', ...(family ? { family } : {}), given },
  ...(otherName ? [{ use: 'usual' as const, ...otherName }] : []),
]

const telecomOf = ({ homePhone, mobilePhone, email }: Person): ContactPoint[] => [
  ...(homePhone ? [{ system: 'phone' as const, value: homePhone, use: 'home' as const }] : []),
  ...(mobilePhone ? [{ system: 'phone' as const, value: mobilePhone, use: 'mobile' as const }] : []),
  ...(email ? [{ system: 'email' as const, value: email, use: 'home' as const }] : []),
]

/** After the others: it is not the address for contact. */
const trustedEmailOf = ({ trustedEmail: value }: Person): ContactPoint[] =>
  value
    ? [{ extension: [{ url: TRUSTED_EMAIL, valueBoolean: true }], system: 'email', value, use: 'home' }]
    : []

/** FHIR has no empty lists: the element is left out instead. */
const listed = <K extends string, T>(key: K, values: T[]): Partial<Record<K, T[]>> =>
  values.length > 0 ? ({ [key]: values } as Record<K, T[]>) : {}
