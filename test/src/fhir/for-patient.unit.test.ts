import type { Bundle } from '@medplum/fhirtypes'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFhirHandle, type SearchParams } from '../../../src/fhir/client.ts'
import { forPatient, type ForeignEntry, type PatientType } from '../../../src/fhir/for-patient.ts'
import { Problem } from '../../../src/problem.ts'
import { startFaultyEhr } from '../../support/ehr-faults.ts'

const own = { reference: 'Patient/ann' }
const other = { reference: 'Patient/bob', display: 'Bob Stone' }

/** How each type says whose it is. */
const OWNED: Record<PatientType, (reference: { reference: string }) => Record<string, unknown>> = {
  AllergyIntolerance: (patient) => ({ patient }),
  Appointment: (actor) => ({ participant: [{ actor: { reference: 'Practitioner/1' } }, { actor }] }),
  CarePlan: (subject) => ({ subject }),
  Communication: (subject) => ({ subject }),
  Condition: (subject) => ({ subject }),
  Coverage: (beneficiary) => ({ beneficiary }),
  DiagnosticReport: (subject) => ({ subject }),
  DocumentReference: (subject) => ({ subject }),
  Encounter: (subject) => ({ subject }),
  Goal: (subject) => ({ subject }),
  Immunization: (patient) => ({ patient }),
  MedicationRequest: (subject) => ({ subject }),
  Observation: (subject) => ({ subject }),
  Procedure: (subject) => ({ subject }),
}
const TYPES = Object.keys(OWNED) as PatientType[]

const searchset = (...resources: unknown[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total: resources.length,
  link: [{ relation: 'next', url: 'https://ehr.example.org/fhir?page=secret' }],
  entry: resources.map((resource) => ({ resource })),
})

/** An EHR that pays no attention to what it is asked, and Ann's handle on it. */
async function annAt(...resources: unknown[]) {
  const ehr = await startFaultyEhr({ body: searchset(...resources) })
  const foreign: ForeignEntry[] = []
  const handle = createFhirHandle({ base: ehr.base, accessToken: () => Promise.resolve('service') })
  const ann = forPatient(handle, 'ann', (entry) => foreign.push(entry))
  return { ehr, ann, foreign, [Symbol.asyncDispose]: () => ehr[Symbol.asyncDispose]() }
}

const idsOf = (bundle: Bundle) => (bundle.entry ?? []).map(({ resource }) => resource?.id)

