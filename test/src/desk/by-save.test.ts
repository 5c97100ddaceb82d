import { randomBytes } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/clock.ts'
import type { ToDo } from '../../../src/desk/schema.ts'
import { HOME, MAIL, MOBILE, openChart, type Chart } from '../../support/chart.ts'
import { createHost, openEmbedded, type TestHost } from '../../support/host.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'
import { readTrail } from '../administration/desk.ts'
import { openList, readItems } from './accepted.ts'

const keys = `test:${randomBytes(32).toString('base64url')}`
let host: TestHost
let service: TestService
let chart: Chart
beforeAll(async () => {
  host = await createHost()
  service = await openService({ ehr: 'read-only', hosts: [host], keys })
})
beforeEach(async () => {
  await service.store.db.deleteFrom('work_item').execute()
  service.emr.behave()
  service.clock.now += HOUR_MS
  chart = await openChart(service)
  chart.put(HOME)
})

const todosOf = (card: Record<string, unknown>) => card['todos'] as ToDo[]
const mobile = { mobilePhone: { from: null, to: MOBILE.value } }
const aMobile = { field: 'mobilePhone', from: null, to: MOBILE.value }

describe('an EMR that takes no change of a Patient', () => {
  test('gets a to-do from the Save of a card, and nothing is sent', async () => {
    service.emr.requests.length = 0
    const card = await expectOk(chart.save({ ...mobile, contactEmail: { from: null, to: MAIL.value } }))
    expect(
      service.emr.requests.filter(({ target, method }) => target === 'fhir' && method !== 'GET'),
    ).toEqual([])
    expect(card).toMatchObject({
      may: { edit: 'to-do' },
      contacts: { homePhone: HOME.value, mobilePhone: null, contactEmail: null },
      todos: [
        {
          patient: { id: PEOPLE.piotr, name: expect.stringContaining('Piotr') },
          changes: [aMobile, { field: 'contactEmail', from: null, to: MAIL.value }],
        },
      ],
    })
    expect(await openList(chart.tab).todos()).toEqual(todosOf(card))
    expect(await chart.card()).toMatchObject({ todos: todosOf(card).map(({ id }) => ({ id })) })
    expect((await readTrail(service, 'todo.opened')).at(-1)).toMatchObject({
      patient: PEOPLE.piotr,
      detail: { fields: 'mobilePhone,contactEmail' },
    })
  })

  test('the next Save adds to it: the newest value counts, told from what the chart holds', async () => {
    await expectOk(chart.save(mobile))
    const card = await expectOk(
      chart.save({
        mobilePhone: { from: null, to: '555 010 0177', waiting: MOBILE.value },
        homePhone: { from: HOME.value, to: null },
      }),
    )
    expect(todosOf(card)).toMatchObject([
      {
        changes: [
          { field: 'mobilePhone', from: null, to: '555 010 0177' },
          { field: 'homePhone', from: HOME.value, to: null },
        ],
      },
    ])
  })

  test.each(['done', 'withdrawn'])(
    '%s on the card: the card says that nothing is to be done',
    async (how) => {
      const [todo] = todosOf(await expectOk(chart.save(mobile)))
      expect(todosOf(await expectOk(openList(chart.tab).settleOnCard(todo?.id ?? '', how)))).toEqual([])
      expect(todosOf(await chart.card())).toEqual([])
    },
  )

  test('a look at the card closes what the EMR’s own screen has changed, without waiting for its turn', async () => {
    await expectOk(chart.save(mobile))
    chart.put(HOME, MOBILE)
    expect(await chart.card()).toMatchObject({ todos: [], contacts: { mobilePhone: MOBILE.value } })
    expect(await readItems(service)).toMatchObject([{ done_how: 'chart' }])
  })

  test('nobody looks, and it closes all the same', async () => {
    await expectOk(chart.save(mobile))
    chart.put(HOME, MOBILE)
    service.clock.now += 5 * MINUTE_MS
    await service.wiring.worker.drain()
    expect(await readItems(service)).toMatchObject([{ done_how: 'chart' }])
  })

  test('what somebody changed at the EMR meanwhile is a conflict, and no to-do', async () => {
    chart.put(HOME, { ...MOBILE, value: '555 010 0188' })
    const body = await expectRefusal(await chart.save(mobile), 'conflict')
    expect(body['issues']).toMatchObject([{ pointer: '/contacts/mobilePhone', theirs: '555 010 0188' }])
    expect(await readItems(service)).toEqual([])
  })

  test('what a colleague accepted meanwhile is a conflict too: the chart does not show it yet', async () => {
    const other = await service.launch(PEOPLE.piotr, { user: 'administrator' })
    const [before] = todosOf(await expectOk(chart.save(mobile)))
    const mine = { from: null, to: '555 010 0188' }
    for (const unseen of [mine, { ...mine, waiting: '555 010 0111' }, { ...mine, waiting: null }]) {
      const body = await expectRefusal(await chart.save({ mobilePhone: unseen }, other), 'conflict')
      expect(body['issues']).toMatchObject([
        { pointer: '/contacts/mobilePhone/waiting', theirs: MOBILE.value },
      ])
    }
    expect(await openList(chart.tab).todos()).toEqual([before])
    const seen = { mobilePhone: { ...mine, waiting: MOBILE.value } }
    expect(todosOf(await expectOk(chart.save(seen, other)))).toMatchObject([
      { changes: [{ field: 'mobilePhone', from: null, to: mine.to }] },
    ])
  })

  test('two people change one field at once: one is told of the other', async () => {
    const other = await openChart(service)
    const answers = await Promise.all([
      chart.save(mobile),
      other.save({ mobilePhone: { from: null, to: '555 010 0188' } }),
    ])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  test('what waits is taken back by typing what the chart holds', async () => {
    await expectOk(chart.save({ homePhone: { from: HOME.value, to: '555 010 0142' } }))
    const back = { from: HOME.value, to: HOME.value, waiting: '555 010 0142' }
    expect(todosOf(await expectOk(chart.save({ homePhone: back })))).toEqual([])
    expect(await readItems(service)).toMatchObject([{ done_how: 'withdrawn' }])
  })

  test('what the chart holds already is no to-do', async () => {
    chart.put(HOME, MOBILE)
    expect(todosOf(await expectOk(chart.save(mobile)))).toEqual([])
  })

  test('a Save that is sent again, as its answer was lost, leaves one', async () => {
    await expectOk(chart.save(mobile))
    const before = await readTrail(service, 'todo.opened')
    expect(todosOf(await expectOk(chart.save(mobile)))).toHaveLength(1)
    expect(await readTrail(service, 'todo.opened')).toEqual(before)
  })

  test('two people save at once: both changes are there to be done', async () => {
    const other = await openChart(service)
    await Promise.all([
      expectOk(chart.save(mobile)),
      expectOk(other.save({ homePhone: { from: HOME.value, to: null } })),
    ])
    const [todo, ...others] = await openList(chart.tab).todos()
    expect(others).toEqual([])
    expect(todo?.changes.map(({ field }) => field).toSorted()).toEqual(['homePhone', 'mobilePhone'])
  })

  test('access and e-mail are decided in the same Save, and stay decided when the to-do is withdrawn', async () => {
    service.clock.now += 1
    const body = { allowPortal: true, allowEmail: true, contacts: mobile }
    const card = await expectOk(chart.tab.browser.put(`${chart.tab.api}/access`, body))
    expect(card).toMatchObject({ emailAllowed: true, allowed: { by: expect.any(String) } })
    const settled = await expectOk(openList(chart.tab).settleOnCard(todosOf(card)[0]?.id ?? '', 'withdrawn'))
    expect(settled).toMatchObject({ emailAllowed: true, allowed: { by: expect.any(String) }, todos: [] })
  })

  test('the card in the EMR’s own pages shows it and settles it', async () => {
    const [todo] = todosOf(await expectOk(chart.save(mobile)))
    const page = await openEmbedded(service, host, { patient: PEOPLE.piotr })
    expect(await expectOk(page.call('GET', `${page.chart}/access`))).toMatchObject({
      todos: [{ id: todo?.id }],
    })
    const path = `${page.chart}/todos/${todo?.id}`
    expect(todosOf(await expectOk(page.call('PUT', path, { how: 'done' })))).toEqual([])
    expect(await expectRefusal(await page.call('PUT', path, { how: 'done' }), 'conflict')).toMatchObject({
      how: 'done',
    })
  })

  test('once the EMR takes changes after all, what goes into the chart is not to be typed in any more', async () => {
    await expectOk(chart.save({ ...mobile, homePhone: { from: HOME.value, to: null } }))
    const later = await openService({ keys, store: service.store })
    later.clock.now = service.clock.now + 1
    const { tab, put, save } = await openChart(later)
    put(HOME)
    const card = await expectOk(save({ mobilePhone: { from: null, to: '555 010 0177' } }, tab))
    expect(card).toMatchObject({ may: { edit: 'chart' }, contacts: { mobilePhone: '555 010 0177' } })
    expect(todosOf(card)).toMatchObject([{ changes: [{ field: 'homePhone', from: HOME.value, to: null }] }])
    expect((await readTrail(service, 'todo.closed')).at(-1)?.detail).toEqual({
      how: 'withdrawn',
      fields: 'mobilePhone',
    })
  })

  test('a Save there leaves a to-do too', async () => {
    const page = await openEmbedded(service, host, { patient: PEOPLE.piotr })
    const saved = await expectOk(page.call('PUT', `${page.chart}/access`, { contacts: mobile }))
    expect(todosOf(saved)).toMatchObject([{ changes: [aMobile] }])
  })
})
