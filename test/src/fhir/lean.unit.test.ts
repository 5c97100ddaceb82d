import { isDataTypeLoaded } from '@medplum/core'
import { describe, expect, test } from 'vitest'
import { createFhirHandle } from '../../../src/fhir/client.ts'
import { startFaultyEhr } from '../../support/ehr-faults.ts'
import { listFiles, readSource } from '../../support/sources.ts'

/** Packages for tests and the sandbox; the definitions alone would cost the service a second and 300 MB. */
const HEAVY = /^(@medplum\/(definitions|fhir-router)|@faker-js\/faker|smtp-server)(\/|$)/

const shipped = listFiles('src')
  .filter((path) => path.endsWith('.ts') && !path.startsWith('src/sandbox/'))
  .map(readSource)

describe('the service', () => {
  test('imports no FHIR definitions, no test server and no invented people', () => {
    expect(shipped.map(({ path }) => path)).toContain('src/fhir/client.ts')
    const heavy = shipped.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => HEAVY.test(specifier))
        .map(({ specifier }) => `${path}: ${specifier}`),
    )
    expect(heavy).toEqual([])
  })

  test('takes FHIR types as types only', () => {
    const values = shipped.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier, typeOnly }) => specifier.startsWith('@medplum/fhirtypes') && !typeOnly)
        .map(() => path),
    )
    expect(values).toEqual([])
  })

  test('reads and writes without loading the structure of a single resource', async () => {
    await using ehr = await startFaultyEhr({ body: { resourceType: 'Patient', id: 'ann' } })
    const handle = createFhirHandle({ base: ehr.base, accessToken: () => Promise.resolve('token') })
    await handle.update(await handle.read('Patient', 'ann'))
    expect(isDataTypeLoaded('Patient')).toBe(false)
  })
})
