import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readPatients, replacePatients } from '../../../src/sandbox/demo/data.ts'
import { readHosts } from '../../../src/sandbox/demo/hosts.ts'
import { keysPath, readOrMakeKeys } from '../../../src/sandbox/demo/keys.ts'
import { DemoError } from '../../../src/sandbox/demo/options.ts'
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
  mkdirSync(join(folder, 'patients'))
  writeFileSync(join(folder, 'patients/bundle.json'), JSON.stringify(bundle))
  const lines = ['b', 'c'].map((id) => JSON.stringify({ resourceType: 'Patient', id })).join('\n')
  writeFileSync(join(folder, 'patients/Patient.ndjson.gz'), gzipSync(lines))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('loaded patients take the place of the built-in ones; whoever works there stays', async () => {
  const resources = replacePatients(createPeople('fernwood'), await readPatients(join(folder, 'patients')))
  const patients = resources.filter(({ resourceType }) => resourceType === 'Patient')
  expect(new Set(patients.map(({ id }) => id))).toEqual(new Set(['a', 'b', 'c']))
  expect(patients).toHaveLength(3)
  expect(resources.some(({ resourceType }) => resourceType === 'Condition')).toBe(false)
  expect(staffOf(resources).map(({ role }) => role)).toEqual(['front-desk', 'physician', 'administrator'])
})

test.each<[string, string, Record<string, string> | null, string]>([
  ['that does not exist', 'nowhere', null, 'the folder * cannot be read (ENOENT)'],
  ['that is empty', 'empty', {}, 'there is no patient in *'],
  ['without FHIR in it', 'other', { 'notes.json': '{}', 'notes.txt': 'Ann' }, 'there is no patient in *'],
  ['with a broken file', 'broken', { 'a.json': '{"resourceType"' }, 'a.json is not JSON'],
])('a folder %s is refused with one line', async (_, name, files, message) => {
  const path = join(folder, name)
  if (files) mkdirSync(path)
  for (const [file, text] of Object.entries(files ?? {})) writeFileSync(join(path, file), text)
  const error = new DemoError(`--data: ${message.replace('*', path)}.`)
  await expect(readPatients(path)).rejects.toThrow(error)
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

test('a store that was kept before the EMR had a key of its own keeps the others', async () => {
  const store = `sqlite:${join(folder, 'older', 'portico.sqlite')}`
  const { hosts, ...older } = await readOrMakeKeys(['fernwood'], store)
  writeFileSync(keysPath(store), JSON.stringify(older))
  const mended = await readOrMakeKeys(['fernwood'], store)
  expect(mended).toMatchObject(older)
  expect(mended.hosts['fernwood']).not.toEqual(hosts['fernwood'])
  expect(await readOrMakeKeys(['fernwood'], store)).toEqual(mended)
})

describe('more hosts', () => {
  const host = { id: 'my-emr', name: 'My EMR', origins: ['http://127.0.0.1:5173'], jwks: 'keys.json' }
  const writeHosts = (content: unknown) => {
    const path = join(folder, 'hosts.json')
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  test('are read with their key files, which lie beside the file', () => {
    writeFileSync(join(folder, 'keys.json'), '{"keys": []}')
    expect(readHosts(writeHosts([host]))).toEqual([{ ...host, jwks: join(folder, 'keys.json') }])
    const address = { ...host, jwks: 'https://emr.example/jwks.json' }
    expect(readHosts(writeHosts([address]))).toEqual([address])
    expect(readHosts(undefined)).toEqual([])
  })

  test.each<[string, unknown, RegExp]>([
    ['is no array', { hosts: [host] }, /^--hosts: \S+ is not a JSON array of hosts/],
    ['has a host without keys', [{ ...host, jwks: undefined }], /^--hosts: \S+ is not a JSON array of hosts/],
    ['names keys that are not there', [{ ...host, jwks: 'no.json' }], /^--hosts: the key file \S+no\.json/],
  ])('are refused with one line when the file %s', (_, content, line) => {
    const path = writeHosts(content)
    expect(() => readHosts(path)).toThrow(DemoError)
    expect(() => readHosts(path)).toThrow(line)
  })
})

test('a kept SQLite store whose keys are gone is refused instead of given others', async () => {
  const file = join(folder, 'orphan', 'portico.sqlite')
  await readOrMakeKeys(['fernwood'], `sqlite:${file}`)
  writeFileSync(file, 'what was kept')
  rmSync(keysPath(`sqlite:${file}`))
  const refused = readOrMakeKeys(['fernwood'], `sqlite:${file}`)
  await expect(refused).rejects.toThrow(DemoError)
  await expect(refused).rejects.toThrow(/^\S+portico\.sqlite is there, but its keys are not: [^\n]+$/)
  expect(existsSync(keysPath(`sqlite:${file}`))).toBe(false)
})
