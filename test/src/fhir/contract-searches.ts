import type { Bundle, Resource } from '@medplum/fhirtypes'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FhirHandle, Kept, SearchParams } from '../../../src/fhir/client.ts'
import type { HomeType } from '../../../src/fhir/homes.ts'
import { codeOf, idsIn, type ContractServer } from './contract-answers.ts'
import {
  answer,
  asked,
  audit,
  consent,
  document,
  message,
  refer,
  SYSTEM,
  task,
  thread,
  unique,
  visit,
} from './contract-people.ts'

/** Type, search, keys of what is found; `$key` stands for an id or an identifier. */
const QUERIES: [HomeType, SearchParams, string][] = [
  ['Communication', {}, 'thread message later'],
  ['Communication', { status: 'in-progress' }, 'thread'],
  ['Communication', { status: 'in-progress,completed' }, 'thread message later'],
  ['Communication', { 'status:not': 'completed' }, 'thread'],
  ['Communication', { 'part-of:missing': 'true' }, 'thread'],
  ['Communication', { 'part-of:missing': 'false' }, 'message later'],
  ['Communication', { 'part-of': 'Communication/$thread' }, 'message later'],
  ['Communication', { 'part-of': 'Communication/$message' }, ''],
  ['Communication', { subject: `Patient/$ben` }, 'thread message later'],
  ['Communication', { subject: `Patient/$ann` }, ''],
  ['Communication', { identifier: `${SYSTEM}|$mark-thread` }, 'thread'],
  ['Communication', { identifier: '$mark-thread' }, 'thread'],
  ['Communication', { identifier: `urn:other|$mark-thread` }, ''],
  ['Communication', { category: 'question' }, 'thread'],
  ['Communication', { category: `${SYSTEM}/topic|question` }, 'thread'],
  ['Communication', { recipient: 'Patient/$ben' }, 'thread'],
  ['Communication', { sent: '2026-11-22' }, 'thread message'],
  ['Communication', { sent: 'ge2026-11-22T16:00:00Z' }, 'message later'],
  ['Communication', { sent: 'gt2026-11-22T16:00:00Z' }, 'later'],
  ['Communication', { sent: 'lt2026-11-22T16:00:00Z' }, 'thread'],
  ['Communication', { sent: ['ge2026-11-22', 'lt2026-11-23'] }, 'thread message'],
  ['Communication', { sent: 'ge2026-11-23T07:30:00Z' }, 'later'],
  ['Communication', { sent: 'ge2026-11-23T07:30:01Z' }, ''],
  ['Communication', { _id: '$thread' }, 'thread'],
  ['Communication', { _id: '$thread,$later' }, 'thread later'],
  ['Communication', { _lastUpdated: 'ge2000-01-01' }, 'thread message later'],
  ['Communication', { _lastUpdated: 'lt2000-01-01' }, ''],
  ['Appointment', {}, 'visit asked'],
  ['Appointment', { status: 'proposed,pending' }, 'asked'],
  ['Appointment', { actor: 'Patient/$ben' }, 'visit asked'],
  ['Appointment', { date: 'ge2026-11-30', status: 'booked' }, 'visit'],
  ['Appointment', { date: ['ge2026-12-01'] }, ''],
  ['Appointment', { 'date:missing': 'true' }, 'asked'],
  ['Appointment', { 'appointment-type': 'ROUTINE', 'part-status': 'accepted' }, 'visit asked'],
  ['Appointment', { identifier: `${SYSTEM}|$mark-visit` }, 'visit'],
  ['AppointmentResponse', { 'part-status': 'tentative' }, 'answer'],
  ['AppointmentResponse', { 'part-status': 'accepted' }, ''],
  ['AppointmentResponse', { appointment: 'Appointment/$visit' }, 'answer'],
  ['Task', { status: 'requested' }, 'task'],
  ['Task', { 'part-of': 'Task/$task' }, 'step'],
  ['Task', { focus: 'Patient/$ann' }, 'step'],
  ['Task', { owner: 'Patient/$ben' }, 'task'],
  ['Task', { 'owner:missing': 'true' }, 'step'],
  ['Task', { code: 'respond', intent: 'order', priority: 'routine' }, 'task step'],
  ['Task', { 'authored-on': 'le2026-11-22' }, 'task step'],
  ['DocumentReference', { type: 'http://loinc.org|51855-5', date: '2026-11-22' }, 'document'],
  ['DocumentReference', { status: 'superseded' }, ''],
  ['Consent', { status: 'active' }, 'consent'],
  ['Consent', { category: 'http://loinc.org|64292-6', scope: 'patient-privacy' }, 'consent ended'],
  ['Consent', { period: 'gt2026-11-10' }, 'consent'],
  ['AuditEvent', { date: '2026-11-22', type: 'rest', action: 'R', outcome: '0' }, 'audit'],
  ['AuditEvent', { subtype: 'create' }, ''],
  ['AuditEvent', { entity: 'Patient/$ben' }, 'audit'],
]

