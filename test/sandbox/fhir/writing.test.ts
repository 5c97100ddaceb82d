import type { OperationOutcome, Patient } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { BASE, MRN, ann, expectRefusal, startServer } from './harness.ts'

describe('create', () => {
  test('gives an id of the server, a version and an address', async () => {
    const { ask, send } = startServer()
    const { status, headers, body } = await send<Patient>('POST', 'Patient', { ...ann, id: 'my-own' })
    expect(status).toBe(201)
    expect(body.id).not.toBe('my-own')
    expect(headers.get('location')).toBe(`${BASE}/Patient/${body.id}/_history/1`)
    expect(headers.get('etag')).toBe('W/"1"')
    expect(Date.parse(headers.get('last-modified') ?? '')).not.toBeNaN()
    expect((await ask<Patient>(`Patient/${body.id}`)).body).toEqual(body)
  })

  test('happens once under If-None-Exist', async () => {
    const { idsOf, send } = startServer()
    const condition = { 'if-none-exist': `identifier=${MRN}|77` }
    const newcomer = { resourceType: 'Patient', identifier: [{ system: MRN, value: '77' }] }
    const answers = await Promise.all([1, 2].map(() => send('POST', 'Patient', newcomer, condition)))
    expect(answers.map(({ status }) => status)).toEqual([201, 200])
    expect(await idsOf(`Patient?identifier=${MRN}|77`)).toHaveLength(1)
    const several = { 'if-none-exist': 'identifier=004417' }
    expectRefusal(await send('POST', 'Patient', newcomer, several), 412, 'multiple-matches')
  })

  test('answers without a body when the client wants none', async () => {
    const { send } = startServer()
    const { status, text } = await send(
      'POST',
      'Patient',
      { resourceType: 'Patient' },
      { prefer: 'return=minimal' },
    )
    expect({ status, text }).toEqual({ status: 201, text: '' })
  })
})

describe('update', () => {
  test('makes a new version for who has read the last one, and refuses who has not', async () => {
    const { ask, send } = startServer()
    const first = await send('PUT', 'Patient/ann', { ...ann, gender: 'other' }, { 'if-match': 'W/"1"' })
    expect({ status: first.status, etag: first.headers.get('etag') }).toEqual({ status: 200, etag: 'W/"2"' })
    const late = await send('PUT', 'Patient/ann', { ...ann, gender: 'male' }, { 'if-match': 'W/"1"' })
    expectRefusal(late, 412, 'processing')
    expect((await ask<Patient>('Patient/ann')).body.gender).toBe('other')
  })

  test('creates under an id that was free, and refuses an id that is not the one in the address', async () => {
    const { send } = startServer()
    expect((await send('PUT', 'Patient/new', { ...ann, id: 'new' })).status).toBe(201)
    expectRefusal(await send('PUT', 'Patient/new', ann), 400, 'invalid')
    expectRefusal(
      await send('PUT', 'Patient/x', { ...ann, id: 'x' }, { 'if-match': 'W/"1"' }),
      412,
      'processing',
    )
  })

  test('finds its target by a condition', async () => {
    const { send } = startServer()
    const { id: _, ...nameless } = ann
    const changed = await send<Patient>('PUT', `Patient?identifier=${MRN}|004417`, {
      ...nameless,
      gender: 'other',
    })
    expect(changed).toMatchObject({ status: 200, body: { id: 'ann', gender: 'other' } })
    expect((await send('PUT', `Patient?identifier=${MRN}|1`, nameless)).status).toBe(201)
    expectRefusal(await send('PUT', 'Patient?identifier=004417', nameless), 412, 'multiple-matches')
  })
})

describe('patch', () => {
  test('changes what it names', async () => {
    const { send } = startServer()
    const patch = [
      { op: 'test', path: '/gender', value: 'female' },
      { op: 'replace', path: '/gender', value: 'other' },
    ]
    const { status, body } = await send<Patient>('PATCH', 'Patient/ann', patch, { 'if-match': 'W/"1"' })
    expect({ status, gender: body.gender, version: body.meta?.versionId }).toEqual({
      status: 200,
      gender: 'other',
      version: '2',
    })
  })

  test('leaves everything alone when one step of it fails, or the version is another', async () => {
    const { read, send } = startServer()
    const failing = [
      { op: 'replace', path: '/gender', value: 'other' },
      { op: 'test', path: '/birthDate', value: '1800-01-01' },
    ]
    expectRefusal(await send('PATCH', 'Patient/ann', failing), 422, 'processing')
    expectRefusal(
      await send('PATCH', 'Patient/ann', [{ op: 'replace', path: '/id', value: 'x' }]),
      422,
      'processing',
    )
    expectRefusal(await send('PATCH', 'Patient/ann', [], { 'if-match': 'W/"8"' }), 412, 'processing')
    const invalid = [{ op: 'replace', path: '/gender', value: 'xyz' }]
    expectRefusal(await send('PATCH', 'Patient/ann', invalid), 422, 'code-invalid')
    expect(read('Patient', 'ann')).toMatchObject({ gender: 'female', meta: { versionId: '1' } })
  })
})

