import type { Patient, Resource } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { emailsOf, trustedEmailOf } from '../../../src/fhir/telecom.ts'
import { createFhirServer } from '../../../src/sandbox/fhir/server.ts'
import { issuesOf } from '../../../src/sandbox/fhir/validation.ts'
import { HARBOR_PEOPLE, PEOPLE, createPeople } from '../../../src/sandbox/people/index.ts'

const REFERENCE_YEAR = 2026

describe.each(['fernwood', 'harbor'] as const)('the people of %s', (clinic) => {
  const resources = createPeople(clinic)
  const patients = resources.filter((resource): resource is Patient => resource.resourceType === 'Patient')

  test('pass the validation that the server asks of others', () => {
    const faults = resources.flatMap((resource) =>
      issuesOf(resource).map((issue) => ({ id: resource.id, issue })),
    )
    expect(faults).toEqual([])
  })

  test('are the same at every start', () => {
    expect(createPeople(clinic)).toEqual(resources)
  })

  test('have an id each, and refer only to what is there', () => {
    const known = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`))
    expect(known.size).toBe(resources.length)
    const referred = JSON.stringify(resources).matchAll(/"(?:reference|url)":"([A-Z][A-Za-z]+\/[^"]+)"/g)
    expect([...referred].map(([, reference]) => reference).filter((one) => !known.has(one ?? ''))).toEqual([])
  })

  test('are made up: every e-mail is of no real domain, every phone number of the range kept for fiction', () => {
    const telecoms = resources.flatMap((resource) => ('telecom' in resource ? (resource.telecom ?? []) : []))
    const values = telecoms.map((telecom) => ({ system: 'phone', value: '', ...telecom }))
    expect(values.length).toBeGreaterThan(patients.length)
    for (const { system, value } of values) {
      expect(value).toMatch(system === 'email' ? /@[a-z.]+\.example$/ : /^\(555\) 010-01\d\d$/)
    }
  })

  test('have a medical record number, and nobody has the same', () => {
    const numbers = patients.map(
      ({ identifier }) => identifier?.find(({ type }) => type?.coding?.[0]?.code === 'MR')?.value,
    )
    expect(numbers).not.toContain(undefined)
    expect(new Set(numbers).size).toBe(patients.length)
  })

  test('are staffed by somebody for each of the roles that log in', () => {
    const roles = resources.flatMap((one) =>
      one.resourceType === 'PractitionerRole' ? [one.code?.[0]?.text] : [],
    )
    expect(roles).toEqual(expect.arrayContaining(['Physician', 'Front desk', 'Administrator']))
  })
})

describe('among the people of fernwood', () => {
  const server = createFhirServer({ base: 'http://emr.example/fhir', resources: createPeople('fernwood') })
  const patient = (id: string) => server.read('Patient', id) as Patient
  const of = (type: string, id: string) => server.search(type, `patient=${id}`)

  test('Walter is as the front desk knows him', () => {
    expect(patient(PEOPLE.walter)).toMatchObject({
      name: [{ family: 'Okafor', given: ['Walter', 'James'] }],
      birthDate: '1948-03-14',
      identifier: [{ value: '004417' }],
      telecom: [{ system: 'phone', use: 'home', value: '(555) 010-0142' }],
      communication: [{ language: { coding: [{ code: 'en' }] }, preferred: true }],
    })
    expect(patient(PEOPLE.walter).telecom).toHaveLength(1)
  })

  test('a family shares an e-mail, and its youngest has somebody to answer for them', () => {
    const family = [PEOPLE.maria, PEOPLE.andres, PEOPLE.leo]
    const emails = family.map((id) => patient(id).telecom?.find(({ system }) => system === 'email')?.value)
    expect(new Set(emails)).toEqual(new Set(['familia.nunez@mail.example']))
    expect(of('RelatedPerson', PEOPLE.leo)).toHaveLength(2)
    expect(patient(PEOPLE.maria).communication?.[0]?.language.coding?.[0]?.code).toBe('es')
  })

  test('Maria has an e-mail of her own too, which staff have checked; she is still written to at the shared one', () => {
    expect(emailsOf(patient(PEOPLE.maria))).toEqual([
      'familia.nunez@mail.example',
      'maria.nunez@mail.example',
    ])
    expect(trustedEmailOf(patient(PEOPLE.maria))).toBe('maria.nunez@mail.example')
    expect(trustedEmailOf(patient(PEOPLE.andres))).toBeNull()
  })

  test('the twins share initials and birth date, and nothing else', () => {
    const [a, b] = [patient(PEOPLE.twinA), patient(PEOPLE.twinB)]
    expect(a.birthDate).toBe(b.birthDate)
    expect(initials(a)).toEqual(initials(b))
    expect(a.identifier?.[0]?.value).not.toBe(b.identifier?.[0]?.value)
    expect(a.name?.[0]?.given).not.toEqual(b.name?.[0]?.given)
  })

  test('there is a record of every kind that cannot be invited', () => {
    expect(patient(PEOPLE.deceased).deceasedDateTime).toBeDefined()
    expect(patient(PEOPLE.merged)).toMatchObject({
      active: false,
      link: [{ type: 'replaced-by', other: { reference: `Patient/${PEOPLE.mergedInto}` } }],
    })
    expect(patient(PEOPLE.inactive)).toMatchObject({ active: false })
    expect(patient(PEOPLE.yearOnly).birthDate).toMatch(/^\d{4}$/)
    expect(patient(PEOPLE.noBirthDate).birthDate).toBeUndefined()
    expect(patient(PEOPLE.mononym).name?.[0]).toEqual({ use: 'official', given: ['Suharti'] })
    expect(patient(PEOPLE.noPhone).telecom?.map(({ system }) => system)).toEqual(['email'])
    expect(patient(PEOPLE.noContact).telecom).toBeUndefined()
  })

  test('ages run from 4 to 91', () => {
    const years = server
      .search('Patient', 'deceased=false')
      .flatMap((one) =>
        one.resourceType === 'Patient' && one.birthDate ? [Number(one.birthDate.slice(0, 4))] : [],
      )
    expect([REFERENCE_YEAR - Math.max(...years), REFERENCE_YEAR - Math.min(...years)]).toEqual([4, 91])
    expect(patient(PEOPLE.aged12).birthDate).toMatch(/^2014-0/)
    expect(patient(PEOPLE.aged15).birthDate).toMatch(/^2011-0/)
  })

  test('names come in several scripts, and a search finds them by either', () => {
    const found = (name: string) =>
      server.search('Patient', `name=${encodeURIComponent(name)}`).map(({ id }) => id)
    expect(found('王')).toEqual([PEOPLE.xiaoming])
    expect(found('Xiaoming')).toEqual([PEOPLE.xiaoming])
    expect(new Set(found('lukasiewicz'))).toEqual(new Set([PEOPLE.piotr, PEOPLE.rosa]))
    expect(found('haddad')).toEqual([PEOPLE.yearOnly])
    expect(found('cruz')).toEqual([PEOPLE.carmen])
  })

  test('most have a chart: insurance, illness, measurements, medicines, vaccines, papers, a visit to come', () => {
    for (const type of CHART) expect(of(type, PEOPLE.walter).length, type).toBeGreaterThan(0)
    const visits = server.search('Appointment', `patient=${PEOPLE.walter}&status=booked`)
    expect(visits).toHaveLength(1)
    expect(server.search('Slot', 'status=free').length).toBeGreaterThan(50)
    expect(of('Observation', PEOPLE.noBirthDate)).toEqual([])
  })
})

const CHART = [
  'Coverage',
  'Condition',
  'Observation',
  'MedicationRequest',
  'Immunization',
  'Encounter',
  'DocumentReference',
  'Appointment',
]

test('a patient of both clinics is another record in each', () => {
  const find = (resources: Resource[], id: string) =>
    resources.find((one): one is Patient => one.resourceType === 'Patient' && one.id === id)
  const here = find(createPeople('fernwood'), PEOPLE.walter)
  const there = find(createPeople('harbor'), HARBOR_PEOPLE.walter)
  expect(here?.birthDate).toBe(there?.birthDate)
  expect(here?.identifier?.[0]).not.toEqual(there?.identifier?.[0])
})

const initials = ({ name }: Patient) => [name?.[0]?.given?.[0]?.[0], name?.[0]?.family?.[0]]
