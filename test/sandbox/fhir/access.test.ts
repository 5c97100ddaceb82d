import type { Bundle } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { reachOf } from '../../../src/sandbox/fhir/access.ts'
import type { FhirAccess, Interaction } from '../../../src/sandbox/fhir/access.ts'
import { ann, annsVisit, ben, expectRefusal, startServer } from './harness.ts'

const bensVisit = {
  ...annsVisit,
  id: 'bens-visit',
  participant: [{ actor: { reference: 'Patient/ben' }, status: 'accepted' as const }],
}
const dr = { resourceType: 'Practitioner' as const, id: 'dr-osei' }

const startWith = (access: FhirAccess) =>
  startServer({ authorize: () => Promise.resolve(access), resources: [ann, ben, annsVisit, bensVisit, dr] })

describe('scopes', () => {
  const table: [string, string, Interaction[]][] = [
    ['user/Patient.rs', 'Patient', ['r', 's']],
    ['user/Patient.read', 'Patient', ['r', 's']],
    ['user/Patient.write', 'Patient', ['c', 'u', 'd']],
    ['user/Patient.*', 'Patient', ['c', 'r', 'u', 'd', 's']],
    ['user/*.c', 'Patient', ['c']],
    ['openid user/Consent.cru user/Patient.s', 'Patient', ['s']],
    ['user/Observation.cruds', 'Patient', []],
    ['system/Patient.cruds', 'Patient', []],
    ['user/Patient.sr', 'Patient', []],
    ['user/Patient.rs?_id=ann', 'Patient', []],
    ['Patient.rs launch', 'Patient', []],
  ]
  test.each(table)('%s grants for %s: %j', (scope, type, granted) => {
    const reaches = (['c', 'r', 'u', 'd', 's'] as const).filter(
      (interaction) => reachOf({ kind: 'user', scope }, type, interaction) === 'all',
    )
    expect(reaches).toEqual(granted)
  })

  test('are checked for every interaction', async () => {
    const { ask, read, send } = startWith({ kind: 'system', scope: 'system/Patient.r' })
    expect((await ask('Patient/ann')).status).toBe(200)
    expectRefusal(await ask('Patient?name=ann'), 403, 'forbidden')
    expectRefusal(await send('POST', 'Patient', { resourceType: 'Patient' }), 403, 'forbidden')
    expectRefusal(await send('PUT', 'Patient/ann', ann), 403, 'forbidden')
    expectRefusal(await send('PUT', 'Patient/new', { ...ann, id: 'new' }), 403, 'forbidden')
    expectRefusal(await send('PATCH', 'Patient/ann', []), 403, 'forbidden')
    expectRefusal(await ask('Patient/ann', { method: 'DELETE' }), 403, 'forbidden')
    expectRefusal(await ask('Appointment/anns-visit'), 403, 'forbidden')
    expect(read('Patient', 'ann')?.meta?.versionId).toBe('1')
  })

  test('are checked for every entry of a batch', async () => {
    const { send } = startWith({ kind: 'user', scope: 'user/Patient.r' })
    const { body } = await send<Bundle>('POST', '', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        { request: { method: 'GET', url: 'Patient/ann' } },
        { request: { method: 'GET', url: 'Appointment/anns-visit' } },
        { request: { method: 'GET', url: 'Patient?name=ann' } },
        { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
      ],
    })
    expect(body.entry?.map(({ response }) => response?.status)).toEqual(['200', '403', '403', '403'])
  })

  test('a transaction with one forbidden entry does nothing', async () => {
    const { read, send } = startWith({ kind: 'user', scope: 'user/Patient.crus' })
    const answer = await send('POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { resource: { ...ann, gender: 'other' }, request: { method: 'PUT', url: 'Patient/ann' } },
        { request: { method: 'DELETE', url: 'Patient/ben' } },
      ],
    })
    expectRefusal(answer, 403, 'forbidden')
    expect(read('Patient', 'ann')).toMatchObject({ gender: 'female' })
  })

  test('what may not be seen is not included either', async () => {
    const { idsOf } = startWith({ kind: 'user', scope: 'user/Patient.rs' })
    expect(await idsOf('Patient?_id=ann&_revinclude=Appointment:patient')).toEqual(['ann'])
  })
})

describe('a token in the context of a patient', () => {
  const access: FhirAccess = { kind: 'patient', scope: 'patient/*.cruds', patient: 'ann' }

  test('sees what belongs to that patient, and who is needed to understand it', async () => {
    const { ask, idsOf } = startWith(access)
    expect(await idsOf('Patient')).toEqual(['ann'])
    expect(await idsOf('Appointment')).toEqual(['anns-visit'])
    expect(await idsOf('Appointment?patient=ben')).toEqual([])
    expect((await ask('Practitioner/dr-osei')).status).toBe(200)
    expectRefusal(await ask('Patient/ben'), 403, 'forbidden')
    expectRefusal(await ask('Appointment/bens-visit'), 403, 'forbidden')
    expectRefusal(await ask('Appointment/bens-visit/_history'), 403, 'forbidden')
    expectRefusal(await ask('Appointment/bens-visit/_history/1'), 403, 'forbidden')
  })

  test('changes nothing of another patient, and gives nothing away to one', async () => {
    const { ask, read, send } = startWith(access)
    expectRefusal(await send('PUT', 'Patient/ben', ben), 403, 'forbidden')
    expectRefusal(await ask('Appointment/bens-visit', { method: 'DELETE' }), 403, 'forbidden')
    expectRefusal(
      await send('PUT', 'Appointment/anns-visit', { ...bensVisit, id: 'anns-visit' }),
      403,
      'forbidden',
    )
    expectRefusal(await send('POST', 'Appointment', { ...bensVisit, id: undefined }), 403, 'forbidden')
    expect(read('Appointment', 'anns-visit')?.meta?.versionId).toBe('1')
  })

  test('without a patient reaches nobody', () => {
    expect(reachOf({ kind: 'patient', scope: 'patient/*.cruds' }, 'Patient', 'r')).toBe('none')
  })

  test('a user with patient scopes reaches the patient in context only', () => {
    const user: FhirAccess = { kind: 'user', scope: 'patient/Patient.r user/Slot.s', patient: 'ann' }
    expect(reachOf(user, 'Patient', 'r')).toEqual({ patient: 'ann' })
    expect(reachOf(user, 'Slot', 's')).toBe('all')
  })
})

test('whoever is not known is answered by the authorization server, and sees the metadata all the same', async () => {
  const unknown = () => Promise.resolve(new Response('sign in', { status: 401 }))
  const { ask } = startServer({ authorize: unknown })
  expect(await ask('Patient/ann')).toMatchObject({ status: 401, text: 'sign in' })
  expect((await ask('metadata')).status).toBe(200)
})