describe('an EHR that ignores whose resources were asked for', () => {
  test.each(TYPES)('leaks nobody else’s %s', async (type) => {
    const at = (id: string, reference: { reference: string }) => ({
      resourceType: type,
      id,
      ...OWNED[type](reference),
    })
    await using found = await annAt(
      at('1', own),
      at('2', other),
      at('3', { reference: 'Patient/ann2' }),
      at('4', { reference: 'https://elsewhere.example.org/fhir/Patient/ann' }),
      at('5', { reference: '#ann' }),
      at('6', { reference: 'Patient/ann/_history/2' }),
      at('7', { reference: 'RelatedPerson/ann' }),
      { resourceType: type, id: '8' },
      { ...at('9', own), resourceType: 'Basic' },
      { resourceType: 'Patient', id: 'bob' },
    )
    const bundle: Bundle = await found.ann.search(type)
    expect(idsOf(bundle)).toEqual(['1', '6'])
    expect(found.foreign.map(({ id }) => id)).toEqual(['2', '3', '4', '5', '7', '8', '9', 'bob'])
    expect(found.foreign[0]).toEqual({ patientId: 'ann', resourceType: type, id: '2' })
    expect(found.ehr.requests[0]?.url).toBe(`/fhir/${type}?patient=ann`)
  })

  test('may name the patient by the whole address of its own base', async () => {
    await using found = await annAt()
    const reference = `${found.ehr.base}/Patient/ann`
    await using again = await startFaultyEhr({
      body: searchset({ resourceType: 'Condition', id: '1', subject: { reference } }),
    })
    const handle = createFhirHandle({
      base: found.ehr.base,
      accessToken: () => Promise.resolve('service'),
      fetch: (url, init) => fetch((url as string).replace(found.ehr.origin, again.origin), init),
    })
    expect(idsOf(await forPatient(handle, 'ann').search('Condition'))).toEqual(['1'])
  })

  test('leaks neither how much there is nor where there is more', async () => {
    await using found = await annAt({ resourceType: 'Condition', id: '2', subject: other })
    expect(await found.ann.search('Condition')).toEqual({
      resourceType: 'Bundle',
      type: 'searchset',
      entry: [],
    })
  })

  test('leaks no patient inside a resource, or beside Ann in a group', async () => {
    const contained = [
      { resourceType: 'Patient', id: 'bob' },
      { resourceType: 'Practitioner', id: 'p' },
    ]
    await using visits = await annAt({
      resourceType: 'Appointment',
      id: '1',
      contained,
      participant: [{ actor: own }, { actor: other }, { actor: { reference: 'Practitioner/1' } }],
    })
    const shown = JSON.stringify(await visits.ann.search('Appointment'))
    expect(shown).not.toMatch(/bob|Bob/)
    expect(shown).toContain('Practitioner/1')
    const recipient = [
      other,
      own,
      { reference: 'https://elsewhere.example.org/Patient/cy', display: 'Bobby' },
    ]
    await using messages = await annAt({ resourceType: 'Communication', id: '1', subject: own, recipient })
    expect(JSON.stringify(await messages.ann.search('Communication'))).not.toMatch(/Bob/)
  })

  test('that sends nonsense between leaks nothing and breaks nothing', async () => {
    await using found = await annAt(
      null,
      'Appointment',
      { resourceType: 'Appointment', id: '1', participant: { actor: own } },
      {
        resourceType: 'Appointment',
        id: '2',
        participant: [null, { actor: 7 }, { actor: own }],
        contained: 'x',
      },
    )
    expect(idsOf(await found.ann.search('Appointment'))).toEqual(['2'])
  })
})

describe('the one record that a patient may read', () => {
  test('is their own, without other patients inside', async () => {
    const ann = { resourceType: 'Patient', id: 'ann', contained: [{ resourceType: 'Patient', id: 'x' }] }
    await using ehr = await startFaultyEhr({ body: ann })
    const handle = createFhirHandle({ base: ehr.base, accessToken: () => Promise.resolve('service') })
    expect(await forPatient(handle, 'ann').read('Patient', 'ann')).toEqual({ ...ann, contained: [] })
  })

  test.each([
    ['Patient', 'bob'],
    ['Practitioner', 'ann'],
    ['Patient', 'ann/_history/1'],
  ])('is not %s/%s', async (type, id) => {
    await using found = await annAt()
    await expect(found.ann.read(type as 'Patient', id)).rejects.toMatchObject({
      code: 'not-found',
      status: 404,
    })
    expect(found.ehr.requests).toEqual([])
  })

  test.each(['', 'a,b', '../x', 'ann|1'])('is not opened for the id %j', async (id) => {
    await using found = await annAt()
    const handle = createFhirHandle({ base: found.ehr.base, accessToken: () => Promise.resolve('service') })
    expect(() => forPatient(handle, id)).toThrow(Problem)
  })
})

