import { randomBytes } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HARBOR_PEOPLE, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, type LaunchedTab, openService, type TestService } from '../../support/service.ts'
import { readTopics, readTrail } from '../administration/desk.ts'
import { accept, homeTo, mobileTo, openList, readItems } from './accepted.ts'

const keys = `test:${randomBytes(32).toString('base64url')}`
const chartUrl = 'https://emr.example/chart?patient={patient}#contacts'
let service: TestService
let tab: LaunchedTab
let list: ReturnType<typeof openList>
beforeAll(async () => {
  service = await openService({ keys, practice: { chartUrl } })
  tab = await service.launch(PEOPLE.piotr)
  list = openList(tab)
})
beforeEach(async () => {
  await service.store.db.deleteFrom('work_item').execute()
  await service.store.db.deleteFrom('event').execute()
  service.clock.now += 1
})

/** What the trail has gained meanwhile. */
async function trailOf(work: () => Promise<unknown>) {
  const before = await readTrail(service, 'todo.opened', 'todo.closed', 'todos.read')
  await work()
  return (await readTrail(service, 'todo.opened', 'todo.closed', 'todos.read')).slice(before.length)
}

describe('what waits for staff', () => {
  test('says whom it is about, what to type where, and who accepted it; the look is in the trail', async () => {
    const changes = [mobileTo('555 010 0142'), homeTo(null, '(555) 010-0101')]
    await accept(service, changes)
    const at = service.clock.now
    let todos: unknown
    const trail = await trailOf(async () => (todos = await list.todos()))
    expect(todos).toEqual([
      {
        id: expect.any(String),
        patient: { id: PEOPLE.piotr, name: 'Piotr Łukasz' },
        changes,
        createdAt: at,
        createdBy: expect.stringMatching(/\w+ \w+/),
        checkedAt: null,
        chartUrl: `https://emr.example/chart?patient=${PEOPLE.piotr}#contacts`,
      },
    ])
    expect(trail).toMatchObject([{ action: 'todos.read', actor: expect.stringMatching(/^Practitioner/) }])
  })

  test('is one for each patient, the oldest first', async () => {
    await accept(service, [mobileTo('555 010 0142')])
    service.clock.now += 1
    await accept(service, [homeTo('555 010 0143')], { patientId: PEOPLE.maria, patientName: 'María Núñez' })
    service.clock.now += 1
    await accept(service, [homeTo('555 010 0144')])
    expect((await list.todos()).map(({ patient, changes }) => [patient.id, changes.length])).toEqual([
      [PEOPLE.piotr, 2],
      [PEOPLE.maria, 1],
    ])
  })

  test('stays one when two changes are accepted at the same moment', async () => {
    await Promise.all([
      accept(service, [mobileTo('555 010 0142')]),
      accept(service, [homeTo('555 010 0143')]),
    ])
    const [todo, ...others] = await list.todos()
    expect(others).toEqual([])
    expect(todo?.changes.map(({ field }) => field).toSorted()).toEqual(['homePhone', 'mobilePhone'])
  })

  test('the trail names fields, the events name topics, and neither holds a value', async () => {
    const trail = await trailOf(() => accept(service, [mobileTo('555 010 0142'), homeTo('555 010 0143')]))
    const actor = expect.stringMatching(/^Practitioner/) as string
    expect(trail).toMatchObject([
      { action: 'todo.opened', actor, patient: PEOPLE.piotr, detail: { fields: 'mobilePhone,homePhone' } },
    ])
    expect(await readTopics(service)).toEqual(['access', 'todos'])
    const events = await service.store.db.selectFrom('event').select(['topic', 'patient_id']).execute()
    expect(events.find(({ topic }) => topic === 'todos')?.patient_id).toBe(null)
    const audit = await service.store.db.selectFrom('audit').select('detail').execute()
    expect(audit.filter(({ detail }) => /0142|0143|Piotr/.test(detail))).toEqual([])
    expect(JSON.stringify(await readItems(service))).not.toMatch(/0142|0143|Piotr/)
  })

  test('the same once more says nothing', async () => {
    await accept(service, [mobileTo('555 010 0142')])
    expect(await trailOf(() => accept(service, [mobileTo('555 010 0142')]))).toEqual([])
    expect(await readTopics(service)).toEqual(['access', 'todos'])
  })

  test('what is to be again as it was is withdrawn, with the last of it the whole', async () => {
    await accept(service, [mobileTo('555 010 0142'), homeTo('555 010 0143', '555 010 0101')])
    const trail = await trailOf(async () => {
      await accept(service, [mobileTo(null, '555 010 0142')])
      await accept(service, [homeTo('555 010 0101', '555 010 0143')])
    })
    expect(trail.map(({ action, detail }) => [action, detail])).toEqual([
      ['todo.closed', { how: 'withdrawn', fields: 'mobilePhone' }],
      ['todo.closed', { how: 'withdrawn', fields: 'homePhone' }],
    ])
    expect(await list.todos()).toEqual([])
    expect(await readItems(service)).toMatchObject([{ done_how: 'withdrawn', payload_sealed: null }])
  })

  test('outlives a restart, and a key that was replaced', async () => {
    await accept(service, [mobileTo('555 010 0142')])
    const newKey = `new:${randomBytes(32).toString('base64url')}`
    const { store } = service
    await openService({ keys: `${newKey},${keys}`, store })
    const later = await openService({ keys: newKey, store, practice: { chartUrl: undefined } })
    const { todos } = openList(await later.launch(PEOPLE.piotr))
    expect(await todos()).toMatchObject([{ changes: [mobileTo('555 010 0142')], chartUrl: null }])
  })
})

