import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Resource } from '@medplum/fhirtypes'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFhirServer } from '../../../src/sandbox/fhir/server.ts'
import { loadFolder } from '../../../src/sandbox/people/load.ts'

const ann: Resource = { resourceType: 'Patient', id: 'ann' }
const ben: Resource = { resourceType: 'Patient', id: 'ben' }
const zoe: Resource = { resourceType: 'Patient', id: 'zoe' }

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'people-'))
})
afterEach(() => rm(folder, { recursive: true }))

const put = (name: string, content: string | Buffer) => writeFile(join(folder, name), content)

test('bundles, bulk exports and single resources are read, gzipped or not', async () => {
  await put(
    'a.json',
    JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: ann }, {}] }),
  )
  await put('b.ndjson.gz', gzipSync(`${JSON.stringify(ben)}\n\n`))
  await put('c.json.gz', gzipSync(JSON.stringify(zoe)))
  expect(await loadFolder(folder)).toEqual([ann, ben, zoe])
})

test('folders in the folder are read too', async () => {
  await mkdir(join(folder, 'export/more.ndjson'), { recursive: true })
  await put('a.json', JSON.stringify(ann))
  await put('export/b.json', JSON.stringify(ben))
  await put('export/more.ndjson/c.json', JSON.stringify(zoe, null, 2))
  expect(await loadFolder(folder)).toEqual([ann, ben, zoe])
})

test('what is no FHIR is passed over', async () => {
  await put('MANIFEST.json', '{"files":[]}')
  await put('README.md', 'Patients')
  await put('a.ndjson', '')
  expect(await loadFolder(folder)).toEqual([])
})

test.each([
  ['a.ndjson', `${JSON.stringify(ann)}\n{"resourceType"`, 'a.ndjson, line 2 is not JSON'],
  ['b.json.gz', 'not zipped', 'b.json.gz cannot be read (Z_DATA_ERROR)'],
  ['c.json', '{"resourceType":"Bundle","entry":{}}', 'c.json is a Bundle whose entry is not a list'],
])('%s that holds something else is named', async (name, content, message) => {
  await put(name, content)
  await expect(loadFolder(folder)).rejects.toThrow(message)
})

test('a server takes what others wrote as it is, with its time and its small faults', async () => {
  const odd = {
    ...ann,
    meta: { lastUpdated: '2020-01-02T03:04:05Z', versionId: '17' },
    gender: 'F',
    shoeSize: 43,
    generalPractitioner: [{ reference: 'Practitioner/elsewhere' }],
  } as unknown as Resource
  await put(
    'a.ndjson',
    [odd, { resourceType: 'Spaceship', id: 's' }].map((one) => JSON.stringify(one)).join('\n'),
  )
  const server = createFhirServer({ base: 'http://emr.example/fhir', resources: await loadFolder(folder) })
  expect(server.read('Patient', 'ann')).toEqual({
    ...odd,
    meta: { lastUpdated: '2020-01-02T03:04:05Z', versionId: '1' },
  })
  expect(server.search('Patient', 'general-practitioner=Practitioner/elsewhere')).toHaveLength(1)
  expect((await server.app.request('http://emr.example/fhir/Spaceship/s')).status).toBe(404)
})