describe('validation', () => {
  test.each([
    ['an unknown element', { shoeSize: 43 }, 'structure', ['Patient.shoeSize']],
    ['a date that is none', { birthDate: 'March' }, 'structure', ['Patient.birthDate']],
    ['a code outside its value set', { gender: 'xyz' }, 'code-invalid', ['Patient.gender']],
    [
      'a code deep inside',
      { telecom: [{ system: 'phone' }, { system: 'telepathy' }] },
      'code-invalid',
      ['Patient.telecom[1].system'],
    ],
    ['a broken invariant', { contact: [{ gender: 'female' }] }, 'invariant', ['Patient.contact[0]']],
  ])('refuses %s and says where', async (_what, elements, code, expression) => {
    const { idsOf, send } = startServer()
    const answer = await send<OperationOutcome>('POST', 'Patient', { resourceType: 'Patient', ...elements })
    expectRefusal(answer, 422, code)
    expect(answer.body.issue[0]?.expression).toEqual(expression)
    expect(await idsOf('Patient')).toHaveLength(3)
  })

  test.each([
    { resourceType: 'Communication', status: 'sent' },
    {
      resourceType: 'Slot',
      status: 'open',
      schedule: { reference: 'Schedule/1' },
      start: '2026-01-01T00:00:00Z',
      end: '2026-01-01T00:30:00Z',
    },
    {
      resourceType: 'Appointment',
      status: 'booked',
      start: '2026-01-01T00:00:00Z',
      end: '2026-01-01T00:30:00Z',
      participant: [{ actor: { reference: 'Patient/ann' }, status: 'yes' }],
    },
  ])('knows the codes of $resourceType', async (resource) => {
    expectRefusal(await startServer().send('POST', resource.resourceType, resource), 422, 'code-invalid')
  })
})

describe('what is gone', () => {
  test('answers 410, can be deleted again, and comes back by an update', async () => {
    const { ask, idsOf, send } = startServer()
    expect((await ask('Patient/ann', { method: 'DELETE' })).status).toBe(200)
    expectRefusal(await ask('Patient/ann'), 410, 'deleted')
    expect(await idsOf('Patient?name=nunez')).toEqual([])
    expect((await ask('Patient/ann', { method: 'DELETE' })).status).toBe(200)
    expectRefusal(await ask('Patient/nobody', { method: 'DELETE' }), 404, 'not-found')
    const back = await send('PUT', 'Patient/ann', ann)
    expect({ status: back.status, etag: back.headers.get('etag') }).toEqual({ status: 201, etag: 'W/"3"' })
  })

  test('is kept in the history, newest first, each time it is read', async () => {
    const { ask, send } = startServer()
    await send('PUT', 'Patient/ann', { ...ann, gender: 'other' })
    await ask('Patient/ann', { method: 'DELETE' })
    for (const _ of [1, 2]) {
      const { body } = await ask('Patient/ann/_history')
      expect(body).toMatchObject({ type: 'history', total: 3 })
      expect(body.entry?.map(({ request, response }) => [request?.method, response?.etag])).toEqual([
        ['DELETE', 'W/"3"'],
        ['PUT', 'W/"2"'],
        ['PUT', 'W/"1"'],
      ])
      expect(body.entry?.[0]?.resource).toBeUndefined()
    }
    expect((await ask<Patient>('Patient/ann/_history/1')).body.gender).toBe('female')
    expectRefusal(await ask('Patient/ann/_history/3'), 410, 'deleted')
    expectRefusal(await ask('Patient/ann/_history/4'), 404, 'not-found')
    expectRefusal(await ask('Patient/nobody/_history'), 404, 'not-found')
  })
})

test('a client that has the current version gets no body', async () => {
  const { ask } = startServer()
  const { status, text } = await ask('Patient/ann', { headers: { 'if-none-match': 'W/"1"' } })
  expect({ status, text }).toEqual({ status: 304, text: '' })
})