describe.each(['settle', 'settleOnCard'] as const)('settled by hand, by way of %s', (way) => {
  test.each(['done', 'withdrawn'])('%s: it is off the list, and keeps no name and no value', async (how) => {
    await accept(service, [mobileTo('555 010 0142')])
    const { id } = await list.first()
    await service.store.db.deleteFrom('event').execute()
    const trail = await trailOf(() => expectOk(list[way](id, how)))
    expect(trail).toMatchObject([
      { action: 'todo.closed', patient: PEOPLE.piotr, detail: { how, fields: 'mobilePhone' } },
    ])
    expect(await list.todos()).toEqual([])
    expect(await readItems(service)).toMatchObject([
      { done_how: how, payload_sealed: null, done_by: expect.any(String), done_at: service.clock.now },
    ])
    expect(await readTopics(service)).toEqual(['access', 'todos'])
  })

  test('twice: the second is told how the first settled it', async () => {
    await accept(service, [mobileTo('555 010 0142')])
    const { id } = await list.first()
    await expectOk(list[way](id, 'withdrawn'))
    const trail = await trailOf(async () => {
      expect(await expectRefusal(await list[way](id, 'done'), 'conflict')).toMatchObject({ how: 'withdrawn' })
    })
    expect(trail).toEqual([])
  })

  test('by two at once: one of them does', async () => {
    await accept(service, [mobileTo('555 010 0142')])
    const { id } = await list.first()
    const other = openList(await service.launch(PEOPLE.piotr, { user: 'administrator' }))
    const trail = await trailOf(async () => {
      const answers = await Promise.all([list[way](id, 'done'), other[way](id, 'done')])
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
    })
    expect(trail).toHaveLength(1)
  })

  test('never more than its reader saw', async () => {
    await accept(service, [mobileTo('555 010 0142')])
    const { id } = await list.first()
    await accept(service, [homeTo('555 010 0143')])
    const body = await expectRefusal(await list[way](id, 'done'), 'conflict')
    expect(body).not.toHaveProperty('how')
    expect((await list.first()).changes).toHaveLength(2)
    await expectOk(list[way]((await list.first()).id, 'done'))
  })

  test('a new change afterwards is a new to-do', async () => {
    await accept(service, [mobileTo('555 010 0142')])
    await expectOk(list[way]((await list.first()).id, 'done'))
    await accept(service, [mobileTo('555 010 0199')])
    expect(await list.todos()).toMatchObject([{ changes: [mobileTo('555 010 0199')] }])
  })

  test.each(['x', '0199.1', 'x.x', '%00', 'x'.repeat(500)])('not %s, which is none', async (id) => {
    await expectRefusal(await list[way](id, 'done'), 'not-found')
  })

  test.each([{}, { how: 'chart' }, { how: 'done', more: 1 }, 'done', null])('not with %j', async (body) => {
    await accept(service, [mobileTo('555 010 0142')])
    const { id } = await list.first()
    const path = way === 'settle' ? tab.api.replace(/\/patients\/.*/, '') : tab.api
    await expectRefusal(await tab.browser.put(`${path}/todos/${id}`, body), 'invalid-request')
    expect(await list.todos()).toHaveLength(1)
  })

  test('not from another practice', async () => {
    await accept(service, [mobileTo('555 010 0142')])
    const { id } = await list.first()
    const theirs = openList(await service.launch(HARBOR_PEOPLE.ingrid, { slug: 'harbor' }))
    expect(await theirs.todos()).toEqual([])
    await expectRefusal(await theirs[way](id, 'done'), 'not-found')
    expect(await list.todos()).toHaveLength(1)
  })
})

test('the card of one patient settles no to-do of another; the list does', async () => {
  await accept(service, [mobileTo('555 010 0142')], { patientId: PEOPLE.maria })
  const { id } = await list.first()
  await expectRefusal(await list.settleOnCard(id, 'done'), 'not-found')
  expect(await list.todos()).toHaveLength(1)
  await expectOk(list.settle(id, 'done'))
})

test('settled on the card while the EMR is away: nothing is, so that trying again is not refused', async () => {
  await accept(service, [mobileTo('555 010 0142')])
  const { id } = await list.first()
  service.emr.misbehave({ kind: 'down', target: 'fhir' })
  await expectRefusal(await list.settleOnCard(id, 'done'), 'ehr-unavailable')
  service.emr.behave()
  expect(await expectOk(list.settleOnCard(id, 'done'))).toMatchObject({ patient: { id: PEOPLE.piotr } })
})

test('somebody who may only look sees the list and settles nothing', async () => {
  await accept(service, [mobileTo('555 010 0142')])
  const { id } = await list.first()
  const physician = await service.launch(PEOPLE.piotr, { user: 'physician' })
  await service.store.db
    .updateTable('staff_role')
    .set({ permissions: JSON.stringify(['access.read']) })
    .where('practice_id', '=', 'fernwood')
    .where('id', '=', 'clinician')
    .execute()
  const looking = openList(physician)
  expect(await looking.todos()).toHaveLength(1)
  for (const way of ['settle', 'settleOnCard'] as const)
    expect(await expectRefusal(await looking[way](id, 'done'), 'not-permitted')).toMatchObject({
      permission: 'access.manage',
    })
})