describe('a search', () => {
  test.each([
    'Patient',
    'Practitioner',
    'Binary',
    'Task',
    '$everything',
    'Appointment/$find',
    '__proto__',
    'toString',
    '',
  ])('of %s does not exist for patients', async (type) => {
    await using found = await annAt()
    await expect(found.ann.search(type as PatientType)).rejects.toMatchObject({ code: 'not-found' })
    expect(found.ehr.requests).toEqual([])
  })

  test.each<[string, SearchParams]>([
    ['a chain', { 'subject.name': 'Stone' }],
    ['a typed chain', { 'subject:Patient.name': 'Stone' }],
    ['a typed reference', { 'performer:Patient': 'bob' }],
    ['a reverse chain', { '_has:Observation:patient:code': '1' }],
    ['a reverse include', { _revinclude: 'Observation:subject' }],
    ['an include', { _include: 'Appointment:actor' }],
    ['a filter', { _filter: 'subject eq Patient/bob' }],
    ['a list', { _list: '42' }],
    ['a named query', { _query: 'all' }],
    ['a format', { _format: 'xml' }],
    ['contained ones', { _contained: 'both' }],
    ['an operation', { $everything: '' }],
    ['a second parameter in the name', { 'date&patient': 'bob' }],
    ['a type in _id', { _id: 'Patient/bob' }],
    ['a huge page', { _count: '201' }],
    ['an endless page', { _count: '0' }],
    ['a line break', { code: 'a\r\nb' }],
    ['an empty value', { code: '' }],
    ['a sort by function', { _sort: 'date;drop' }],
  ])('with %s is refused before the EHR hears of it', async (_, params) => {
    await using found = await annAt()
    await expect(found.ann.search('Observation', params)).rejects.toMatchObject({
      code: 'invalid-request',
      status: 422,
    })
    expect(found.ehr.requests).toEqual([])
  })

  test.each<[string, SearchParams, string]>([
    ['patient', { patient: 'bob' }, ''],
    ['subject', { subject: 'Patient/bob' }, ''],
    ['actor', { actor: 'Patient/bob' }, ''],
    ['beneficiary, by modifier', { 'beneficiary:missing': 'true' }, ''],
    ['both', { patient: ['bob', 'cy'], code: '8302-2' }, 'code=8302-2&'],
  ])('is always for the patient, whoever %s names', async (_, params, kept) => {
    await using found = await annAt()
    await found.ann.search('Observation', params)
    expect(found.ehr.requests[0]?.url).toBe(`/fhir/Observation?${kept}patient=ann`)
  })

  test('passes on what narrows it', async () => {
    await using found = await annAt()
    await found.ann.search('Observation', {
      category: 'laboratory',
      'code:text': 'iron',
      _count: '50',
      _sort: '-date',
    })
    expect(found.ehr.requests[0]?.url).toBe(
      '/fhir/Observation?category=laboratory&code%3Atext=iron&_count=50&_sort=-date&patient=ann',
    )
  })

  test('whatever its parameters, asks for this patient once and for nobody else, or is refused', async () => {
    const asked: URL[] = []
    const handle = createFhirHandle({
      base: 'https://ehr.example.org/fhir',
      accessToken: () => Promise.resolve('service'),
      fetch: (url) => {
        asked.push(new URL(url as string))
        return Promise.resolve(Response.json({ resourceType: 'Bundle', type: 'searchset' }))
      },
    })
    const ann = forPatient(handle, 'ann')
    const word = fc.constantFrom(
      'patient',
      'subject',
      'code',
      '_id',
      '_has',
      'Patient',
      '.',
      ':',
      '&',
      '=',
      'bob',
      '%26',
      '_count',
      '5',
      '?',
      '#',
    )
    const name = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 4 }).map((words) => words.join('')),
    )
    const params = fc.dictionary(name, fc.oneof(name, fc.array(name, { maxLength: 3 })))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...TYPES), params, async (type, given) => {
        asked.length = 0
        const refused = await ann.search(type, given).then(
          () => undefined,
          (error: unknown) => error,
        )
        if (refused) {
          expect(refused).toMatchObject({ code: 'invalid-request' })
          expect(asked).toEqual([])
          return
        }
        expect(asked.map(({ pathname }) => pathname)).toEqual([`/fhir/${type}`])
        const query = asked[0]?.searchParams ?? new URLSearchParams()
        expect(query.getAll('patient')).toEqual(['ann'])
        for (const key of query.keys())
          expect(key).toMatch(/^(patient|_id|_count|_sort|_lastUpdated|[a-z][a-z0-9-]*(:[a-z]+)?)$/)
        expect(query.has('subject')).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })
})
