import type { Bundle, Communication, Resource } from '@medplum/fhirtypes'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FhirHandle } from '../../../src/fhir/client.ts'
import type { HomeType } from '../../../src/fhir/homes.ts'
import { problemOfEntry } from '../../../src/fhir/outcome.ts'
import { codeOf, idsIn, type ContractServer } from './contract-answers.ts'
import { EXAMPLES, message, SYSTEM, task, thread, unique, visit } from './contract-people.ts'
import { describeSearches } from './contract-searches.ts'

/**
 * What Portico expects of whatever a resource type lives on: the same sentences for the shelf and for every EHR.
 * @param types what the server keeps
 */
export function describeContract(
  name: string,
  types: readonly HomeType[],
  open: () => Promise<ContractServer>,
) {
  let handle: FhirHandle
  let [ann, ben]: readonly [string, string] = ['', '']
  const keeps = (type: HomeType) => types.includes(type)

  beforeAll(async () => {
    const server = await open()
    handle = server.handle
    ;[ann, ben] = server.patients
  })

  describe(`${name}: what is written`, () => {
    test.each(types)(
      '%s is read back as it was written, with an id and a version of the server’s',
      async (type) => {
        const appointment = keeps('Appointment') ? (await handle.create(visit(ann))).id : 'none'
        const resource = EXAMPLES[type](ann, appointment)
        const made = await handle.create({ ...resource, id: 'mine' })
        expect(made.id).not.toBe('mine')
        const { id, meta, ...rest } = await handle.read(type, made.id)
        expect(rest).toMatchObject(resource)
        expect(id).toBe(made.id)
        expect(meta?.versionId).toEqual(expect.any(String))
        expect(Date.parse(meta?.lastUpdated ?? '')).not.toBeNaN()
      },
    )

    test.each(types)('a %s that nobody made is not found', async (type) => {
      expect(await codeOf(handle.read(type, '00000000-0000-7000-8000-000000000000'))).toBe('not-found')
    })

    test.runIf(keeps('Task'))(
      'nonsense is rejected: no status, no such status, no such element',
      async () => {
        const { status: _, ...bare } = task(ann)
        const strange = { ...task(ann), mood: 'good' }
        for (const wrong of [bare, { ...bare, status: 'sent' }, strange])
          expect(await codeOf(handle.create(wrong as Resource))).toBe('ehr-rejected')
      },
    )
  })

  describe.runIf(keeps('Task'))(`${name}: versions`, () => {
    test('an update makes a new version, and one of an old version is a conflict', async () => {
      const made = await handle.create(task(ann))
      const accepted = await handle.update({ ...made, status: 'accepted' }, { ifMatch: made.meta?.versionId })
      expect(accepted.meta?.versionId).not.toBe(made.meta?.versionId)
      const late = handle.update({ ...made, status: 'rejected' }, { ifMatch: made.meta?.versionId })
      expect(await codeOf(late)).toBe('conflict')
      expect((await handle.read('Task', made.id)).status).toBe('accepted')
    })

    test('of two updates of one version at the same time one is a conflict', async () => {
      const made = await handle.create(task(ann))
      const ifMatch = made.meta?.versionId
      const outcomes = await Promise.allSettled(
        (['accepted', 'rejected'] as const).map((status) => handle.update({ ...made, status }, { ifMatch })),
      )
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const lost = outcomes.find((outcome) => outcome.status === 'rejected')
      expect(lost).toMatchObject({ reason: { code: 'conflict' } })
    })

    test('a patch changes what it names, heeds the version, and changes nothing when a step fails', async () => {
      const made = await handle.create(task(ann))
      const ready = [{ op: 'replace', path: '/status', value: 'ready' }] as const
      const patched = await handle.patch('Task', made.id, ready, { ifMatch: made.meta?.versionId })
      expect(patched).toMatchObject({ status: 'ready', intent: 'order', for: made.for })
      const late = handle.patch('Task', made.id, ready, { ifMatch: made.meta?.versionId })
      expect(await codeOf(late)).toBe('conflict')
      const half = [
        { op: 'replace', path: '/status', value: 'failed' },
        { op: 'test', path: '/intent', value: 'plan' },
      ] as const
      expect(await codeOf(handle.patch('Task', made.id, half))).toBe('ehr-rejected')
      const wrong = [{ op: 'replace', path: '/status', value: 'sent' }] as const
      expect(await codeOf(handle.patch('Task', made.id, wrong))).toBe('ehr-rejected')
      expect((await handle.read('Task', made.id)).status).toBe('ready')
      expect(await codeOf(handle.patch('Task', 'nobody-made-this', ready))).toBe('not-found')
    })
  })

  describe.runIf(keeps('Task'))(`${name}: creating under a condition`, () => {
    test('makes nothing where something matches, also when two ask at the same time', async () => {
      const identifier = unique()
      const ifNoneExist = { identifier: `${identifier.system}|${identifier.value}` }
      const wanted = task(ann, { identifier: [identifier] })
      const [one, other] = await Promise.all([
        handle.create(wanted, { ifNoneExist }),
        handle.create(wanted, { ifNoneExist }),
      ])
      expect(other.id).toBe(one.id)
      expect((await handle.create({ ...wanted, status: 'ready' }, { ifNoneExist })).status).toBe('requested')
      expect(idsIn(await handle.search('Task', ifNoneExist))).toEqual([one.id])
    })

    test('is a conflict where several match', async () => {
      const identifier = [unique()]
      const ifNoneExist = { identifier: `${SYSTEM}|${identifier[0]?.value}` }
      await handle.create(task(ann, { identifier }))
      await handle.create(task(ann, { identifier }))
      expect(await codeOf(handle.create(task(ann, { identifier }), { ifNoneExist }))).toBe('conflict')
    })
  })

  describeSearches(name, types, () => ({ handle, patients: [ann, ben] }))

  describe.runIf(keeps('Communication'))(`${name}: several at once`, () => {
    const entry = (method: 'POST' | 'PUT' | 'GET', url: string, resource?: Resource) => ({
      request: { method, url },
      ...(resource ? { resource } : {}),
    })

    test('a batch does each entry for itself and says what became of it', async () => {
      const kept = await handle.create(thread(ann))
      const { entry: answers = [] } = await handle.batch({
        resourceType: 'Bundle',
        type: 'batch',
        entry: [
          entry('POST', 'Communication', thread(ann)),
          entry('GET', `Communication/${kept.id}`),
          entry('GET', 'Communication/nobody-made-this'),
          entry('POST', 'Communication', { ...thread(ann), status: 'sent' } as unknown as Communication),
          entry('GET', `Communication?_id=${kept.id}`),
        ],
      })
      const codes = answers.map((one) => problemOfEntry(one)?.code)
      expect(codes).toEqual([undefined, undefined, 'not-found', 'ehr-rejected', undefined])
      expect(answers[1]?.resource?.id).toBe(kept.id)
      expect(idsIn(answers[4]?.resource as Bundle)).toEqual([kept.id])
    })

    test('a transaction is done whole or not at all', async () => {
      const [good, lost] = [unique(), unique()]
      const find = async ({ system, value }: ReturnType<typeof unique>) =>
        idsIn(await handle.search('Communication', { identifier: `${system}|${value}` }))
      const transaction = (...entries: Bundle['entry'] & object): Bundle => ({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: entries,
      })
      const first = thread(ann, { identifier: [good] })
      const head = {
        ...entry('POST', 'Communication', first),
        fullUrl: 'urn:uuid:6f1b5d0e-0f0a-4b52-8d0e-000000000001',
      }
      const reply = {
        ...message(ann, 'x'),
        partOf: [{ reference: 'urn:uuid:6f1b5d0e-0f0a-4b52-8d0e-000000000001' }],
      }
      await handle.batch(transaction(head, entry('POST', 'Communication', reply)))
      const [id = ''] = await find(good)
      expect(idsIn(await handle.search('Communication', { 'part-of': `Communication/${id}` }))).toHaveLength(
        1,
      )

      const broken = { ...thread(ann), status: 'sent' } as unknown as Communication
      const bad = transaction(
        entry('POST', 'Communication', thread(ann, { identifier: [lost] })),
        entry('POST', 'Communication', broken),
      )
      expect(await codeOf(handle.batch(bad))).toBe('ehr-rejected')
      expect(await find(lost)).toEqual([])
    })
  })
}
