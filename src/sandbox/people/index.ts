import { Faker, en } from '@faker-js/faker'
import type { Resource } from '@medplum/fhirtypes'
import { createCalendars } from './calendar.ts'
import { createChart } from './chart.ts'
import { CLINICS, clinicResources } from './clinic.ts'
import type { ClinicName } from './clinic.ts'
import { FERNWOOD } from './fernwood.ts'
import { HARBOR } from './harbor.ts'
import { createPatient, createRelatedPersons } from './patient.ts'
import type { Person } from './person.ts'

export { HARBOR_PEOPLE, PEOPLE } from './ids.ts'

const PATIENTS: Record<ClinicName, Person[]> = { fernwood: FERNWOOD, harbor: HARBOR }

/** Everything in a clinic's EMR: the same resources, ids and dates at every call. All of it is made up. */
export const createPeople = (name: ClinicName): Resource[] => {
  const clinic = CLINICS[name]
  const people = PATIENTS[name]
  return [
    ...clinicResources(clinic),
    ...people.flatMap((person) => {
      const faker = fakerFor(person)
      return [
        createPatient(person, clinic, faker),
        ...createRelatedPersons(person),
        ...createChart(person, clinic, faker),
      ]
    }),
    ...createCalendars(clinic, people),
  ]
}

/** Each person has dice of their own, so that a new person in the list changes nobody else's chart. */
const fakerFor = ({ id, mrn }: Person): Faker => {
  const faker = new Faker({ locale: en })
  faker.seed([...Buffer.from(id + mrn)])
  return faker
}
