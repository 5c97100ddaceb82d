import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/clock.ts'
import { HOME, MOBILE, openChart, type Chart } from '../../support/chart.ts'
import { PEOPLE } from '../../support/people.ts'
import { openService, type TestService } from '../../support/service.ts'
import { readTopics, readTrail } from '../administration/desk.ts'
import { accept, homeTo, mobileTo, openList, readItems } from './accepted.ts'

let service: TestService
let chart: Chart
beforeAll(async () => {
  service = await openService()
  chart = await openChart(service)
})
beforeEach(async () => {
  await service.store.db.deleteFrom('work_item').execute()
  await service.store.db.deleteFrom('event').execute()
  service.emr.behave()
  // The EMR has forgotten nothing meanwhile, but tokens of before have run out.
  service.clock.now += HOUR_MS
  chart.put(HOME)
})

const later = async (ms: number) => {
  service.clock.now += ms
  service.emr.requests.length = 0
  await service.wiring.worker.drain()
  return service.emr.requests.filter(({ target, path }) => target === 'fhir' && path.includes('/Patient/'))
    .length
}
const closings = () => readTrail(service, 'todo.closed')
const checkedAt = async () => (await readItems(service)).at(-1)?.checked_at

describe('a to-do looks into the chart by itself', () => {
  test('and closes when somebody has typed the value into the EMR', async () => {
    await accept(service, [mobileTo('+1 555 010 0102')])
    const before = await closings()
    expect(await later(4 * MINUTE_MS)).toBe(0)
    chart.put(HOME, MOBILE)
    await service.store.db.deleteFrom('event').execute()
    expect(await later(2 * MINUTE_MS)).toBe(1)
    const at = service.clock.now
    expect(await readItems(service)).toMatchObject([
      { done_how: 'chart', done_by: null, done_at: at, checked_at: at, payload_sealed: null },
    ])
    expect((await closings()).slice(before.length)).toEqual([
      {
        actor: 'portico',
        action: 'todo.closed',
        outcome: 'success',
        patient: PEOPLE.piotr,
        detail: { how: 'chart', fields: 'mobilePhone' },
      },
    ])
    expect(await readTopics(service)).toEqual(['access', 'todos'])
    expect(await later(DAY_MS)).toBe(0)
  })

  test('and keeps what is not there yet', async () => {
    await accept(service, [mobileTo(MOBILE.value), homeTo(null, HOME.value)])
    chart.put(HOME, MOBILE)
    await later(5 * MINUTE_MS)
    const at = service.clock.now
    const { todos } = openList(await service.launch(PEOPLE.piotr))
    expect(await todos()).toMatchObject([{ changes: [homeTo(null, HOME.value)], checkedAt: at }])
    chart.put(MOBILE)
    await later(HOUR_MS)
    expect(await readItems(service)).toMatchObject([{ done_how: 'chart' }])
  })

  test('first after five minutes, then an hour, six hours, and daily: nothing is said of a look in vain', async () => {
    await accept(service, [mobileTo(MOBILE.value)])
    await service.store.db.deleteFrom('event').execute()
    const looks: number[] = []
    for (const pause of [4 * MINUTE_MS, MINUTE_MS, 59 * MINUTE_MS, MINUTE_MS, 5 * HOUR_MS, HOUR_MS])
      looks.push(await later(pause))
    for (const pause of [23 * HOUR_MS, HOUR_MS, 23 * HOUR_MS, HOUR_MS]) looks.push(await later(pause))
    expect(looks).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    expect(await checkedAt()).toBe(service.clock.now)
    expect(await readTopics(service)).toEqual([])
  })

  test('soon again when there is more to do', async () => {
    await accept(service, [mobileTo(MOBILE.value)])
    await later(5 * MINUTE_MS)
    await accept(service, [homeTo('555 010 0142')])
    expect(await later(5 * MINUTE_MS)).toBe(1)
  })

  test('once, however many nodes there are', async () => {
    await accept(service, [mobileTo(MOBILE.value)])
    await accept(service, [mobileTo(MOBILE.value)], { patientId: PEOPLE.maria })
    service.clock.now += 5 * MINUTE_MS
    service.emr.requests.length = 0
    await Promise.all([service.wiring.worker.drain(), service.wiring.worker.drain()])
    const looks = service.emr.requests.filter(({ path }) => path.includes('/Patient/'))
    expect(looks.map(({ path }) => path.split('/').at(-1) ?? '').toSorted()).toEqual([
      PEOPLE.maria,
      PEOPLE.piotr,
    ])
  })

  test('and what staff settle while it looks is settled once', async () => {
    await accept(service, [mobileTo(MOBILE.value)])
    const fresh = openList(await service.launch(PEOPLE.piotr))
    const { id } = await fresh.first()
    chart.put(HOME, MOBILE)
    const before = await closings()
    service.clock.now += 5 * MINUTE_MS
    await Promise.all([fresh.settle(id, 'done'), service.wiring.worker.drain()])
    expect((await closings()).slice(before.length)).toHaveLength(1)
    expect(await readItems(service)).toMatchObject([{ payload_sealed: null, done_at: service.clock.now }])
  })
})

describe('a chart that cannot be looked into leaves it open, without a word', () => {
  test.each(['down', '500', '401', '403', 'html'] as const)('%s', async (kind) => {
    await accept(service, [mobileTo(MOBILE.value)])
    chart.put(HOME, MOBILE)
    const before = await closings()
    service.emr.misbehave({ kind, target: 'fhir' })
    await later(5 * MINUTE_MS)
    service.emr.behave()
    expect(await readItems(service)).toMatchObject([{ done_at: null, checked_at: null }])
    expect(await closings()).toEqual(before)
    await later(HOUR_MS)
    expect(await readItems(service)).toMatchObject([{ done_how: 'chart' }])
  })

  test('an EHR that gives the service no token', async () => {
    await accept(service, [mobileTo(MOBILE.value)])
    service.emr.misbehave({ kind: '403', target: 'token' })
    await later(2 * HOUR_MS)
    service.emr.behave()
    expect(await readItems(service)).toMatchObject([{ done_at: null, checked_at: null }])
  })

  test('a patient who is gone from it', async () => {
    await accept(service, [mobileTo(MOBILE.value)], { patientId: 'nobody-any-more' })
    await later(5 * MINUTE_MS)
    expect(await readItems(service)).toMatchObject([{ done_at: null, checked_at: null }])
  })

  test('a record that was merged into another one', async () => {
    const { telecom } = service.emr.fhir.read('Patient', PEOPLE.merged) as { telecom: { value: string }[] }
    await accept(service, [homeTo(telecom[0]?.value ?? null, '555 010 0199')], { patientId: PEOPLE.merged })
    await later(5 * MINUTE_MS)
    expect(await readItems(service)).toMatchObject([{ done_at: null }])
  })

  test('a practice that the configuration no longer names', async () => {
    await accept(service, [mobileTo(MOBILE.value)])
    await service.store.db.updateTable('work_item').set({ practice_id: 'closed-down' }).execute()
    expect(await later(5 * MINUTE_MS)).toBe(0)
    expect(await readItems(service)).toMatchObject([{ done_at: null }])
  })
})

test('access that was withdrawn since does not close it: the chart is as wrong as it was', async () => {
  await accept(service, [mobileTo(MOBILE.value)])
  const { tab } = await openChart(service)
  await tab.browser.put(`${tab.api}/access`, { allowPortal: true })
  await tab.browser.put(`${tab.api}/access`, { allowPortal: false })
  await later(5 * MINUTE_MS)
  expect(await readItems(service)).toMatchObject([{ done_at: null }])
})
