import type { Appointment, Bundle, OperationOutcome, Patient, Resource } from '@medplum/fhirtypes'
import { expect } from 'vitest'
import { createFhirServer } from '../../../src/sandbox/fhir/server.ts'
import type { FhirServerOptions } from '../../../src/sandbox/fhir/server.ts'

export const BASE = 'http://emr.example/fhir'
export const MRN = 'https://clinic.example/mrn'

const FHIR_JSON = 'application/fhir+json'

/** A server with a few resources, and a way to ask it over HTTP without a socket. */
export const startServer = (options: Partial<FhirServerOptions> = {}) => {
  const server = createFhirServer({ base: BASE, resources: [ann, ben, zoe, annsVisit], ...options })

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the test says what it expects
  const ask = async <T = Bundle>(path: string, init: RequestInit = {}) => {
    const response = await server.app.request(`${BASE}/${path}`, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: parsed(text) as T }
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the test says what it expects
  const send = <T = Resource>(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ) =>
    ask<T>(path, {
      method,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': method === 'PATCH' ? 'application/json-patch+json' : FHIR_JSON, ...headers },
    })

  /** Ids of the matches of a search, in the order in which they came. */
  const idsOf = async (path: string) => {
    const { body } = await ask(path)
    return (body.entry ?? []).map(({ resource }) => resource?.id)
  }

  return { ...server, ask, send, idsOf }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Every refusal has its status, FHIR's media type and an OperationOutcome with this code. */
export const expectRefusal = (
  answer: { status: number; headers: Headers; body: unknown },
  status: number,
  code: string,
) => {
  const outcome = answer.body as OperationOutcome
  expect({
    status: answer.status,
    mediaType: answer.headers.get('content-type')?.split(';')[0],
    type: outcome.resourceType,
    code: outcome.issue?.[0]?.code,
  }).toEqual({ status, mediaType: FHIR_JSON, type: 'OperationOutcome', code })
}

export const ann: Patient = {
  resourceType: 'Patient',
  id: 'ann',
  identifier: [{ system: MRN, value: '004417' }],
  active: true,
  name: [{ use: 'official', family: 'Núñez', given: ['Ann', 'Maria'] }],
  telecom: [{ system: 'email', value: 'Ann@mail.example' }],
  gender: 'female',
  birthDate: '1990-02-03',
}

export const ben: Patient = {
  resourceType: 'Patient',
  id: 'ben',
  identifier: [{ system: 'https://other.example/mrn', value: '004417' }],
  name: [{ family: 'de la Cruz', given: ['Ben'] }],
  gender: 'male',
  birthDate: '1985-11-20',
}

const zoe: Patient = {
  resourceType: 'Patient',
  id: 'zoe',
  identifier: [{ system: MRN, value: '009000' }],
  name: [{ family: 'Łukasiewicz', given: ['Zoe'] }],
  birthDate: '1990',
}

export const annsVisit: Appointment = {
  resourceType: 'Appointment',
  id: 'anns-visit',
  status: 'booked',
  start: '2026-11-30T09:00:00-08:00',
  end: '2026-11-30T09:30:00-08:00',
  participant: [
    { actor: { reference: 'Patient/ann' }, status: 'accepted' },
    { actor: { reference: 'Practitioner/dr-osei' }, status: 'accepted' },
  ],
}
