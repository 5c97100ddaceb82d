import type { Appointment, DocumentReference, Patient } from '@medplum/fhirtypes'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBench, ORIGIN } from '../smart/harness.ts'

const RIGHTS = 'user/patient.write user/appointment.write user/message.write user/document.write'
const SCOPE = `openid launch offline_access api:fhir api:oemr user/Patient.read ${RIGHTS}`

let bench: Awaited<ReturnType<typeof createBench>>
let token: string
beforeAll(async () => {
  bench = await createBench({ personality: 'openemr', scope: SCOPE })
})
beforeEach(async () => {
  token = (await bench.getTokens()).access_token
})

const call = async (method: string, path: string, body?: unknown, bearer = token) => {
  const isForm = body instanceof FormData
  const response = await bench.emr.fetch(`${ORIGIN}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, ...(isForm ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const rowOf = async (id: string) =>
  (await call('GET', `/patient/${id}`)).body['data'] as Record<string, unknown>
const patient = () => bench.emr.fhir.read('Patient', 'walter-okafor') as Patient

describe('a patient', () => {
  test('has a number and every column, in an envelope', async () => {
    expect(await call('GET', '/patient/walter-okafor')).toEqual({
      status: 200,
      body: {
        validationErrors: [],
        internalErrors: [],
        data: expect.objectContaining({
          pid: 1,
          uuid: 'walter-okafor',
          pubpid: '004417',
          fname: 'Walter',
          mname: 'James',
          lname: 'Okafor',
          DOB: '1948-03-14',
          sex: 'Male',
          email: '',
          email_direct: '',
          allow_patient_portal: '',
        }),
      },
    })
    expect(await rowOf('ana-diaz')).toMatchObject({ pid: 2 })
  })

  test('gets contacts that FHIR shows, and switches that it does not', async () => {
    const columns = {
      phone_cell: '(555) 010-0143',
      email: 'okafors@mail.example',
      email_direct: 'walter@mail.example',
      allow_patient_portal: 'YES',
      hipaa_allowemail: 'YES',
      no_such_column: 'x',
    }
    const answer = await call('PUT', '/patient/walter-okafor', columns)
    const { no_such_column: _, ...kept } = columns
    expect([answer.status, answer.body['data']]).toEqual([200, expect.objectContaining(kept)])
    expect(answer.body['data']).not.toHaveProperty('no_such_column')
    expect(patient().telecom).toEqual([
      { system: 'phone', use: 'mobile', value: '(555) 010-0143' },
      { system: 'email', use: 'home', value: 'okafors@mail.example' },
      { system: 'email', use: 'mobile', value: 'walter@mail.example' },
    ])
    expect(JSON.stringify(patient())).not.toContain('YES')
  })

  test('loses what is written empty, and keeps the switches when FHIR writes the rest', async () => {
    await call('PUT', '/patient/walter-okafor', { email_direct: '', allow_patient_portal: 'YES' })
    expect(JSON.stringify(patient())).not.toContain('walter@mail.example')
    bench.emr.fhir.load([{ ...patient(), active: true }])
    expect(await rowOf('walter-okafor')).toMatchObject({ allow_patient_portal: 'YES', email_direct: '' })
  })

  test.each([
    [{ sex: 'm' }, 'sex'],
    [{ DOB: '14.3.1948' }, 'DOB'],
    [{ email: 'nobody' }, 'email'],
    [{ phone_home: '12' }, 'phone_home'],
    [{ lname: '' }, 'lname'],
  ])('is not changed to %j', async (row, column) => {
    const before = patient()
    const { status, body } = await call('PUT', '/patient/walter-okafor', row)
    expect([status, Object.keys(body['validationErrors'] as object)]).toEqual([400, [column]])
    expect(patient()).toEqual(before)
  })

  test('who is not there is said in two ways', async () => {
    expect(await call('GET', '/patient/nobody')).toMatchObject({ status: 404, body: { data: [] } })
    const { status, body } = await call('PUT', '/patient/nobody', { email: '' })
    expect([status, Object.keys(body['validationErrors'] as object)]).toEqual([400, ['uuid']])
  })
})

describe('a visit', () => {
  const VISIT = {
    pc_catid: '5',
    pc_title: 'Office visit',
    pc_duration: '1800',
    pc_hometext: 'asked for by the portal',
    pc_apptstatus: '^',
    pc_eventDate: '2027-02-01',
    pc_startTime: '09:30',
    pc_facility: '3',
    pc_billing_location: '3',
  }

  test('is booked at the time on the clinic’s wall, and taken back', async () => {
    const { status, body } = await call('POST', '/patient/1/appointment', VISIT)
    expect([status, body]).toEqual([200, { id: expect.any(Number) }])
    const [made] = bench.emr.fhir.search('Appointment', 'patient=Patient/walter-okafor') as Appointment[]
    expect(made).toMatchObject({
      status: 'pending',
      description: 'Office visit',
      start: '2027-02-01T17:30:00.000Z',
      end: '2027-02-01T18:00:00.000Z',
    })
    const path = `/patient/1/appointment/${String(body['id'])}`
    expect((await call('DELETE', path)).status).toBe(200)
    expect(bench.emr.fhir.search('Appointment', 'patient=Patient/walter-okafor')).toEqual([])
    expect((await call('DELETE', path)).status).toBe(404)
  })

  test.each(Object.keys(VISIT))('is not booked without %s', async (field) => {
    const { [field]: _, ...rest } = VISIT as Record<string, string>
    const { status, body } = await call('POST', '/patient/1/appointment', rest)
    expect([status, Object.keys(body)]).toEqual([400, [field]])
  })

  test('cannot be changed, and needs a patient', async () => {
    expect((await call('PUT', '/patient/1/appointment/1', VISIT)).status).toBe(404)
    expect((await call('POST', '/patient/99/appointment', VISIT)).status).toBe(404)
  })
})

test('a message goes to the inbox of the staff, is changed and removed, and cannot be read', async () => {
  const message = {
    body: 'Please call back',
    groupname: 'Default',
    from: 'portal',
    to: 'jpark',
    title: 'Portal',
    message_status: 'New',
  }
  const { status, body } = await call('POST', '/patient/1/message', message)
  expect([status, body]).toEqual([201, { mid: 1 }])
  expect((await call('PUT', '/patient/1/message/1', { message_status: 'Done' })).status).toBe(200)
  expect(bench.emr.records?.messages).toEqual([
    { mid: 1, pid: 1, body: 'Please call back', to: 'jpark', title: 'Portal', status: 'Done' },
  ])
  expect((await call('GET', '/patient/1/message/1')).status).toBe(404)
  expect((await call('PUT', '/patient/2/message/1', { body: 'another patient' })).status).toBe(404)
  expect((await call('DELETE', '/patient/1/message/1')).status).toBe(200)
  expect((await call('DELETE', '/patient/1/message/1')).status).toBe(404)
  const { body: faults, status: refused } = await call('POST', '/patient/1/message', { ...message, to: '' })
  expect([refused, Object.keys(faults)]).toEqual([400, ['to']])
})

describe('a document', () => {
  const formOf = (file: Blob | string) => {
    const form = new FormData()
    form.append('document', file)
    return form
  }

  test('goes into the chart, where FHIR shows it', async () => {
    const file = new File(['%PDF-'], 'consent.pdf', { type: 'application/pdf' })
    expect((await call('POST', '/patient/1/document?path=Patient%20Information', formOf(file))).status).toBe(
      200,
    )
    const [found] = bench.emr.fhir.search(
      'DocumentReference',
      'patient=Patient/walter-okafor',
    ) as DocumentReference[]
    expect(found).toMatchObject({
      category: [{ text: 'Patient Information' }],
      content: [{ attachment: { contentType: 'application/pdf', title: 'consent.pdf' } }],
    })
    const [, id = ''] = found?.content[0]?.attachment.url?.split('/') ?? []
    expect(bench.emr.fhir.read('Binary', id)).toMatchObject({ data: Buffer.from('%PDF-').toString('base64') })
  })

  test.each([
    ['a category', '/patient/1/document', formOf(new File(['x'], 'x.txt'))],
    ['a file', '/patient/1/document?path=Other', formOf('text')],
    ['any form', '/patient/1/document?path=Other', { document: 'x' }],
  ])('is refused without %s', async (_, path, body) => {
    expect((await call('POST', path, body)).status).toBe(400)
  })
})

describe('who may', () => {
  const refused = (status: number) => ({
    status,
    body: { validationErrors: [], internalErrors: [expect.any(String)], data: [] },
  })

  test('nobody without a token', async () => {
    expect(await call('GET', '/patient/walter-okafor', undefined, 'nonsense')).toEqual(refused(401))
  })

  test.each([
    ['the interface', SCOPE.replace('api:oemr ', ''), 'PUT', '/patient/walter-okafor'],
    ['the right to patients', SCOPE.replace('user/patient.write', ''), 'GET', '/patient/walter-okafor'],
    [
      'the right to patients',
      SCOPE.replace('user/patient.write', 'user/patient.read'),
      'PUT',
      '/patient/walter-okafor',
    ],
    ['the right to visits', SCOPE.replace('user/appointment.write', ''), 'POST', '/patient/1/appointment'],
    ['the right to messages', SCOPE.replace('user/message.write', ''), 'POST', '/patient/1/message'],
    [
      'the right to documents',
      SCOPE.replace('user/document.write', ''),
      'POST',
      '/patient/1/document?path=x',
    ],
  ])('nobody without %s', async (_, scope, method, path) => {
    const { access_token } = await bench.getTokens({ scope })
    expect(await call(method, path, method === 'GET' ? undefined : {}, access_token)).toEqual(refused(403))
  })

  test('no service, whatever it may read by FHIR', async () => {
    const form = { grant_type: 'client_credentials', scope: 'system/Patient.rs' }
    const { access_token } = (await (await bench.postAs('/oauth/token', form)).json()) as {
      access_token: string
    }
    expect(await call('GET', '/patient/walter-okafor', undefined, access_token)).toEqual(refused(403))
  })
})

test('the interface can go wrong like the others', async () => {
  bench.emr.misbehave({ kind: '500', target: 'api', times: 1 })
  expect((await call('GET', '/patient/walter-okafor')).status).toBe(500)
  expect(bench.emr.requests.at(-1)).toMatchObject({
    method: 'GET',
    path: '/api/patient/walter-okafor',
    target: 'api',
  })
})

test('other EMRs have no such interface', async () => {
  const { emr } = await createBench()
  expect((await emr.fetch(`${ORIGIN}/api/patient/walter-okafor`)).status).toBe(404)
})
