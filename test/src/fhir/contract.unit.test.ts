import { describe, test } from 'vitest'
import { createFhirHandle } from '../../../src/fhir/client.ts'
import { capabilityOf } from '../../../src/fhir/capability.ts'
import { createCapabilityReader } from '../../../src/fhir/capability-reader.ts'
import { HOME_TYPES, homeOf } from '../../../src/fhir/homes.ts'
import { createFhirServer } from '../../../src/sandbox/fhir/server.ts'
import { describeContract } from './contract.ts'

const BASE = 'http://emr.example/fhir'
const people = ['ann', 'ben'].map((id) => ({ resourceType: 'Patient' as const, id, name: [{ family: id }] }))

describeContract('the sandbox', HOME_TYPES, async () => {
  const server = createFhirServer({ base: BASE, resources: people })
  const handle = createFhirHandle({
    base: BASE,
    accessToken: async () => 'token',
    fetch: async (input, init) => server.app.request(new Request(input, init)),
  })
  return { handle, patients: ['ann', 'ben'] }
})

/** Any real server: an address, and a token where it wants one. What it says that it cannot do is not asked of it. */
const { TEST_FHIR_URL: url, TEST_FHIR_TOKEN: token = 'none' } = process.env
if (url) {
  const capability = await createCapabilityReader({ fetch, now: Date.now }).read(url)
  const types = HOME_TYPES.filter((type) => homeOf(capability, type) === 'ehr')
  const strict = types.filter((type) => {
    const { ifMatch, patch, conditionalCreate } = capabilityOf(capability, type)
    return ifMatch && patch && conditionalCreate
  })
  describeContract(url, strict, async () => {
    const handle = createFhirHandle({ base: url, accessToken: async () => token })
    const make = async (family: string) =>
      (await handle.create({ resourceType: 'Patient', name: [{ family }] })).id
    return { handle, patients: [await make('Contract-Ann'), await make('Contract-Ben')] }
  })
} else
  describe('a real server', () => {
    test.skip('is asked the same when TEST_FHIR_URL names one', () => {})
  })
