import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ToDo } from '../../../src/desk/schema.ts'
import { HOME, MAIL, openChart, type Chart } from '../../support/chart.ts'
import { createHost, openEmbedded } from '../../support/host.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

const EDITS = {
  homePhone: { from: HOME.value, to: '555 010 0142' },
  trustedEmail: { from: null, to: MAIL.value },
}
const PHONE = [{ field: 'homePhone', from: HOME.value, to: '555 010 0142' }]
const EMRS = [
  ['full', 'PUT', '/fhir/Patient/'],
  ['millennium', 'PATCH', '/fhir/Patient/'],
  ['openemr', 'PUT', '/api/patient/'],
] as const

let service: TestService
let chart: Chart
let sent: number
const changesOf = ({ todos }: Record<string, unknown>) => (todos as ToDo[]).map(({ changes }) => changes)

/** An EHR that says it takes the write, and answers something else. */
function answerWrites(method: string, path: string, answer: () => Response) {
  const { fetch: real } = service.emr
  service.emr.fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.method !== method || !request.url.includes(path)) return real(request)
    sent++
    return answer()
  }
}
const notOffered = (status: number, code?: string) => () =>
  Response.json(code ? { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] } : {}, {
    status,
  })
const save = (body: object = { allowPortal: true, contacts: EDITS }, { tab } = chart) => {
  service.clock.now += 1
  return tab.browser.put(`${tab.api}/access`, body)
}

describe.each(EMRS)('%s, that does not do what it says', (ehr, method, path) => {
  beforeEach(async () => {
    sent = 0
    service = await openService({ ehr })
    chart = await openChart(service)
    chart.put(HOME, MAIL)
  })

  test.each<[string, () => Response]>([
    ['405', notOffered(405)],
    ['501', notOffered(501)],
    ['404 for a patient who is there', notOffered(404, ehr === 'openemr' ? undefined : 'not-supported')],
  ])('%s: this Save leaves the phone to staff, and the rest goes through', async (_, answer) => {
    answerWrites(method, path, answer)
    const card = await expectOk(save())
    expect(card).toMatchObject({
      allowed: { by: 'Jo Park' },
      contacts: { homePhone: HOME.value },
    })
    expect(changesOf(card)).toEqual([PHONE])
    expect(card['contacts']).toMatchObject({ trustedEmail: MAIL.value })
    expect(chart.read().telecom?.map(({ value }) => value)).toEqual([HOME.value, MAIL.value])
    expect((await chart.trail()).at(-1)).toBe('trustedEmail')
  })

  test('403: this person may not, so it is nobody’s task, and nothing is saved', async () => {
    answerWrites(method, path, notOffered(403))
    await expectRefusal(await save(), 'ehr-refused')
    expect(await chart.card()).toMatchObject({ allowed: null, todos: [], contacts: { trustedEmail: null } })
  })

  test('is asked anew what it can do, not sooner than after five minutes', async () => {
    answerWrites(method, path, notOffered(405))
    const asked = () => service.emr.requests.filter(({ path: at }) => at.endsWith('/metadata')).length
    const before = asked()
    await expectOk(save())
    expect(asked()).toBe(before)
    service.clock.now += 5 * 60_000
    await expectOk(
      save({
        contacts: { homePhone: { ...EDITS.homePhone, to: '555 010 0143', waiting: EDITS.homePhone.to } },
      }),
    )
    expect(asked()).toBe(before + 1)
  })
})

describe('an EMR that refuses a mark which it does not know', () => {
  beforeEach(async () => {
    sent = 0
    service = await openService({ ehr: 'millennium' })
    chart = await openChart(service)
    chart.put(HOME, MAIL)
  })

  test.each(['extension', 'not-supported'])(
    '%s: gets the rest, and Portico keeps the trusted e-mail',
    async (code) => {
      const { fetch: real } = service.emr
      service.emr.fetch = async (input, init) => {
        const request = new Request(input, init)
        if (request.method !== 'PATCH' || !(await request.clone().text()).includes('extension'))
          return real(request)
        sent++
        return notOffered(422, code)()
      }
      const { contacts } = await expectOk(save({ contacts: EDITS }))
      expect([contacts, sent]).toMatchObject([{ homePhone: '555 010 0142', trustedEmail: MAIL.value }, 1])
      expect(await chart.card()).toMatchObject({ contacts: { trustedEmail: MAIL.value }, todos: [] })
    },
  )
})

describe('a change of the contacts between our look and our patch', () => {
  beforeEach(async () => {
    service = await openService({ ehr: 'millennium' })
    chart = await openChart(service)
    chart.put(HOME)
  })
  afterEach(() => service.emr.behave())

  const saveWhile = async (theirs: object) => {
    service.emr.misbehave({ kind: 'slow', target: 'fhir', method: 'PATCH', delayMs: 80, times: 1 })
    const patches = () => service.emr.requests.filter(({ method }) => method === 'PATCH').length
    const answer = save({ contacts: { homePhone: EDITS.homePhone } })
    await expect.poll(patches, { interval: 2 }).toBe(1)
    chart.put({ ...HOME, ...theirs }, MAIL)
    return answer
  }

  test('of another one stays, and ours goes in', async () => {
    await expectOk(saveWhile({}))
    expect(chart.values()).toEqual(['555 010 0142', MAIL.value])
  })

  test('of the same one is a conflict', async () => {
    const { issues } = await expectRefusal(await saveWhile({ value: '555 010 0155' }), 'conflict')
    expect(issues).toMatchObject([{ pointer: '/contacts/homePhone', theirs: '555 010 0155' }])
    expect(chart.values()).toEqual(['555 010 0155', MAIL.value])
  })
})

test('what staff typed into the EMR is off the card at the next look, and a card from a host shows the same', async () => {
  const host = await createHost()
  service = await openService({ ehr: 'read-only', hosts: [host] })
  chart = await openChart(service)
  chart.put(HOME, MAIL)
  const mobile = { mobilePhone: { from: null, to: '555 010 0177' } }
  await expectOk(save({ contacts: { homePhone: EDITS.homePhone, ...mobile } }))
  const page = await openEmbedded(service, host, { patient: PEOPLE.piotr })
  const embedded = await expectOk(page.call('GET', `${page.chart}/access`))
  expect(embedded).toMatchObject({ may: { edit: 'to-do' } })
  expect(changesOf(embedded)).toEqual([[...PHONE, { field: 'mobilePhone', from: null, to: '555 010 0177' }]])
  chart.put({ ...HOME, value: '(555) 010-0142' }, MAIL)
  expect(changesOf(await chart.card())).toEqual([[{ field: 'mobilePhone', from: null, to: '555 010 0177' }]])
  await expectOk(
    page.call('PUT', `${page.chart}/access`, {
      contacts: { mobilePhone: { from: null, to: '555 010 0178', waiting: '555 010 0177' } },
    }),
  )
  expect(changesOf(await chart.card())).toEqual([[{ field: 'mobilePhone', from: null, to: '555 010 0178' }]])
})
