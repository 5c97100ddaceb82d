import type { Communication, Task } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import type { Kept } from '../../../src/fhir/client.ts'
import type { TypeCapability } from '../../../src/fhir/capability.ts'
import { codeOf, idsIn } from '../fhir/contract-answers.ts'
import { audit, message, refer, task } from '../fhir/contract-people.ts'
import { fillThread, Killed, openPractice, textOf } from './practice.ts'

const STOP = [{ op: 'replace', path: '/status', value: 'stopped' }] as const

describe('whoever was there before a move', () => {
  test('and changes an old version after it overwrites nothing that is newer', async () => {
    const practice = await openPractice()
    const { first: seen } = await fillThread(practice.shelf)
    const corrected = { ...seen, payload: [{ contentString: 'Corrected by a colleague' }] }
    await practice.shelf.update(corrected, { ifMatch: '1' })
    await practice.move()
    const handle = await practice.homes.handleFor('fernwood', 'Communication')
    const now = await handle.read('Communication', seen.id)
    expect(now.meta?.versionId).toBe(seen.meta?.versionId)

    const late = { ...seen, payload: [{ contentString: 'Who never saw it' }] }
    expect(await codeOf(handle.update(late, { ifMatch: '1' }))).toBe('conflict')
    expect(await codeOf(handle.patch('Communication', seen.id, STOP, { ifMatch: 'W/"1"' }))).toBe('conflict')
    const request = { method: 'PUT', url: `Communication/${seen.id}`, ifMatch: 'W/"1"' } as const
    const entry = [{ request, resource: late }]
    expect(await codeOf(handle.batch({ resourceType: 'Bundle', type: 'batch', entry }))).toBe('conflict')
    expect(textOf(await practice.ehr.read('Communication', now.id))).toBe('Corrected by a colleague')
    // At the version and by the id that the EHR gave, it is changed.
    const { versionId } = now.meta ?? {}
    expect((await handle.patch('Communication', now.id, STOP, { ifMatch: versionId })).status).toBe('stopped')
  })

  test('and holds the way to the shelf is told to look again, whatever they ask', async () => {
    const practice = await openPractice()
    const { first } = await fillThread(practice.shelf)
    const stale = await practice.homes.handleFor('fernwood', 'Communication')
    await practice.move()
    const asked = [
      stale.search('Communication', { patient: 'ann' }),
      stale.read('Communication', first.id),
      stale.read('Communication', 'nobody-made-this'),
      stale.patch('Communication', first.id, STOP),
      stale.update(first),
      stale.create(message('ann', 'x')),
    ]
    expect(await Promise.all(asked.map(codeOf))).toEqual(asked.map(() => 'ehr-busy'))
  })
})

describe('what stays on the shelf', () => {
  test('refers to what has moved by its new id, and is found by either', async () => {
    const practice = await openPractice()
    const { shelf } = practice
    const { head } = await fillThread(shelf)
    const focus = refer('Communication', head.id)
    const before = await shelf.create(task('ann', { focus, basedOn: [focus] }))
    await practice.move()
    const newId = practice.inEhr()[0]?.id ?? ''
    const after = await shelf.create(task('ann', { focus }))
    for (const id of [newId, head.id]) {
      const found = await shelf.search('Task', { focus: `Communication/${id}` })
      expect(idsIn(found)).toEqual([before.id, after.id])
    }
    const there = refer('Communication', newId)
    expect(await shelf.read('Task', before.id)).toMatchObject({ focus: there, basedOn: [there] })
    const [listed] = (await shelf.search('Task', { patient: 'ann' })).entry ?? []
    expect(listed?.resource?.focus).toEqual(there)
    // Written back by who still has the old one, it keeps the new one.
    expect((await shelf.update({ ...before, status: 'completed' })).focus).toEqual(there)
    expect(idsIn(await shelf.search('Task', { focus: there.reference }))).toContain(before.id)
  })

  test('keeps its references while a move has only begun: copies do not count yet', async () => {
    const practice = await openPractice()
    const { head } = await fillThread(practice.shelf)
    const made = await practice.shelf.create(task('ann', { focus: refer('Communication', head.id) }))
    // Something else lives there already.
    await practice.store.db
      .updateTable('home')
      .set({ home: 'ehr' })
      .where('type', '=', 'AuditEvent')
      .execute()
    const tell = (line: string) => {
      if (line.startsWith('Holding')) throw new Killed()
    }
    await expect(practice.move({ tell })).rejects.toThrow(Killed)
    expect(practice.inEhr()).toHaveLength(3)
    expect((await practice.shelf.read('Task', made.id)).focus).toEqual(refer('Communication', head.id))
  })
})

