import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import { TRUSTED_EMAIL } from '../../../fhir-profiles/canonicals.ts'
import type { ToDo } from '../../../src/desk/schema.ts'
import { HOME, MAIL, MOBILE, openChart, type Chart } from '../../support/chart.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

type Card = {
  contacts: Record<string, string | null>
  todos: ToDo[]
  lines: { id: string; done: boolean }[]
  may: Record<string, unknown>
}

/** How each EMR is written, and what it says of a trusted e-mail. */
const EMRS = [
  { ehr: 'full', write: { target: 'fhir', method: 'PUT' }, may: 'chart' },
  { ehr: 'millennium', write: { target: 'fhir', method: 'PATCH' }, may: 'chart' },
  { ehr: 'openemr', write: { target: 'api', method: 'PUT' }, may: 'chart' },
  { ehr: 'read-only', write: undefined, may: 'to-do' },
] as const

describe.each(EMRS)('$ehr', ({ ehr, write, may }) => {
  let service: TestService
  let chart: Chart
  beforeAll(async () => {
    service = await openService({ ehr })
    chart = await openChart(service)
  })
  beforeEach(async () => {
    await service.store.db.deleteFrom('patient_access').execute()
    await service.store.db.deleteFrom('work_item').execute()
    chart.put(HOME, { ...MOBILE }, MAIL)
  })
  afterEach(() => service.emr.behave())

  const card = async () => (await chart.card()) as Card
  const save = (contacts: Record<string, unknown>, rest: object = {}) => {
    service.clock.now += 1
    return chart.tab.browser.put(`${chart.tab.api}/access`, { ...rest, contacts })
  }
  const writes = () =>
    service.emr.requests.filter(({ method, target }) => target !== 'token' && method !== 'GET').length

  test('says beforehand what becomes of a change', async () => {
    expect((await card()).may).toMatchObject({ edit: may })
  })

  test.each<[string, string | null, string | null]>([
    ['homePhone', HOME.value, '555 010 0142'],
    ['homePhone', HOME.value, null],
    ['mobilePhone', MOBILE.value, '555 010 0143'],
    ['contactEmail', MAIL.value, 'other@mail.example'],
    ['contactEmail', MAIL.value, null],
  ])('%s: it goes into the chart, or staff are left with it', async (field, from, to) => {
    const before = writes()
    const saved = (await expectOk(save({ [field]: { from, to } }))) as Card
    expect(saved.contacts).toMatchObject({ [field]: write ? to : from })
    expect((await card()).contacts).toEqual(saved.contacts)
    expect(chart.values()?.includes(from ?? '')).toBe(!write)
    expect(writes() - before).toBe(write ? 1 : 0)
    expect(saved.todos.map(({ changes }) => changes)).toEqual(write ? [] : [[{ field, from, to }]])
  })

  test('everything on the card in one Save', async () => {
    const contacts = {
      homePhone: { from: HOME.value, to: '555 010 0142' },
      mobilePhone: { from: MOBILE.value, to: null },
      contactEmail: { from: MAIL.value, to: 'other@mail.example' },
      trustedEmail: { from: null, to: 'ann@mail.example' },
    }
    const saved = await expectOk(save(contacts, { allowPortal: true, allowEmail: true }))
    expect(saved).toMatchObject({ state: 'ready', emailAllowed: true })
    expect((saved as Card).contacts).toEqual({
      homePhone: write ? '555 010 0142' : HOME.value,
      mobilePhone: write ? null : MOBILE.value,
      contactEmail: write ? 'other@mail.example' : MAIL.value,
      trustedEmail: 'ann@mail.example',
    })
    expect(await chart.trail()).toContain(
      write ? 'homePhone,mobilePhone,contactEmail,trustedEmail' : 'trustedEmail',
    )
  })

  test('a trusted e-mail counts at once, beside the contact e-mail, and is taken back', async () => {
    for (const [from, to] of [
      [null, MAIL.value],
      [MAIL.value, 'ann@mail.example'],
      ['ann@mail.example', null],
    ]) {
      const saved = (await expectOk(save({ trustedEmail: { from, to } }))) as Card
      expect(saved.contacts).toMatchObject({ contactEmail: MAIL.value, trustedEmail: to })
      const read = await card()
      expect(read.contacts).toEqual(saved.contacts)
      expect(read.lines.find(({ id }) => id === 'trusted-email')?.done).toBe(to !== null)
      expect(saved.todos).toEqual([])
    }
  })

  test('a new contact e-mail leaves the old one trusted, where that was so', async () => {
    await expectOk(save({ trustedEmail: { from: null, to: MAIL.value } }))
    const saved = (await expectOk(
      save({ contactEmail: { from: MAIL.value, to: 'new@mail.example' } }),
    )) as Card
    expect(saved.contacts.trustedEmail).toBe(MAIL.value)
    // By hand, where it must be.
    if (!write) chart.put(HOME, { ...MAIL, value: 'new@mail.example' })
    const { contacts, todos } = await card()
    expect(contacts).toMatchObject({ contactEmail: 'new@mail.example', trustedEmail: MAIL.value })
    expect(todos).toEqual([])
  })

  test('what somebody else changed since is a conflict by field, and nothing is saved', async () => {
    chart.put({ ...HOME, value: '555 010 0155' }, MAIL)
    const before = [chart.read(), writes()]
    const contacts = {
      homePhone: { from: HOME.value, to: '555 010 0142' },
      mobilePhone: { from: MOBILE.value, to: '555 010 0143' },
      contactEmail: { from: MAIL.value, to: 'other@mail.example' },
    }
    const body = await expectRefusal(await save(contacts, { allowPortal: true }), 'conflict')
    expect(body['issues']).toMatchObject([
      { pointer: '/contacts/homePhone', theirs: '555 010 0155' },
      { pointer: '/contacts/mobilePhone', theirs: null },
    ])
    expect([chart.read(), writes()]).toEqual(before)
    expect(await card()).toMatchObject({ allowed: null, todos: [] })
  })

  test('another patient’s chart is not reached', async () => {
    const before = service.emr.fhir.read('Patient', PEOPLE.walter)
    const path = chart.tab.api.replace(PEOPLE.piotr, PEOPLE.walter)
    const contacts = { homePhone: { from: null, to: '555 010 0142' } }
    await expectRefusal(await chart.tab.browser.put(`${path}/access`, { contacts }), 'stale-tab')
    expect(service.emr.fhir.read('Patient', PEOPLE.walter)).toEqual(before)
    expect(await service.store.db.selectFrom('work_item').selectAll().execute()).toEqual([])
  })

  test('a session that ends in the middle of it saves the "no" and nothing else', async () => {
    const own = await openChart(service, PEOPLE.maria)
    own.put(HOME)
    await expectOk(own.tab.browser.put(`${own.tab.api}/access`, { allowPortal: true, allowEmail: true }))
    const { fetch: real } = service.emr
    let isOver = false
    service.emr.fetch = async (input, init) => {
      const request = new Request(input, init)
      isOver ||= request.method === (write?.method ?? 'GET')
      return isOver ? Response.json({}, { status: 401 }) : real(request)
    }
    const body = {
      allowPortal: false,
      contacts: { homePhone: { from: HOME.value, to: '555 010 0142' } },
    }
    await expectRefusal(await own.tab.browser.put(`${own.tab.api}/access`, body), 'ehr-session-ended')
    service.emr.fetch = real
    expect(own.values()).toEqual([HOME.value])
    const again = await service.launch(PEOPLE.maria)
    expect(await expectOk(again.browser.get(`${again.api}/access`))).toMatchObject({
      allowed: null,
      emailAllowed: true,
      contacts: { homePhone: HOME.value },
      todos: [],
    })
  })
})

