import { describe, expect, test } from 'vitest'
import { createOpenEmr, openEmrBaseOf } from '../../../src/openemr/openemr.ts'
import { Problem, type ProblemCode } from '../../../src/problem.ts'

const BASE = 'https://openemr.example/apis/default/api'
const UUID = '9a1f5c0e-0000-4000-8000-00000000000a'
const ROW = {
  pid: '7',
  uuid: UUID,
  phone_home: '555 010 0101',
  phone_cell: '',
  email: null,
  email_direct: 'ann@mail.example',
  allow_patient_portal: 'YES',
  hipaa_allowemail: 'NO',
  fname: 'Ann',
}
const VISIT = {
  pc_catid: '5',
  pc_title: 'Office visit',
  pc_duration: '900',
  pc_hometext: 'Asked for in the portal',
  pc_apptstatus: '^',
  pc_eventDate: '2027-02-01',
  pc_startTime: '09:30',
  pc_facility: '3',
  pc_billing_location: '3',
}
const MESSAGE = {
  body: 'A patient wrote.',
  to: 'front',
  from: 'portico',
  groupname: 'Default',
  title: 'Portal',
  message_status: 'New',
}
const SCAN = {
  category: 'Patient Portal & more',
  name: 'form.pdf',
  contentType: 'application/pdf',
  bytes: new Uint8Array([37, 80, 68, 70]),
}

const enveloped = (data: unknown, errors: { validationErrors?: unknown; internalErrors?: unknown } = {}) => ({
  validationErrors: [],
  internalErrors: [],
  data,
  ...errors,
})

/** An OpenEMR that gives one answer, and remembers what it was asked. */
function openWith(body: unknown, status = 200) {
  const seen: Request[] = []
  const openEmr = createOpenEmr({
    base: BASE,
    accessToken: async () => 'staff-token',
    fetch: async (input, init) => {
      seen.push(new Request(input, init))
      return Response.json(body, { status })
    },
  })
  return { openEmr, seen }
}

const codeOf = async (work: Promise<unknown>): Promise<[ProblemCode, Problem]> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Problem)) throw new Error('No Problem was thrown.')
  return [error.code, error]
}

