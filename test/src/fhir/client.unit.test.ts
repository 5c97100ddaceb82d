import type { Bundle, Patient } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { createFhirHandle, type FhirHandle } from '../../../src/fhir/client.ts'
import { Problem } from '../../../src/problem.ts'
import { outcome, startFaultyEhr } from '../../support/ehr-faults.ts'

const ann: Patient & { id: string } = { resourceType: 'Patient', id: 'ann', name: [{ family: 'Lee' }] }

const open = (base: string, timeoutMs = 2000, accessToken = () => Promise.resolve('token-1')) =>
  createFhirHandle({ base, accessToken, timeoutMs, random: () => 0 })

/** The refusal that a promise ends in; anything else fails the test. */
async function refusal(work: Promise<unknown>): Promise<Problem> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(Problem)
  return error as Problem
}

const WRITES: [string, (ehr: FhirHandle) => Promise<unknown>][] = [
  ['POST', (ehr) => ehr.create(ann)],
  ['POST', (ehr) => ehr.create(ann, { ifNoneExist: { identifier: 'a|1' } })],
  ['POST', (ehr) => ehr.batch({ resourceType: 'Bundle', type: 'batch', entry: [{ resource: ann }] })],
  ['PUT', (ehr) => ehr.update(ann, { ifMatch: '1' })],
  ['PATCH', (ehr) => ehr.patch('Patient', 'ann', [{ op: 'remove', path: '/telecom/0' }], { ifMatch: '1' })],
]

describe('an EHR that is down for a moment', () => {
  test.each(WRITES)('is sent a %s once only, whatever it answers', async (method, write) => {
    for (const reply of [{ status: 503 }, { status: 429 }, { status: 502 }, { fault: 'cut' as const }]) {
      await using ehr = await startFaultyEhr(reply)
      const problem = await refusal(write(open(ehr.base)))
      expect(problem.code).toBe(reply.status === 429 ? 'ehr-busy' : 'ehr-unavailable')
      expect(ehr.requests.map((request) => request.method)).toEqual([method])
    }
  })

  test('is asked again for a read, and the reader never knows', async () => {
    await using ehr = await startFaultyEhr({ status: 503 }, { fault: 'cut' }, { body: ann })
    expect(await open(ehr.base).read('Patient', 'ann')).toEqual(ann)
    expect(ehr.requests).toHaveLength(3)
  })

  test('is asked three times at most', async () => {
    await using ehr = await startFaultyEhr({ status: 503 })
    expect((await refusal(open(ehr.base).read('Patient', 'ann'))).code).toBe('ehr-unavailable')
    expect(ehr.requests).toHaveLength(3)
  })

  test('is not asked again after an answer that will not change', async () => {
    await using ehr = await startFaultyEhr({ status: 500 })
    expect((await refusal(open(ehr.base).read('Patient', 'ann'))).code).toBe('ehr-unavailable')
    expect(ehr.requests).toHaveLength(1)
  })

  test('is given the time that it asks for', async () => {
    await using ehr = await startFaultyEhr({ status: 429, headers: { 'retry-after': '1' } }, { body: ann })
    const started = performance.now()
    await open(ehr.base).read('Patient', 'ann')
    expect(performance.now() - started).toBeGreaterThanOrEqual(990)
  })

  test.each([
    ['seconds', '30'],
    ['a date', new Date(30_000).toUTCString()],
  ])('is not waited for when it asks for long in %s: the reader is told how long', async (_, retryAfter) => {
    const date = new Date(0).toUTCString()
    await using ehr = await startFaultyEhr({ status: 429, headers: { 'retry-after': retryAfter, date } })
    const problem = await refusal(open(ehr.base).read('Patient', 'ann'))
    expect(problem).toMatchObject({ code: 'ehr-busy', status: 503, retryAfter: 30 })
    expect(ehr.requests).toHaveLength(1)
  })

  test('is given up after the time-out, and not asked again', async () => {
    await using ehr = await startFaultyEhr({ fault: 'silence' })
    const problem = await refusal(open(ehr.base, 50).read('Patient', 'ann'))
    expect(problem).toMatchObject({ code: 'ehr-timeout', status: 504 })
    expect(ehr.requests).toHaveLength(1)
  })

  test('has no more time for its retries than for one answer', async () => {
    await using ehr = await startFaultyEhr({ status: 503, headers: { 'retry-after': '2' } })
    expect((await refusal(open(ehr.base, 60).read('Patient', 'ann'))).code).toBe('ehr-timeout')
  })

  test('that nobody listens for is unavailable', async () => {
    const gone = await startFaultyEhr()
    await gone[Symbol.asyncDispose]()
    const problem = await refusal(open(gone.base).read('Patient', 'ann'))
    expect(problem).toMatchObject({ code: 'ehr-unavailable', status: 502 })
  })
})

