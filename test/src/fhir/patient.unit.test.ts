import type { Address, ContactPoint, Identifier, Patient, PatientCommunication } from '@medplum/fhirtypes'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TRUSTED_EMAIL } from '../../../fhir-profiles/canonicals.ts'
import { ageOn, isFullDate } from '../../../src/fhir/dates.ts'
import { addressLines, isMergedAway, languageOf, mrnOf } from '../../../src/fhir/patient.ts'
import { emailsOf, phonesOf, trustedEmailOf } from '../../../src/fhir/telecom.ts'

const patient = (rest: Partial<Patient>): Patient => ({ resourceType: 'Patient', ...rest })

describe('a birth date', () => {
  test.each([
    ['1980-02-29', true],
    ['1981-02-29', false],
    ['1980-13-01', false],
    ['1980-1-1', false],
    ['1980-02', false],
    ['1980', false],
    ['1980-02-29T00:00:00Z', false],
    ['', false],
    [undefined, false],
    [null, false],
  ])('%s is full: %s', (text, full) => {
    expect(isFullDate(text)).toBe(full)
  })

  test.each([
    ['2000-11-22', '2018-11-21T23:59:59Z', 'UTC', 17],
    ['2000-11-22', '2018-11-22T00:00:00Z', 'UTC', 18],
    // It is still the day before in Oregon, and the day after in Kiribati.
    ['2000-11-22', '2018-11-22T07:59:59Z', 'America/Los_Angeles', 17],
    ['2000-11-22', '2018-11-22T08:00:00Z', 'America/Los_Angeles', 18],
    ['2000-11-22', '2018-11-21T10:00:00Z', 'Pacific/Kiritimati', 18],
    ['2000-02-29', '2018-02-28T12:00:00Z', 'UTC', 17],
    ['2000-02-29', '2018-03-01T12:00:00Z', 'UTC', 18],
    ['2018-11-22', '2018-11-22T12:00:00Z', 'UTC', 0],
    ['2018-11-23', '2018-11-22T12:00:00Z', 'UTC', null],
    ['2000-11', '2018-11-22T12:00:00Z', 'UTC', null],
    ['1900', '2018-11-22T12:00:00Z', 'UTC', null],
    [undefined, '2018-11-22T12:00:00Z', 'UTC', null],
  ])('%s at %s in %s makes %s years', (birthDate, now, timeZone, age) => {
    expect(ageOn(birthDate, Date.parse(now), timeZone)).toBe(age)
  })

  test('a birthday adds one year, and no other day does', () => {
    const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2020-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 110 }), (born, years) => {
        const text = born.toISOString().slice(0, 10)
        const birthday = Date.UTC(born.getUTCFullYear() + years, born.getUTCMonth(), born.getUTCDate(), 12)
        expect(ageOn(text, birthday, 'UTC')).toBe(years)
        expect(ageOn(text, birthday - 86_400_000, 'UTC')).toBe(years - 1)
      }),
      { numRuns: 200 },
    )
  })
})

describe('phones and e-mails', () => {
  const withTelecom = (...telecom: ContactPoint[]) => patient({ telecom })
  const trusted = (valueBoolean: boolean) => [{ url: TRUSTED_EMAIL, valueBoolean }]

  test('the preferred come first, then those without a rank, in the order of the chart', () => {
    const ann = withTelecom(
      { system: 'email', value: 'third@example.org' },
      { system: 'email', value: ' first@example.org ', rank: 1 },
      { system: 'email', value: 'second@example.org', rank: 2 },
      { system: 'email', value: 'fourth@example.org' },
    )
    expect(emailsOf(ann).map((email) => email.split('@')[0])).toEqual(['first', 'second', 'third', 'fourth'])
  })

  test('what has ended, is empty or is something else does not count', () => {
    const ann = withTelecom(
      { system: 'email', value: 'old@example.org', use: 'old' },
      { system: 'email', value: 'ended@example.org', period: { end: '2020-01-01' } },
      { system: 'email', value: ' ' },
      { system: 'email' },
      { value: 'what@example.org' },
      { system: 'phone', value: '(555) 010-0101', use: 'mobile' },
      { system: 'phone', value: '(555) 010-0101', use: 'home' },
      { system: 'fax', value: '(555) 010-0102' },
    )
    expect(emailsOf(ann)).toEqual([])
    expect(phonesOf(ann)).toEqual([{ use: 'mobile', value: '(555) 010-0101' }])
  })

  test('the trusted e-mail is the marked one, whatever its rank', () => {
    const ann = withTelecom(
      { system: 'email', value: 'contact@example.org', rank: 1 },
      { system: 'email', value: 'trusted@example.org', extension: trusted(true) },
    )
    expect(trustedEmailOf(ann)).toBe('trusted@example.org')
  })

  test.each<[string, ContactPoint]>([
    ['unmarked', { system: 'email', value: 'a@example.org' }],
    ['marked as not trusted', { system: 'email', value: 'a@example.org', extension: trusted(false) }],
    [
      'marked by somebody else',
      { system: 'email', value: 'a@example.org', extension: [{ url: 'urn:x', valueBoolean: true }] },
    ],
    ['ended', { system: 'email', value: 'a@example.org', use: 'old', extension: trusted(true) }],
    ['a phone number', { system: 'phone', value: '1', extension: trusted(true) }],
  ])('an e-mail that is %s is not trusted', (_, contact) => {
    expect(trustedEmailOf(withTelecom(contact))).toBeNull()
  })

  test('a patient without any has none', () => {
    expect([emailsOf(patient({})), phonesOf(patient({})), trustedEmailOf(patient({}))]).toEqual([
      [],
      [],
      null,
    ])
  })
})

