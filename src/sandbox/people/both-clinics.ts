import type { Person } from './person.ts'

/** The one patient of both clinics: the same person, with another record in each. */
export const WALTER = {
  given: ['Walter', 'James'],
  family: 'Okafor',
  gender: 'male',
  birthDate: '1948-03-14',
  language: 'en',
  homePhone: '(555) 010-0142',
  street: '18 Alder Court',
} satisfies Partial<Person>
