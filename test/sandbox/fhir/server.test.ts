import type { CapabilityStatement } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { issuesOf } from '../../../src/sandbox/fhir/validation.ts'
import { BASE, ann, expectRefusal, startServer } from './harness.ts'

describe('the capability statement', () => {
  const oauth = { authorize: 'http://emr.example/oauth/authorize', token: 'http://emr.example/oauth/token' }
  const { ask } = startServer({ oauth })

  test('is valid and names where to sign in', async () => {
    const { body } = await ask<CapabilityStatement>('metadata')
    expect(issuesOf(body)).toEqual([])
    const [rest] = body.rest ?? []
    expect(rest?.security?.service?.[0]?.coding?.[0]?.code).toBe('SMART-on-FHIR')
    expect(rest?.security?.extension?.[0]?.extension?.map(({ valueUri }) => valueUri)).toEqual(
      Object.values(oauth),
    )
    expect(rest?.interaction?.map(({ code }) => code)).toEqual(['transaction', 'batch'])
  })

  test('keeps its word: every search parameter it names is answered under strict handling', async () => {
    const { body } = await ask<CapabilityStatement>('metadata')
    const promised = (body.rest?.[0]?.resource ?? []).flatMap(({ type, searchParam = [] }) =>
      searchParam.map(({ name, type: kind }) => `${type}?${name}=${SAMPLES[kind] ?? 'x'}`),
    )
    expect(promised.length).toBeGreaterThan(500)
    const refused: string[] = []
    for (const path of promised) {
      const { status } = await ask(path, { headers: { prefer: 'handling=strict' } })
      if (status !== 200) refused.push(`${status} ${path}`)
    }
    expect(refused).toEqual([])
  })

  test('names every type that was loaded besides', async () => {
    const claimResponse = { resourceType: 'Basic' as const, id: 'b', code: { text: 'x' } }
    const { ask } = startServer({ resources: [claimResponse] })
    const { body } = await ask<CapabilityStatement>('metadata')
    expect(body.rest?.[0]?.resource?.map(({ type }) => type)).toContain('Basic')
    expect((await ask('Basic/b')).status).toBe(200)
  })
})

const SAMPLES: Record<string, string> = {
  date: '2026-01-01',
  number: '1',
  quantity: '1',
  reference: 'Patient/ann',
}

describe('bad input', () => {
  test.each([
    ['broken JSON', '{"resourceType":', {}, 400, 'invalid'],
    ['JSON that is no object', '"Patient"', {}, 400, 'invalid'],
    ['no body', '', {}, 400, 'invalid'],
    ['another type than the address says', '{"resourceType":"Observation"}', {}, 400, 'invalid'],
    ['no type at all', '{"gender":"male"}', {}, 400, 'invalid'],
    ['another media type', '<Patient/>', { 'content-type': 'application/xml' }, 415, 'not-supported'],
    [
      'more than five megabytes',
      JSON.stringify({ ...ann, x: 'x'.repeat(5 * 1024 * 1024) }),
      {},
      413,
      'too-long',
    ],
  ])('%s is refused in FHIR', async (_what, body, headers, status, code) => {
    expectRefusal(await startServer().send('POST', 'Patient', body, headers), status, code)
  })

  test('addresses and methods that mean nothing are not found', async () => {
    const { ask } = startServer()
    expectRefusal(await ask('Patient/ann/a/b/c'), 404, 'not-found')
    expectRefusal(await ask('Patient/ann', { method: 'OPTIONS' }), 404, 'not-found')
    expectRefusal(await ask(''), 400, 'invalid')
  })
})

describe('requests', () => {
  test('are counted without what they ask for, and can be counted afresh', async () => {
    const { ask, requests, resetRequests } = startServer()
    await ask('Patient?name=nunez&birthdate=1990-02-03')
    await ask('Patient/nobody')
    expect(requests).toEqual([
      { method: 'GET', path: 'Patient?birthdate&name' },
      { method: 'GET', path: 'Patient/nobody' },
    ])
    resetRequests()
    expect(requests).toEqual([])
  })

  test('can be made to fail before anything is looked at', async () => {
    const down = new Response('down', { status: 503 })
    const { ask, requests, send, search } = startServer({
      authorize: () => Promise.reject(new Error('was asked')),
      misbehaviour: ({ method }) => Promise.resolve(method === 'GET' ? undefined : down),
    })
    expect((await send('POST', 'Patient', { resourceType: 'Patient' })).status).toBe(503)
    expect(search('Patient', '')).toHaveLength(3)
    expect(requests).toHaveLength(1)
    expect((await ask('metadata')).status).toBe(200)
  })
})

test('whoever does not ask for FHIR gets the bytes of a Binary', async () => {
  const data = Buffer.from('Diet plan').toString('base64')
  const { ask } = startServer({
    resources: [{ resourceType: 'Binary', id: 'plan', contentType: 'text/plain', data }],
  })
  const raw = await ask('Binary/plan', { headers: { accept: 'text/plain' } })
  expect({ text: raw.text, type: raw.headers.get('content-type') }).toEqual({
    text: 'Diet plan',
    type: 'text/plain',
  })
  const wrapped = await ask('Binary/plan', { headers: { accept: 'application/fhir+json' } })
  expect(wrapped.body).toMatchObject({ resourceType: 'Binary', data })
})

test('times come from the clock that was given', async () => {
  const { ask, send } = startServer({ now: () => Date.UTC(2026, 10, 22, 12) })
  const { headers } = await send('PUT', 'Patient/ann', ann)
  expect(headers.get('last-modified')).toBe('Sun, 22 Nov 2026 12:00:00 GMT')
  const { body } = await ask('Patient?_lastUpdated=2026-11-22')
  expect(body.total).toBe(3)
  expect(body.entry?.[0]?.fullUrl).toBe(`${BASE}/Patient/ann`)
})
