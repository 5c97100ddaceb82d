import type { CapabilityStatement, OperationOutcome, Patient } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { goodHabits } from '../../../src/sandbox/fhir/habits.ts'
import { ann, expectRefusal, startServer } from './harness.ts'

describe('an EHR that tells no versions', () => {
  const start = () => startServer({ habits: { ...goodHabits(), etags: false } })

  test('neither in a header nor in a resource, alone or in a bundle', async () => {
    const { ask, send } = start()
    for (const answer of [
      await ask('Patient/ann'),
      await ask('Patient?name=nunez'),
      await send('PUT', 'Patient/ann', { ...ann, gender: 'other' }),
      await send('POST', 'Patient', { resourceType: 'Patient' }),
      await send('POST', '', {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [{ request: { method: 'GET', url: 'Patient/ann' } }],
      }),
    ]) {
      expect(answer.status).toBeLessThan(300)
      expect(answer.headers.get('etag')).toBeNull()
      expect(answer.headers.get('location') ?? '').not.toContain('_history')
      expect(answer.text).not.toMatch(/versionId|"etag"/)
    }
  })

  test('lets the last writer win, whatever version it names', async () => {
    const { send, read } = start()
    const late = await send('PUT', 'Patient/ann', { ...ann, gender: 'other' }, { 'if-match': 'W/"7"' })
    expect(late.status).toBe(200)
    expect(read('Patient', 'ann')).toMatchObject({ gender: 'other' })
  })

  test('says so in its capability statement', async () => {
    const versioning = async ({ ask }: ReturnType<typeof startServer>) => {
      const { body } = await ask<CapabilityStatement>('metadata')
      return [...new Set(body.rest?.[0]?.resource?.map((one) => one.versioning))]
    }
    expect(await versioning(start())).toEqual(['no-version'])
    expect(await versioning(startServer())).toEqual(['versioned-update'])
  })
})

test('an EHR that has no place for extensions of a contact drops them, and keeps the rest', async () => {
  const { send } = startServer({ habits: { ...goodHabits(), extensions: false } })
  const extension = [{ url: 'https://ehr.example/checked', valueBoolean: true }]
  const contact = { system: 'email' as const, value: 'ann@mail.example', rank: 1 }
  const sent: Patient = { ...ann, extension, telecom: [{ ...contact, extension }] }
  const { body } = await send<Patient>('PUT', 'Patient/ann', sent)
  expect(body).toMatchObject({ extension, telecom: [contact] })
  expect(body.telecom).toEqual([contact])
})

test('a phone number with fewer than seven digits is refused with its place', async () => {
  const { send, read } = startServer()
  const telecom = [
    { system: 'email', value: 'ann@mail.example' },
    { system: 'phone', value: '555-01' },
  ]
  const answer = await send<OperationOutcome>('PUT', 'Patient/ann', { ...ann, telecom })
  expectRefusal(answer, 422, 'value')
  expect(answer.body.issue[0]?.expression).toEqual(['Patient.telecom[1].value'])
  expect(read('Patient', 'ann')?.meta?.versionId).toBe('1')
  const enough = [{ system: 'phone', value: '555 010 0' }, { use: 'home' }, { system: 'phone' }]
  expect((await send('PUT', 'Patient/ann', { ...ann, telecom: enough })).status).toBe(200)
})
