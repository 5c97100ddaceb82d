import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPatients, replacePatients } from '../../../src/sandbox/demo/data.ts'
import { keysPath, readOrMakeKeys } from '../../../src/sandbox/demo/keys.ts'
import { createPeople } from '../../../src/sandbox/people/index.ts'
import { staffOf } from '../../../src/sandbox/staff.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-data-test-'))
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ resource: { resourceType: 'Patient', id: 'a' } }],
  }
  writeFileSync(join(folder, 'bundle.json'), JSON.stringify(bundle))
  const lines = ['b', 'c'].map((id) => JSON.stringify({ resourceType: 'Patient', id })).join('\n')
  writeFileSync(join(folder, 'Patient.ndjson.gz'), gzipSync(lines))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('loaded patients take the place of the built-in ones; whoever works there stays', async () => {
  const resources = replacePatients(createPeople('fernwood'), await readPatients(folder))
  const patients = resources.filter(({ resourceType }) => resourceType === 'Patient')
  expect(new Set(patients.map(({ id }) => id))).toEqual(new Set(['a', 'b', 'c']))
  expect(patients).toHaveLength(3)
  expect(resources.some(({ resourceType }) => resourceType === 'Condition')).toBe(false)
  expect(staffOf(resources).map(({ role }) => role)).toEqual(['front-desk', 'physician', 'administrator'])
})

test('each clinic has one person for each role', () => {
  for (const clinic of ['fernwood', 'harbor'] as const) {
    const staff = staffOf(createPeople(clinic))
    expect(staff.map(({ role }) => role)).toEqual(['front-desk', 'physician', 'administrator'])
    expect(staff.every(({ name, fhirUser }) => name !== '' && fhirUser.startsWith('Practitioner/'))).toBe(
      true,
    )
  }
})

test('a kept store gets its keys again, another one gets others', async () => {
  const store = `sqlite:${join(folder, 'store', 'portico.sqlite')}`
  const first = await readOrMakeKeys(['fernwood'], store)
  expect(await readOrMakeKeys(['fernwood'], store)).toEqual(first)
  expect((await readOrMakeKeys(['fernwood'], undefined)).service).not.toBe(first.service)
  expect(keysPath('postgres://a/1')).not.toBe(keysPath('postgres://a/2'))
})