/** The part of the contract that is about finding things. */
export function describeSearches(name: string, types: readonly HomeType[], open: () => ContractServer) {
  const keeps = (type: HomeType) => types.includes(type)

  describe(`${name}: searching`, () => {
    let handle: FhirHandle
    let [ann, ben]: readonly [string, string] = ['', '']
    const made: Record<string, Kept<Resource>> = {}
    const marks = { thread: unique(), visit: unique() }

    beforeAll(async () => {
      const server = open()
      handle = server.handle
      ;[ann, ben] = server.patients
      const make = async (key: string, resource: Resource) => (made[key] = await handle.create(resource))
      const idOf = (key: string) => made[key]?.id ?? ''
      if (keeps('Communication')) {
        await make('thread', thread(ben, { identifier: [marks.thread], recipient: [refer('Patient', ben)] }))
        await make('message', message(ben, idOf('thread')))
        await make(
          'later',
          message(ben, idOf('thread'), { sent: '2026-11-23T09:30:00+02:00', priority: 'urgent' }),
        )
      }
      if (keeps('Appointment')) {
        await make('visit', visit(ben, { identifier: [marks.visit] }))
        await make('asked', asked(ben))
        await make('other', visit(ann, { start: '2026-12-02T09:00:00Z', end: '2026-12-02T09:20:00Z' }))
      }
      if (keeps('AppointmentResponse')) await make('answer', answer(ben, idOf('visit') || 'none'))
      if (keeps('Task')) {
        await make('task', task(ben, { owner: refer('Patient', ben), businessStatus: { text: 'waiting' } }))
        await make(
          'step',
          task(ben, {
            status: 'completed',
            partOf: [refer('Task', idOf('task'))],
            focus: refer('Patient', ann),
          }),
        )
      }
      if (keeps('DocumentReference')) await make('document', document(ben))
      if (keeps('Consent')) {
        await make('consent', consent(ben))
        await make(
          'ended',
          consent(ben, { status: 'inactive', provision: { period: { end: '2026-11-01' } } }),
        )
      }
      if (keeps('AuditEvent')) await make('audit', audit(ben))
    })

    const fill = (text: string) =>
      text
        .replace(/\$mark-(\w+)/, (_, key: 'thread' | 'visit') => marks[key].value)
        .replaceAll(/\$(\w+)/g, (_, key: string) => ({ ann, ben })[key] ?? made[key]?.id ?? 'none')
    const filled = (params: SearchParams): SearchParams =>
      Object.fromEntries(Object.entries(params).map(([key, values]) => [key, [values].flat().map(fill)]))
    const keysOf = (bundle: Bundle) =>
      idsIn(bundle).map((id) => Object.keys(made).find((key) => made[key]?.id === id) ?? 'a stranger')

    test.each(QUERIES.filter(([type]) => keeps(type)))(
      '%s by %j finds: %s',
      async (type, params, expected) => {
        const found = await handle.search(type, { patient: ben, ...filled(params) })
        expect(keysOf(found).sort()).toEqual(expected.split(' ').filter(Boolean).sort())
        for (const { fullUrl, resource } of found.entry ?? [])
          expect(fullUrl).toContain(`${type}/${resource?.id}`)
      },
    )

    test.runIf(keeps('Communication'))(
      'a patient may be named by id, by reference and by address',
      async () => {
        for (const patient of [ben, `Patient/${ben}`, `${handle.base}/Patient/${ben}`])
          expect(keysOf(await handle.search('Communication', { patient })).sort()).toEqual([
            'later',
            'message',
            'thread',
          ])
      },
    )

    test.runIf(keeps('Communication'))('sorts both ways, by instants and not by their spelling', async () => {
      const sorted = async (_sort: string) =>
        keysOf(await handle.search('Communication', { patient: ben, _sort }))
      expect(await sorted('sent')).toEqual(['thread', 'message', 'later'])
      expect(await sorted('-sent')).toEqual(['later', 'message', 'thread'])
    })

    test.runIf(keeps('Communication'))(
      'gives as many as asked for, and says that there are more',
      async () => {
        const page = await handle.search('Communication', { patient: ben, _count: '2', _sort: 'sent' })
        expect(keysOf(page)).toEqual(['thread', 'message'])
        expect(page.link?.some(({ relation }) => relation === 'next')).toBe(true)
        const all = await handle.search('Communication', { patient: ben, _count: '3' })
        expect(all.link?.some(({ relation }) => relation === 'next') ?? false).toBe(false)
      },
    )

    test.each([
      { mood: 'good' },
      { 'sent:sideways': '2026' },
      { sent: 'soon' },
      { _sort: 'mood' },
    ] as SearchParams[])(
      '%j is refused, not overlooked: an overlooked filter finds everybody’s',
      async (params) => {
        const type = types[0] ?? 'Task'
        const nonsense = type === 'Communication' || !('sent' in params) ? params : { mood: 'good' }
        expect(await codeOf(handle.search(type, { patient: ben, ...nonsense }))).toBe('ehr-rejected')
      },
    )
  })
}