describe('the record number', () => {
  const type = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] }

  test.each<[string, Identifier[], string | null]>([
    [
      'typed MR before usual',
      [
        { use: 'usual', value: 'U1' },
        { type, value: 'M1' },
      ],
      'M1',
    ],
    [
      'the first usual without one',
      [
        { use: 'official', value: 'O1' },
        { use: 'usual', value: 'U1' },
      ],
      'U1',
    ],
    [
      'not an old one',
      [
        { type, value: 'M0', use: 'old' },
        { type, value: 'M1', period: { end: '2020' } },
      ],
      null,
    ],
    [
      'not one of another code system',
      [{ type: { coding: [{ system: 'urn:x', code: 'MR' }] }, value: 'X' }],
      null,
    ],
    ['not one without a value', [{ type }], null],
    ['none', [], null],
  ])('%s', (_, identifier, mrn) => {
    expect(mrnOf(patient({ identifier }))).toBe(mrn)
  })
})

describe('the language to write in', () => {
  const speaks = (code: string, preferred?: boolean): PatientCommunication => ({
    language: { coding: [{ code }] },
    ...(preferred === undefined ? {} : { preferred }),
  })

  test.each<[string, PatientCommunication[], string | null]>([
    ['the preferred', [speaks('en'), speaks('es-MX', true)], 'es'],
    ['the only one', [speaks('es')], 'es'],
    ['none of several without a preference', [speaks('en'), speaks('es')], null],
    ['a three-letter code', [speaks('spa', true)], 'es'],
    ['an underscore', [speaks('en_US', true)], 'en'],
    ['a script', [speaks('zh-Hans-CN', true)], 'zh'],
    ['not a language', [speaks('Español?', true)], null],
    ['undetermined', [speaks('und', true)], null],
    ['words only', [{ language: { text: 'Spanish' }, preferred: true }], null],
    ['none', [], null],
  ])('%s', (_, communication, language) => {
    expect(languageOf(patient({ communication }))).toBe(language)
  })
})

describe('the postal address', () => {
  const home: Address = {
    use: 'home',
    line: ['12 Elm Street', 'Apt 3'],
    city: 'Fernwood',
    state: 'OR',
    postalCode: '97000',
    country: 'US',
  }

  test.each<[string, Address[], string[]]>([
    ['ready for an envelope', [home], ['12 Elm Street', 'Apt 3', 'Fernwood, OR 97000']],
    [
      'home before the others',
      [{ use: 'work', city: 'Salem' }, home],
      ['12 Elm Street', 'Apt 3', 'Fernwood, OR 97000'],
    ],
    [
      'where mail goes before where the house stands',
      [
        { ...home, type: 'physical' },
        { use: 'home', line: ['PO Box 1'] },
      ],
      ['PO Box 1'],
    ],
    [
      'not an old one',
      [
        { use: 'old', city: 'Salem' },
        { city: 'Ended', period: { end: '2020' } },
      ],
      [],
    ],
    ['another country', [{ city: 'Oaxaca', country: 'Mexico' }], ['Oaxaca', 'Mexico']],
    ['text only', [{ text: '12 Elm Street\nFernwood, OR 97000' }], ['12 Elm Street', 'Fernwood, OR 97000']],
    ['none', [], []],
  ])('%s', (_, address, lines) => {
    expect(addressLines(patient({ address }))).toEqual(lines)
  })
})

test('a record is merged away when another one replaces it, not when it replaces another', () => {
  const other = { reference: 'Patient/b' }
  expect(isMergedAway(patient({ link: [{ type: 'replaced-by', other }] }))).toBe(true)
  expect(
    isMergedAway(
      patient({
        link: [
          { type: 'replaces', other },
          { type: 'seealso', other },
        ],
      }),
    ),
  ).toBe(false)
  expect(isMergedAway(patient({}))).toBe(false)
})
