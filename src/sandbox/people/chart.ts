import type { Faker } from '@faker-js/faker'
import type {
  AllergyIntolerance,
  Binary,
  CodeableConcept,
  Condition,
  Coverage,
  DocumentReference,
  Encounter,
  Immunization,
  MedicationRequest,
  Observation,
  Resource,
} from '@medplum/fhirtypes'
import {
  ALLERGIES,
  BLOOD_PRESSURE,
  CHECK_UP,
  CONDITIONS,
  LABS,
  PROGRESS_NOTE,
  VACCINES,
  VITALS,
} from './catalogue.ts'
import type { Measure } from './catalogue.ts'
import { CLINIC_ID, LOCATION_ID, PAYERS } from './clinic.ts'
import type { Clinic } from './clinic.ts'
import { daysBefore } from './dates.ts'
import type { ConditionKey, Person } from './person.ts'

const VISIT_COUNT = 2

/** Who the chart is of, who writes it, and the dice it is thrown with. */
type Charting = {
  person: Person
  patient: { reference: string }
  author: { reference: string }
  faker: Faker
}

/** What a practice has on file about one person: insurance, visits, measurements, illnesses, medicines, papers. */
export const createChart = (person: Person, clinic: Clinic, faker: Faker): Resource[] => {
  if (!person.chart) return []
  const charting: Charting = {
    person,
    patient: { reference: `Patient/${person.id}` },
    author: { reference: `Practitioner/${clinic.calendars[0]}` },
    faker,
  }
  const { conditions, payer } = person.chart
  return [
    ...(payer === 'none' ? [] : [coverage(charting, PAYERS[payer])]),
    ...conditions.flatMap((key) => [condition(charting, key), medication(charting, key)]),
    ...allergies(charting),
    ...VACCINES.map((vaccine, index) => immunization(charting, vaccine, index)),
    ...Array.from({ length: VISIT_COUNT }, (_, index) => visit(charting, index)).flat(),
    ...note(charting),
  ]
}

const coverage = ({ person, patient }: Charting, payer: string): Coverage => ({
  resourceType: 'Coverage',
  id: `${person.id}-coverage`,
  status: 'active',
  subscriberId: `S${person.mrn}`,
  beneficiary: patient,
  relationship: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/subscriber-relationship', code: 'self' }],
  },
  payor: [{ reference: `Organization/${payer}` }],
})

const condition = ({ person, patient, faker }: Charting, key: ConditionKey): Condition => ({
  resourceType: 'Condition',
  id: `${person.id}-${key}`,
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
  },
  verificationStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }],
  },
  category: [
    {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' },
      ],
    },
  ],
  code: CONDITIONS[key].code,
  subject: patient,
  recordedDate: daysBefore(faker.number.int({ min: 200, max: 900 })),
})

const medication = ({ person, patient, author, faker }: Charting, key: ConditionKey): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  id: `${person.id}-${key}-medication`,
  status: 'active',
  intent: 'order',
  medicationCodeableConcept: CONDITIONS[key].medication,
  subject: patient,
  authoredOn: daysBefore(faker.number.int({ min: 20, max: 180 })),
  requester: author,
  dosageInstruction: [{ text: CONDITIONS[key].dose }],
})

/** Every third person is allergic to something. */
const allergies = ({ person, patient, faker }: Charting): AllergyIntolerance[] => {
  if (faker.number.int({ min: 1, max: 3 }) !== 1) return []
  return [
    {
      resourceType: 'AllergyIntolerance',
      id: `${person.id}-allergy`,
      clinicalStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
        ],
      },
      type: 'allergy',
      code: faker.helpers.arrayElement(ALLERGIES),
      patient,
    },
  ]
}

const immunization = (
  { person, patient, faker }: Charting,
  vaccine: CodeableConcept,
  index: number,
): Immunization => ({
  resourceType: 'Immunization',
  id: `${person.id}-vaccine-${index + 1}`,
  status: 'completed',
  vaccineCode: vaccine,
  patient,
  occurrenceDateTime: daysBefore(faker.number.int({ min: 30, max: 800 })),
  primarySource: true,
})

/** A visit with its blood pressure, the other vital signs and the laboratory results. */
const visit = (charting: Charting, index: number): Resource[] => {
  const { person, patient, author, faker } = charting
  const day = daysBefore(index * 180 + faker.number.int({ min: 15, max: 120 }))
  const id = `${person.id}-visit-${index + 1}`
  const encounter: Encounter = {
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    type: [CHECK_UP],
    subject: patient,
    participant: [{ individual: author }],
    period: { start: `${day}T09:00:00-08:00`, end: `${day}T09:30:00-08:00` },
    location: [{ location: { reference: `Location/${LOCATION_ID}` } }],
    serviceProvider: { reference: `Organization/${CLINIC_ID}` },
  }
  const measured = (measure: Measure, category: string, position: number): Observation => ({
    ...observation(charting, `${id}-${category}-${position + 1}`, category, measure.code),
    encounter: { reference: `Encounter/${id}` },
    effectiveDateTime: `${day}T09:10:00-08:00`,
    valueQuantity: quantity(faker, measure),
  })
  return [
    encounter,
    bloodPressure(charting, id, day),
    ...VITALS.map((measure, position) => measured(measure, 'vital-signs', position)),
    ...LABS.map((measure, position) => measured(measure, 'laboratory', position)),
  ]
}

const bloodPressure = (charting: Charting, visitId: string, day: string): Observation => {
  const { faker } = charting
  const pressure = (min: number, max: number) =>
    quantity(faker, { unit: 'mmHg', ucum: 'mm[Hg]', min, max, digits: 0 })
  return {
    ...observation(charting, `${visitId}-blood-pressure`, 'vital-signs', BLOOD_PRESSURE.code),
    encounter: { reference: `Encounter/${visitId}` },
    effectiveDateTime: `${day}T09:08:00-08:00`,
    component: [
      { code: BLOOD_PRESSURE.systolic, valueQuantity: pressure(108, 149) },
      { code: BLOOD_PRESSURE.diastolic, valueQuantity: pressure(64, 92) },
    ],
  }
}

const observation = (
  { patient, author }: Charting,
  id: string,
  category: string,
  code: CodeableConcept,
): Observation => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] },
  ],
  code,
  subject: patient,
  performer: [author],
})

const quantity = (faker: Faker, { min, max, digits, unit, ucum }: Omit<Measure, 'code'>) => ({
  value: faker.number.float({ min, max, fractionDigits: digits }),
  unit,
  system: 'http://unitsofmeasure.org',
  code: ucum,
})

/** A progress note and the text it points at. */
const note = ({ person, patient, author, faker }: Charting): [DocumentReference, Binary] => {
  const id = `${person.id}-note`
  const text = `Seen for a check-up. ${faker.helpers.arrayElement(FINDINGS)} Next visit in six months.`
  return [
    {
      resourceType: 'DocumentReference',
      id,
      status: 'current',
      docStatus: 'final',
      type: PROGRESS_NOTE,
      subject: patient,
      date: `${daysBefore(40)}T17:30:00.000Z`,
      author: [author],
      content: [
        { attachment: { contentType: 'text/plain', url: `Binary/${id}-text`, title: 'Progress note' } },
      ],
    },
    {
      resourceType: 'Binary',
      id: `${id}-text`,
      contentType: 'text/plain',
      securityContext: patient,
      data: Buffer.from(text).toString('base64'),
    },
  ]
}

const FINDINGS = [
  'Feels well, no new complaints.',
  'Sleeps better since the last visit.',
  'Walks half an hour a day.',
  'Asked about a refill; given for 90 days.',
]