describe('an EMR that marks a trusted e-mail and lets nobody change it', () => {
  const MARK = { url: TRUSTED_EMAIL, valueBoolean: true }
  const marked = { ...MAIL, extension: [MARK] }
  let chart: Chart
  let service: TestService
  beforeAll(async () => {
    service = await openService({ ehr: 'read-only' })
    chart = await openChart(service)
    chart.put(HOME, marked)
  })
  const card = async () => (await chart.card()) as Card
  const replace = (from: string | null, to: string | null) => {
    service.clock.now += 1
    return expectOk(
      chart.tab.browser.put(`${chart.tab.api}/access`, { contacts: { trustedEmail: { from, to } } }),
    ) as Promise<Card>
  }

  test('the address that staff put in its place counts at once, and is theirs to type in', async () => {
    const saved = await replace(MAIL.value, 'only.mine@mail.example')
    expect(saved.contacts).toMatchObject({
      contactEmail: MAIL.value,
      trustedEmail: 'only.mine@mail.example',
    })
    expect(saved.todos).toMatchObject([
      { changes: [{ field: 'trustedEmail', from: MAIL.value, to: 'only.mine@mail.example' }] },
    ])
    expect((await card()).contacts).toEqual(saved.contacts)
  })

  test('taken away, none is trusted, whatever the chart has marked', async () => {
    const saved = await replace('only.mine@mail.example', null)
    expect(saved.contacts.trustedEmail).toBeNull()
    expect((await card()).lines.find(({ id }) => id === 'trusted-email')?.done).toBe(false)
    expect(saved.todos).toMatchObject([{ changes: [{ field: 'trustedEmail', from: MAIL.value, to: null }] }])
  })

  test('another mark in the chart counts again', async () => {
    chart.put(HOME, { ...marked, value: 'newest@mail.example' })
    expect((await card()).contacts.trustedEmail).toBe('newest@mail.example')
  })

  test('seen there, by the card or by nobody, the older one is back should the EMR mark it again', async () => {
    for (const look of [card, () => service.wiring.worker.drain()]) {
      chart.put(HOME, marked)
      await replace(MAIL.value, 'typed@mail.example')
      chart.put(HOME, { ...marked, value: 'typed@mail.example' })
      service.clock.now += 5 * MINUTE_MS
      await look()
      expect(await chart.held()).toEqual({ trusted_email_sealed: null })
      chart.put(HOME, marked)
      expect((await card()).contacts.trustedEmail).toBe(MAIL.value)
    }
  })

  test('a mark that is gone leaves ours, which then is as any other', async () => {
    chart.put(HOME, marked)
    await replace(MAIL.value, 'only.mine@mail.example')
    chart.put(HOME)
    expect((await card()).contacts.trustedEmail).toBe('only.mine@mail.example')
    chart.put(HOME, marked)
    expect((await card()).contacts.trustedEmail).toBe(MAIL.value)
  })

  test('the contact e-mail in its place waits until the mark is gone, told from what is marked', async () => {
    await service.store.db.deleteFrom('work_item').execute()
    const office = { ...MAIL, use: 'work', value: 'office@mail.example' } as const
    chart.put(HOME, office, marked)
    const saved = await replace(MAIL.value, office.value)
    expect(saved.todos).toMatchObject([{ changes: [{ from: MAIL.value, to: office.value }] }])
    const next = await replace(office.value, 'only.mine@mail.example')
    expect(next.todos).toMatchObject([{ changes: [{ from: MAIL.value, to: 'only.mine@mail.example' }] }])
    const back = await replace('only.mine@mail.example', MAIL.value)
    expect(back).toMatchObject({ todos: [], contacts: { trustedEmail: MAIL.value } })
  })

  test('withdrawn, the chart’s counts again, and what was mailed to ours is over', async () => {
    chart.put(HOME, marked)
    const { todos } = await replace(MAIL.value, 'only.mine@mail.example')
    await expectOk(chart.tab.browser.put(`${chart.tab.api}/access`, { allowPortal: true, allowEmail: true }))
    const invitation = { kind: 'activation', slip: false, mail: true }
    await expectOk(chart.tab.browser.post(`${chart.tab.api}/invitations`, invitation))
    const settled = await expectOk(
      chart.tab.browser.put(`${chart.tab.api}/todos/${todos[0]?.id}`, { how: 'withdrawn' }),
    )
    expect(settled).toMatchObject({ contacts: { trustedEmail: MAIL.value }, todos: [] })
    const links = service.store.db.selectFrom('ticket').select('ended_at').where('kind', '=', 'link')
    expect(await links.execute()).toEqual([{ ended_at: service.clock.now }])
    expect((await chart.trail()).at(-1)).toBe('trustedEmail')
  })
})