describe('what is sent', () => {
  test('a patient is read as their columns, numbers and blanks set right', async () => {
    const { openEmr, seen } = openWith(enveloped(ROW))
    expect(await openEmr.readPatient(UUID)).toEqual({
      pid: 7,
      phone_home: '555 010 0101',
      phone_cell: '',
      email: '',
      email_direct: 'ann@mail.example',
      allow_patient_portal: 'YES',
      hipaa_allowemail: 'NO',
    })
    expect([seen[0]?.method, seen[0]?.url]).toEqual(['GET', `${BASE}/patient/${UUID}`])
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer staff-token')
    expect(seen[0]?.redirect).toBe('manual')
  })

  test('a list of one is that one', async () => {
    expect(await openWith(enveloped([ROW])).openEmr.readPatient(UUID)).toMatchObject({ pid: 7 })
  })

  test('of a change only the columns that change', async () => {
    const { openEmr, seen } = openWith(enveloped(ROW))
    await openEmr.updatePatient(UUID, { phone_cell: '', email: 'a@mail.example' })
    expect([seen[0]?.method, seen[0]?.url, await seen[0]?.json()]).toEqual([
      'PUT',
      `${BASE}/patient/${UUID}`,
      { phone_cell: '', email: 'a@mail.example' },
    ])
  })

  test('a visit, and its end', async () => {
    const { openEmr, seen } = openWith({ id: '12' })
    expect(await openEmr.createAppointment(7, VISIT)).toBe(12)
    await openEmr.deleteAppointment(7, 12)
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${BASE}/patient/7/appointment`,
      `DELETE ${BASE}/patient/7/appointment/12`,
    ])
    expect(await seen[0]?.json()).toEqual(VISIT)
  })

  test('a document with its category in the address, and a message', async () => {
    const { openEmr, seen } = openWith(true)
    await openEmr.uploadDocument(7, SCAN)
    await openEmr.sendMessage(7, MESSAGE)
    expect(seen[0]?.url).toBe(`${BASE}/patient/7/document?path=Patient+Portal+%26+more`)
    const file = (await seen[0]?.formData())?.get('document') as File
    expect([file.name, file.type, await file.text()]).toEqual(['form.pdf', 'application/pdf', '%PDF'])
    expect([seen[1]?.url, await seen[1]?.json()]).toEqual([`${BASE}/patient/7/message`, MESSAGE])
  })

  test('where the FHIR API is, this one is beside it', () => {
    expect(openEmrBaseOf('https://openemr.example/apis/default/fhir')).toBe(BASE)
    expect(openEmrBaseOf('https://openemr.example/apis/default/fhir/')).toBe(BASE)
  })
})

describe('an id that would break the path is sent nowhere', () => {
  test.each(['..', 'a/b', '1?x=2', '', 'ä', 'a%2Fb'])('uuid %j', async (uuid) => {
    const { openEmr, seen } = openWith(enveloped(ROW))
    expect((await codeOf(openEmr.readPatient(uuid)))[0]).toBe('not-found')
    expect((await codeOf(openEmr.updatePatient(uuid, { email: '' })))[0]).toBe('not-found')
    expect(seen).toEqual([])
  })

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('number %d', async (id) => {
    const { openEmr, seen } = openWith({ id: 1 })
    expect((await codeOf(openEmr.createAppointment(id, VISIT)))[0]).toBe('not-found')
    expect((await codeOf(openEmr.deleteAppointment(7, id)))[0]).toBe('not-found')
    expect((await codeOf(openEmr.uploadDocument(id, SCAN)))[0]).toBe('not-found')
    expect((await codeOf(openEmr.sendMessage(id, MESSAGE)))[0]).toBe('not-found')
    expect(seen).toEqual([])
  })
})

describe('what comes back instead', () => {
  const NAMED = { validationErrors: { phone_home: { format: 'Ann’s number is bad' }, 'a b': {} } }

  test.each<[string, number, unknown, ProblemCode]>([
    ['a value that it refuses', 400, enveloped([], NAMED), 'ehr-rejected'],
    ['the same as a success', 200, enveloped([], NAMED), 'ehr-rejected'],
    ['the same without an envelope', 400, NAMED.validationErrors, 'ehr-rejected'],
    ['an error of its own as a success', 200, enveloped([], { internalErrors: ['SQL'] }), 'ehr-unavailable'],
    ['a token that is over', 401, {}, 'ehr-session-ended'],
    ['no right', 403, {}, 'ehr-refused'],
    ['no such patient', 404, enveloped([]), 'not-found'],
    ['an API that is off', 501, {}, 'ehr-refused'],
    ['trouble', 500, enveloped([], { internalErrors: ['SQL'] }), 'ehr-unavailable'],
    ['something else altogether', 200, enveloped({ pid: 'x' }), 'ehr-unavailable'],
    ['no row', 200, enveloped([]), 'ehr-unavailable'],
  ])('%s', async (_, status, body, code) => {
    const [answered, problem] = await codeOf(openWith(body, status).openEmr.readPatient(UUID))
    expect(answered).toBe(code)
    expect(JSON.stringify([problem.message, problem.issues])).not.toContain('Ann')
  })

  test('names the columns that it refuses, and nothing that it says of them', async () => {
    const { openEmr } = openWith(enveloped([], NAMED), 400)
    const [, { issues }] = await codeOf(openEmr.updatePatient(UUID, { phone_home: 'x' }))
    expect(issues).toEqual([{ pointer: '/phone_home', detail: 'The EMR does not accept this value.' }])
  })

  test('a write is sent once, a read that meets a busy EMR again', async () => {
    const { openEmr, seen } = openWith({}, 503)
    expect((await codeOf(openEmr.updatePatient(UUID, { email: '' })))[0]).toBe('ehr-unavailable')
    expect((await codeOf(openEmr.sendMessage(7, MESSAGE)))[0]).toBe('ehr-unavailable')
    expect(seen).toHaveLength(2)
    await codeOf(openEmr.readPatient(UUID))
    expect(seen).toHaveLength(5)
  })

  test('an EMR that does not answer in time', async () => {
    const openEmr = createOpenEmr({
      base: BASE,
      accessToken: async () => 'staff-token',
      timeoutMs: 20,
      fetch: (_, init) =>
        new Promise((_, reject) =>
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
        ),
    })
    expect((await codeOf(openEmr.updatePatient(UUID, { email: '' })))[0]).toBe('ehr-timeout')
  })
})