describe('a copy that moved before what it refers to', () => {
  const openTask = async (can: Partial<TypeCapability> = {}) => {
    const practice = await openPractice('Task', can)
    const { head } = await fillThread(practice.shelf)
    await practice.shelf.create(task('ann', { focus: refer('Communication', head.id) }))
    await practice.move({ type: 'Task' })
    const focusOf = () => (practice.inEhr('Task')[0] as Kept<Task>).focus
    const identifier = { system: 'urn:portico:shelf', value: head.id }
    expect(focusOf()).toEqual({ type: 'Communication', identifier })
    return { practice, focusOf, identifier }
  }

  test.each([
    ['updates', {}],
    ['only patches', { update: false }],
  ])('refers to its address once that has moved too, in an EHR that %s', async (_, can) => {
    const { practice, focusOf } = await openTask(can)
    await practice.move({ type: 'Communication' })
    const [head] = practice.inEhr('Communication') as Kept<Communication>[]
    expect(focusOf()).toEqual(refer('Communication', head?.id ?? ''))
    expect(practice.lines.join('\n')).toContain('1 that moved before now refer to Communication')
    const left = practice.store.db.selectFrom('resource_key').select('name').where('name', '=', 'awaits')
    expect(await left.execute()).toEqual([])
  })

  test('gets it also when the move was cut off after it had switched', async () => {
    const { practice, focusOf } = await openTask()
    // The copies are new, so the first change of anything is that of the Task.
    const handle = { ...practice.ehr, update: () => Promise.reject(new Killed()) }
    await expect(practice.move({ type: 'Communication', handle })).rejects.toThrow(Killed)
    expect(focusOf()).toHaveProperty('identifier')
    await expect(practice.move({ type: 'Communication' })).rejects.toThrow('already')
    expect(focusOf()).toHaveProperty('reference')
  })

  test('keeps the identifier where the EHR lets nobody change it, and the output says so', async () => {
    const { practice, focusOf, identifier } = await openTask({ update: false, patch: false })
    await practice.move({ type: 'Communication' })
    expect(focusOf()).toEqual({ type: 'Communication', identifier })
    expect(practice.lines.join('\n')).toContain('1 that moved before could not be changed')
  })
})

test('of AuditEvents of one instant none is made twice, however many there are', async () => {
  const practice = await openPractice('AuditEvent', { update: false, patch: false })
  await practice.store.transaction(async (tx) => {
    for (let n = 0; n < 23; n += 1) await practice.shelf.within(tx).create(audit('ann'))
  })
  // A server gives no more on a page than it likes.
  const search: typeof practice.ehr.search = (type, params) =>
    practice.ehr.search(type, { ...params, _count: '10' })
  let made = 0
  const handle = {
    ...practice.ehr,
    search,
    create: async (...args: Parameters<typeof practice.ehr.create>) => {
      const answer = await practice.ehr.create(...args)
      made += 1
      if (made === 23) throw new Killed()
      return answer
    },
  } as typeof practice.ehr
  await expect(practice.move({ handle })).rejects.toThrow(Killed)
  await practice.move({ handle: { ...practice.ehr, search } })
  expect(practice.inEhr()).toHaveLength(23)
})
