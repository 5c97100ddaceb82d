import { randomBytes } from 'node:crypto'
import type { Resource } from '@medplum/fhirtypes'
import { beforeAll, describe, expect, test } from 'vitest'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { createFhirHandle, type FhirHandle, type SearchParams } from '../../../src/fhir/client.ts'
import type { HomeType } from '../../../src/fhir/homes.ts'
import { createFhirServer } from '../../../src/sandbox/fhir/server.ts'
import { createShelf } from '../../../src/shelf/shelf.ts'
import { openTestStore } from '../../support/store.ts'
import { codeOf } from '../fhir/contract-answers.ts'
import { audit, consent, message, task, thread, visit } from '../fhir/contract-people.ts'
import { BASE, NOW } from './shelf.ts'

const code = (text: string, system?: string) => ({
  coding: [{ code: text, ...(system ? { system } : {}) }],
})

const { sent: _, ...unsent } = message('ann', 'x')
const period = (provision: object) => consent('ann', { provision })

const RESOURCES: Record<string, Resource> = {
  second: thread('ann', { sent: '2026-11-22T15:00:00Z', category: [code('Q', 'http://s/a')] }),
  day: thread('ann', { sent: '2026-11-22', category: [code('Q')] }),
  month: thread('ann', { sent: '2026-11', category: [{ text: 'Q' }] }),
  night: thread('ann', { sent: '2026-11-22T23:30:00-05:00', category: [code('q', 'http://S/a')] }),
  half: thread('ann', { sent: '2026-11-22T15:00:00.500Z', identifier: [{ system: 'urn:A', value: 'X1' }] }),
  never: { ...unsent, identifier: [{ system: 'urn:a', value: 'X1' }] },
  bare: thread('ann', { sent: '2026-11-24T00:00:00Z', identifier: [{ value: 'x1' }] }),
  visit: visit('ann', { start: '2026-11-22T09:00:00+09:00', end: '2026-11-22T10:00:00+09:00' }),
  open: period({ period: { start: '2026-11-01' } }),
  over: period({ period: { end: '2026-11-10T10:00:00Z' } }),
  within: period({ period: { start: '2026-11-22T08:00:00Z', end: '2026-11-22T09:00:00Z' } }),
  running: task('ann', { executionPeriod: { start: '2026-11-01' } }),
  event: audit('ann', { recorded: '2026-11-22T15:00:00.250Z' }),
}

const DATES = [
  '2026',
  '2026-11',
  '2026-11-22',
  '2026-11-23',
  '2026-11-22T15:00:00Z',
  '2026-11-22T15:00:00.500Z',
]
const LONG = ['2026-11-22T10:00:00-05:00', '2026-11-22T00:30:00Z', '2026-11-10']
const PREFIXES = ['', 'eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sa', 'eb', 'ap']
const DATED: [HomeType, string][] = [
  ['Communication', 'sent'],
  ['Appointment', 'date'],
  ['Consent', 'period'],
  ['Task', 'period'],
  ['AuditEvent', 'date'],
]
const TOKENS: [string, string[]][] = [
  [
    'identifier',
    ['urn:A|X1', 'urn:a|X1', 'urn:a|x1', 'X1', 'x1', '|X1', 'urn:A|', 'urn:b|', 'urn:A|X1,urn:a|X1'],
  ],
  ['category', ['Q', 'q', '|Q', 'http://s/a|Q', 'http://s/a|q', 'http://S/a|Q', 'http://S/a|', 'Q,x', 'x']],
  ['status', ['completed', 'COMPLETED', 'completed,in-progress', '|completed']],
]

describe('the shelf answers as a FHIR server does', () => {
  const names = new Map<string, string>()
  const handles: FhirHandle[] = []

  beforeAll(async () => {
    const now = () => NOW
    const keyring = createKeyring(`test:${randomBytes(32).toString('base64url')}`)
    const store = await openTestStore()
    const shelf = createShelf({ store, keyring, now, practiceId: 'fernwood', base: BASE })
    const server = createFhirServer({ base: BASE, resources: [{ resourceType: 'Patient', id: 'ann' }], now })
    const ehr = createFhirHandle({
      base: BASE,
      accessToken: async () => 'token',
      fetch: async (input, init) => server.app.request(new Request(input, init)),
    })
    handles.push(shelf, ehr)
    for (const handle of handles)
      for (const [name, resource] of Object.entries(RESOURCES))
        names.set((await handle.create(resource)).id, name)
  })

  const answersTo = async (type: HomeType, params: SearchParams) =>
    Promise.all(
      handles.map(async (handle) =>
        (await handle.search(type, params)).entry
          ?.map(({ resource }) => names.get(resource?.id ?? ''))
          .sort(),
      ),
    )

  test.each(DATED)('to every way of asking %s by %s', async (type, name) => {
    for (const date of [...DATES, ...LONG])
      for (const prefix of PREFIXES) {
        const [here, there] = await answersTo(type, { [name]: `${prefix}${date}` })
        expect(here, `${type}?${name}=${prefix}${date}`).toEqual(there)
      }
  })

  test.each(TOKENS)('to every way of asking by %s', async (name, values) => {
    for (const value of values)
      for (const modifier of ['', ':not']) {
        const [here, there] = await answersTo('Communication', { [`${name}${modifier}`]: value })
        expect(here, `${name}${modifier}=${value}`).toEqual(there)
      }
  })

  test('a day contains what lies in it, not what it lies in; a system is told by its case', async () => {
    const [day] = await answersTo('Communication', { sent: '2026-11-22' })
    expect(day).toEqual(['day', 'half', 'second'])
    expect((await answersTo('Consent', { period: '2026-11-22' }))[0]).toEqual(['within'])
    expect((await answersTo('Communication', { sent: '2026-11-22T15:00:00.500Z' }))[0]).toEqual(['half'])
    expect((await answersTo('Communication', { identifier: 'urn:a|X1' }))[0]).toEqual(['never'])
  })

  test.each(['2026-13-45', '2026-02-30', 'xx2026', '22.11.2026', '2026-11-22T25:00:00Z'])(
    '%s is no date, and refused',
    async (date) => {
      const [shelf] = handles
      const refused = shelf?.search('Communication', { sent: date }) ?? Promise.resolve()
      expect(await codeOf(refused)).toBe('ehr-rejected')
    },
  )

  test.each([
    { status: 'pending', requestedPeriod: [{ start: '2026-12-01' }], start: undefined, end: undefined },
    { status: 'proposed', end: undefined },
  ] as const)('a visit of %j lacks its times, and is refused', async (rest) => {
    const { start, end, ...whole } = { ...visit('ann'), ...rest }
    const resource = { ...whole, ...(start ? { start } : {}), ...(end ? { end } : {}) } as Resource
    for (const handle of handles) expect(await codeOf(handle.create(resource))).toBe('ehr-rejected')
  })
})
