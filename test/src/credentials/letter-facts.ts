import type { Patient } from '@medplum/fhirtypes'
import type { LetterFacts } from '../../../src/credentials/letter-sheets.ts'
import type { Practice } from '../../../src/practices/practice.ts'
import { DEFAULT_SETTINGS } from '../../../src/settings/schema.ts'

/** A practice as letters see it; what they do not look at is left empty. */
export const fernwood: Practice = {
  id: 'fernwood',
  name: 'Fernwood Family Practice',
  address: ['120 Wharf Road', 'Fernwood, OR 97000'],
  phone: '(555) 010-0100',
  helpLine: '(555) 010-0199',
  hours: { en: 'Monday to Friday, 8 to 5', es: 'de lunes a viernes, de 8 a 5' },
  logo: null,
  timeZone: 'America/Los_Angeles',
  languages: ['en', 'es'],
  fhirBase: 'https://ehr.fernwood.example/r4',
  issuers: [],
  frameAncestors: [],
  chartUrl: null,
  administrators: [],
  firstRoles: {},
  hosts: [],
  cdsClients: [],
  settings: { ...DEFAULT_SETTINGS, name: 'Fernwood Family Practice' },
  locked: [],
  settingsVersion: 0,
  mail: null,
  portalUrl: 'https://portal.fernwood.example/fernwood/portal/',
  portalAddresses: [],
}

export const person = (
  given: string,
  family: string,
  language: string,
  line = '18 Alder Court',
): Patient => ({
  resourceType: 'Patient',
  name: [{ given: [given], family }],
  communication: [{ language: { coding: [{ code: language }] }, preferred: true }],
  address: [{ line: [line], city: 'Fernwood', state: 'OR', postalCode: '97000' }],
})

export const walter = person('Walter', 'Okafor', 'en')
export const rosa = person('Rosa', 'Núñez Łukasiewicz', 'es', '7 Mill Lane, Apt 3')

/** Six in the evening of December 1 where the practice is, and already the 2nd where the server may be. */
const NOW = Date.parse('2026-12-02T02:00:00Z')
const DAY = 86_400_000
const common = { practice: fernwood, accountId: 'PA7F3K92QD', validUntil: NOW + 14 * DAY, now: NOW }

/** A letter with portal ID and code; without a code where the practice is in classic mode. */
export const activation = (
  patient: Patient,
  changes: Partial<typeof common> & { code?: null } = {},
): LetterFacts => ({
  ...common,
  patient,
  kind: 'activation',
  portalId: '482913',
  code: 'K7RM4XWD',
  ...changes,
})

export const temporary = (patient: Patient): LetterFacts => ({
  ...common,
  patient,
  kind: 'temporary-password',
  username: 'walter.okafor@mail.example',
  words: 'trophy velvet canyon ribbon salad',
})