describe('the access token', () => {
  test('is never used again after a 401, nor is anything asked without one', async () => {
    await using ehr = await startFaultyEhr({ status: 401 }, { body: ann })
    const handle = open(ehr.base)
    expect((await refusal(handle.read('Patient', 'ann'))).code).toBe('ehr-session-ended')
    for (const [, write] of WRITES) expect((await refusal(write(handle))).code).toBe('ehr-session-ended')
    expect((await refusal(handle.search('Patient', {}))).code).toBe('ehr-session-ended')
    expect(ehr.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1'])
  })

  test('gets a client of its own when it is renewed', async () => {
    await using ehr = await startFaultyEhr({ status: 401 }, { body: ann })
    const tokens = ['old', 'new']
    const handle = open(ehr.base, 2000, () => Promise.resolve(tokens.shift() ?? 'new'))
    await refusal(handle.read('Patient', 'ann'))
    await handle.read('Patient', 'ann')
    expect(ehr.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
  })

  test('that is empty asks for nothing', async () => {
    await using ehr = await startFaultyEhr({ body: ann })
    const handle = open(ehr.base, 2000, () => Promise.resolve(''))
    expect((await refusal(handle.read('Patient', 'ann'))).code).toBe('ehr-session-ended')
    expect(ehr.requests).toEqual([])
  })

  test('that cannot be had ends in the refusal that its giver names', async () => {
    await using ehr = await startFaultyEhr({ body: ann })
    const handle = open(ehr.base, 2000, () => Promise.reject(new Problem('launch-ended')))
    expect((await refusal(handle.read('Patient', 'ann'))).code).toBe('launch-ended')
    expect(ehr.requests).toEqual([])
  })

  test('is not carried to another host by a redirect, a next link or a Location', async () => {
    await using other = await startFaultyEhr({ body: ann })
    const elsewhere = `${other.base}/Patient/ann`
    await using moved = await startFaultyEhr({ status: 307, headers: { location: elsewhere } })
    expect((await refusal(open(moved.base).read('Patient', 'ann'))).code).toBe('ehr-unavailable')
    await using paged = await startFaultyEhr({
      body: { resourceType: 'Bundle', type: 'searchset', link: [{ relation: 'next', url: elsewhere }] },
    })
    await open(paged.base).search('Patient', { name: 'Lee' })
    await using terse = await startFaultyEhr(
      { status: 201, headers: { location: elsewhere, 'content-location': elsewhere } },
      { body: ann },
    )
    expect(await open(terse.base).create(ann)).toEqual(ann)
    expect(terse.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /fhir/Patient',
      'GET /fhir/Patient/ann',
    ])
    expect(other.requests).toEqual([])
  })

  test.each(['..', '.', '../Practitioner/1', 'ann?x=1', 'ann/_history', '', 'é'])(
    'is not taken to another address by the id %j',
    async (id) => {
      await using ehr = await startFaultyEhr({ body: ann })
      expect((await refusal(open(ehr.base).read('Patient', id))).code).toBe('not-found')
      expect(ehr.requests).toEqual([])
    },
  )
})

describe('an answer that is no answer', () => {
  const wrong: [string, { status?: number; headers?: Record<string, string>; body?: unknown }][] = [
    ['malformed JSON', { body: '{"resourceType":"Patient","id":"ann","name":[{"family":"Lee' }],
    ['an HTML page', { headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' }],
    ['an empty body', {}],
    ['no content', { status: 204 }],
    ['null', { body: 'null' }],
    ['another type', { body: { ...ann, resourceType: 'Practitioner' } }],
    ['another patient', { body: { ...ann, id: 'bob' } }],
    ['an outcome', { body: outcome('informational') }],
  ]

  test.each(wrong)('to a read (%s) is an EHR that is not answering', async (_, reply) => {
    await using ehr = await startFaultyEhr(reply)
    const problem = await refusal(open(ehr.base).read('Patient', 'ann'))
    expect(problem).toMatchObject({ code: 'ehr-unavailable', status: 502 })
    expect(String(problem.cause)).not.toContain('Lee')
  })

  test.each(wrong)('to a search (%s) is an EHR that is not answering', async (_, reply) => {
    await using ehr = await startFaultyEhr(reply)
    expect((await refusal(open(ehr.base).search('Patient', {}))).code).toBe('ehr-unavailable')
  })

  test.each(wrong)('to a write (%s) is looked up at the address of the resource', async (_, reply) => {
    await using ehr = await startFaultyEhr(reply, { body: ann })
    expect(await open(ehr.base).update(ann)).toEqual(ann)
    expect(ehr.requests.map(({ method }) => method)).toEqual(['PUT', 'GET'])
  })

  test('to a create without an address is not guessed', async () => {
    await using ehr = await startFaultyEhr({ status: 201 })
    expect((await refusal(open(ehr.base).create(ann))).code).toBe('ehr-unavailable')
    expect(ehr.requests).toHaveLength(1)
  })

  test('to a batch with too few entries is not taken for one', async () => {
    await using ehr = await startFaultyEhr({ body: { resourceType: 'Bundle', type: 'batch-response' } })
    const batch: Bundle = { resourceType: 'Bundle', type: 'batch', entry: [{ resource: ann }] }
    expect((await refusal(open(ehr.base).batch(batch))).code).toBe('ehr-unavailable')
  })
})

describe('what the EHR is sent', () => {
  test('is FHIR JSON without any word of the library behind it', async () => {
    await using ehr = await startFaultyEhr({ status: 201, body: ann })
    await open(ehr.base).create(ann, { ifNoneExist: { identifier: 'urn:x|1' } })
    expect(ehr.requests[0]).toMatchObject({ method: 'POST', url: '/fhir/Patient', body: JSON.stringify(ann) })
    const { headers } = ehr.requests[0] ?? { headers: {} }
    expect(headers).toMatchObject({
      accept: expect.stringContaining('application/fhir+json') as string,
      'content-type': 'application/fhir+json',
      'if-none-exist': 'identifier=urn%3Ax%7C1',
      prefer: 'return=representation',
    })
    expect(Object.keys(headers).filter((name) => name.includes('medplum'))).toEqual([])
  })

  test('names the version that was read when it is changed', async () => {
    await using ehr = await startFaultyEhr({ headers: { etag: 'W/"7"' }, body: ann }, { body: ann })
    const handle = open(`${ehr.base}/`)
    const read = await handle.read('Patient', 'ann')
    expect(read.meta?.versionId).toBe('7')
    await handle.update(read, { ifMatch: read.meta?.versionId })
    expect(ehr.requests[1]?.headers['if-match']).toBe('W/"7"')
  })

  test('is a JSON Patch of the version that was read, where only a part is to change', async () => {
    await using ehr = await startFaultyEhr({ status: 200 }, { headers: { etag: 'W/"8"' }, body: ann })
    const operations = [{ op: 'replace', path: '/telecom', value: [] }] as const
    const patched = await open(ehr.base).patch('Patient', 'ann', operations, { ifMatch: '7' })
    expect(ehr.requests[0]).toMatchObject({
      method: 'PATCH',
      url: '/fhir/Patient/ann',
      body: JSON.stringify(operations),
      headers: { 'content-type': 'application/json-patch+json', 'if-match': 'W/"7"' },
    })
    // The answer was empty: what the EHR keeps is read.
    expect([ehr.requests[1]?.method, patched.meta?.versionId]).toEqual(['GET', '8'])
  })

  test('asks for strict handling, so that a filter it does not know is refused and not ignored', async () => {
    await using ehr = await startFaultyEhr({ body: { resourceType: 'Bundle', type: 'searchset' } })
    await open(ehr.base).search('Appointment', { patient: 'ann', date: ['ge2026-01-01', 'lt2027-01-01'] })
    expect(ehr.requests[0]?.url).toBe('/fhir/Appointment?patient=ann&date=ge2026-01-01&date=lt2027-01-01')
    expect(ehr.requests[0]?.headers['prefer']).toBe('handling=strict')
  })

  test('is asked anew each time: nothing is kept', async () => {
    await using ehr = await startFaultyEhr({ body: ann }, { body: { ...ann, gender: 'female' } })
    const handle = open(ehr.base)
    await handle.read('Patient', 'ann')
    expect((await handle.read('Patient', 'ann')).gender).toBe('female')
  })

  test('brings back what was found, without the notes in between', async () => {
    const entry = [{ resource: ann }, { resource: outcome('informational'), search: { mode: 'outcome' } }]
    await using ehr = await startFaultyEhr({ body: { resourceType: 'Bundle', type: 'searchset', entry } })
    const found = await open(ehr.base).search('Patient', {})
    expect(found.entry).toEqual([{ resource: ann }])
  })

  test('comes back entry by entry from a batch', async () => {
    const entry = [{ response: { status: '201 Created' } }, { response: { status: '409 Conflict' } }]
    const response = { resourceType: 'Bundle', type: 'batch-response', entry }
    await using ehr = await startFaultyEhr({ body: response })
    const batch: Bundle = { resourceType: 'Bundle', type: 'batch', entry: [{}, {}] }
    expect(await open(ehr.base).batch(batch)).toEqual(response)
    expect(ehr.requests[0]).toMatchObject({ method: 'POST', url: '/fhir' })
  })
})
