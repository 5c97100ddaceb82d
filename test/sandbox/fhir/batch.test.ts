import type { Bundle, BundleEntry, Communication } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { MRN, ann, expectRefusal, startServer } from './harness.ts'

const URN = 'urn:uuid:0b8a2d5e-5a49-4b5d-9d0e-51e3c0a9a001'

const newPatient: BundleEntry = {
  fullUrl: URN,
  resource: {
    resourceType: 'Patient',
    identifier: [{ system: MRN, value: '88' }],
    name: [{ family: 'Together' }],
  },
  request: { method: 'POST', url: 'Patient' },
}

const message = (status: string): BundleEntry => ({
  resource: { resourceType: 'Communication', status, subject: { reference: URN } } as Communication,
  request: { method: 'POST', url: 'Communication' },
})

const bundle = (type: 'batch' | 'transaction', entry: BundleEntry[]) => ({
  resourceType: 'Bundle',
  type,
  entry,
})

describe('a transaction', () => {
  test('resolves references between its entries and says what became of each', async () => {
    const { search, send } = startServer()
    const { status, body } = await send<Bundle>(
      'POST',
      '',
      bundle('transaction', [message('completed'), newPatient]),
    )
    expect({ status, type: body.type }).toEqual({ status: 200, type: 'transaction-response' })
    expect(body.entry?.map(({ response }) => [response?.status, response?.etag])).toEqual([
      ['201', 'W/"1"'],
      ['201', 'W/"1"'],
    ])
    const [patient] = search('Patient', 'family=together')
    expect(body.entry?.[1]?.response?.location).toBe(`Patient/${patient?.id}/_history/1`)
    expect(search('Communication', `subject=Patient/${patient?.id}`)).toHaveLength(1)
  })

  test('leaves nothing behind when one entry fails', async () => {
    const { idsOf, read, search, send } = startServer()
    await idsOf('Patient?family=cruz')
    const failing = bundle('transaction', [
      newPatient,
      { resource: { ...ann, name: [{ family: 'Renamed' }] }, request: { method: 'PUT', url: 'Patient/ann' } },
      { request: { method: 'DELETE', url: 'Patient/ben' } },
      message('telepathic'),
    ])
    expectRefusal(await send('POST', '', failing), 422, 'code-invalid')
    expect(search('Patient', 'family=together')).toEqual([])
    expect(search('Patient', 'family=cruz')).toHaveLength(1)
    expect(read('Patient', 'ann')?.meta?.versionId).toBe('1')
    expect(read('Patient', 'ben')).toBeDefined()
  })

  test('goes on from where it was after one failed', async () => {
    const { read, send } = startServer()
    await send('POST', '', bundle('transaction', [newPatient, message('telepathic')]))
    const update = {
      resource: { ...ann, gender: 'other' as const },
      request: { method: 'PUT' as const, url: 'Patient/ann' },
    }
    await send('POST', '', bundle('transaction', [update]))
    expect(read('Patient', 'ann')).toMatchObject({ gender: 'other', meta: { versionId: '2' } })
  })

  test('refuses a version that is not the last', async () => {
    const { send } = startServer()
    const late = { resource: ann, request: { method: 'PUT' as const, url: 'Patient/ann', ifMatch: 'W/"9"' } }
    expectRefusal(await send('POST', '', bundle('transaction', [late])), 412, 'processing')
  })
})

test('a batch answers each entry for itself', async () => {
  const { send } = startServer()
  const entries: BundleEntry[] = [
    { request: { method: 'GET', url: 'Patient/ann' } },
    { request: { method: 'GET', url: 'Patient/nobody' } },
    { request: { method: 'GET', url: 'Appointment?patient=ann' } },
    {
      resource: { resourceType: 'Patient', gender: 'xyz' } as never,
      request: { method: 'POST', url: 'Patient' },
    },
  ]
  const { status, body } = await send<Bundle>('POST', '', bundle('batch', entries))
  expect(status).toBe(200)
  expect(body.entry?.map(({ response }) => response?.status)).toEqual(['200', '404', '200', '422'])
  expect(body.entry?.[0]?.response?.etag).toBe('W/"1"')
  expect(body.entry?.[1]?.response?.outcome?.resourceType).toBe('OperationOutcome')
  expect(body.entry?.[2]?.resource).toMatchObject({ type: 'searchset', total: 1 })
})

test('what is no bundle is refused', async () => {
  const { send } = startServer()
  expectRefusal(await send('POST', '', ann), 400, 'invalid')
  expectRefusal(
    await send('POST', '', { resourceType: 'Bundle', type: 'collection', entry: [newPatient] }),
    400,
    'invalid',
  )
  expectRefusal(await send('POST', '', bundle('transaction', [])), 400, 'invalid')
})
