import type { ContactPoint } from '@medplum/fhirtypes'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { HOME, keepOnly, MAIL, MARK, MOBILE, openChart, type Chart } from '../../support/chart.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

let service: TestService
let chart: Chart
beforeAll(async () => {
  service = await openService()
  chart = await openChart(service)
})
afterEach(() => service.emr.behave())

const put = (body: unknown, { tab } = chart) => {
  service.clock.now += 1
  return tab.browser.put(`${tab.api}/access`, body)
}
const newHome = { homePhone: { from: HOME.value, to: '555 010 0142' } }

describe('each field goes into the chart', () => {
  test.each<[string, ContactPoint[], Record<string, unknown>, ContactPoint[]]>([
    [
      'homePhone',
      [HOME, MOBILE],
      { from: '555 010 0101', to: '555 010 0142' },
      [{ ...HOME, value: '555 010 0142' }, MOBILE],
    ],
    ['mobilePhone', [HOME, MOBILE], { from: '(555) 010-0102', to: null }, [HOME]],
    ['contactEmail', [HOME], { from: null, to: 'piotr@mail.example' }, [HOME, MAIL]],
    [
      'trustedEmail',
      [HOME, MAIL],
      { from: null, to: 'piotr@mail.example' },
      [HOME, { ...MAIL, extension: [MARK] }],
    ],
  ])('%s', async (field, before, edit, after) => {
    chart.put(...before)
    const seen = await chart.trail()
    const card = await expectOk(chart.save({ [field]: edit }))
    expect(card['contacts']).toMatchObject({ [field]: edit['to'] })
    expect(chart.read().telecom).toEqual(after)
    expect(await chart.trail()).toEqual([...seen, field])
    expect(await chart.card()).toMatchObject({ contacts: card['contacts'] })
  })

  test('all else in the chart stays byte for byte', async () => {
    chart.put(HOME, MAIL)
    const rest = () => JSON.stringify({ ...chart.read(), meta: null, telecom: null })
    const before = rest()
    await expectOk(chart.save(newHome))
    expect(rest()).toBe(before)
  })

  test('everything on the card in one Save: one look, one write', async () => {
    chart.put(HOME)
    service.emr.requests.length = 0
    const events = () =>
      service.store.db.selectFrom('event').select(['topic', 'patient_id']).orderBy('at').execute()
    const before = await events()
    const contacts = {
      mobilePhone: { from: null, to: '555 010 0142' },
      contactEmail: { from: null, to: 'piotr@mail.example' },
      trustedEmail: { from: null, to: 'piotr@mail.example' },
    }
    const card = await expectOk(put({ allowPortal: true, allowEmail: true, contacts }))
    expect(card).toMatchObject({ state: 'ready', emailAllowed: true })
    expect((card['lines'] as { done: boolean }[]).every(({ done }) => done)).toBe(true)
    expect(service.emr.requests.map(({ method }) => method)).toEqual(['GET', 'PUT'])
    expect((await chart.trail()).at(-1)).toBe('mobilePhone,contactEmail,trustedEmail')
    expect(await events()).toEqual([...before, { topic: 'access', patient_id: PEOPLE.piotr }])
  })

  test('what is in the chart already is not written again: a lost answer may be asked for twice', async () => {
    chart.put(HOME)
    await expectOk(chart.save(newHome))
    const [before, seen] = [chart.read(), await chart.trail()]
    await expectOk(chart.save(newHome))
    // Nobody can tell whether the first one came as far as the trail.
    expect([chart.read(), await chart.trail()]).toEqual([before, [...seen, 'homePhone']])
  })

  test('the trail names fields and holds no values', async () => {
    chart.put(HOME)
    await expectOk(chart.save({ mobilePhone: { from: null, to: '555 010 0177' } }))
    const rows = await service.store.db.selectFrom('audit').select('detail').execute()
    expect(rows.filter(({ detail }) => /0177|@/.test(detail))).toEqual([])
  })
})

describe('an EHR that does not take it', () => {
  test.each([
    ['down', 'ehr-unavailable'],
    ['500', 'ehr-unavailable'],
    ['403', 'ehr-refused'],
    ['422', 'ehr-rejected'],
  ] as const)('or breaks at the write (%s): nothing is saved but the "no"', async (kind, code) => {
    chart.put(HOME)
    await expectOk(put({ allowPortal: true, allowEmail: false }))
    service.emr.misbehave({ kind, target: 'fhir', method: 'PUT' })
    await expectRefusal(await put({ allowPortal: false, allowEmail: true, contacts: newHome }), code)
    service.emr.behave()
    expect(await chart.card()).toMatchObject({
      allowed: null,
      emailAllowed: false,
      contacts: { homePhone: HOME.value },
    })
  })

  test('names the field', async () => {
    chart.put(HOME, MAIL)
    const edits = { mobilePhone: { from: null, to: '555-01' }, contactEmail: { from: MAIL.value, to: null } }
    const body = await expectRefusal(await chart.save(edits), 'ehr-rejected')
    expect(body['issues']).toEqual([
      { pointer: '/contacts/mobilePhone', detail: 'The EMR does not accept this value.' },
    ])
    expect(chart.read().telecom).toEqual([HOME, MAIL])
  })

  test('and says nothing: what it kept instead is told, what it did take is in the trail', async () => {
    chart.put(HOME)
    const restore = keepOnly(service, (telecom) => telecom.filter(({ use }) => use !== 'mobile'))
    try {
      const edits = { ...newHome, mobilePhone: { from: null, to: '555 010 0177' } }
      const refused = await put({ allowPortal: true, contacts: edits })
      const body = await expectRefusal(refused, 'ehr-rejected')
      expect(body['issues']).toEqual([
        { pointer: '/contacts/mobilePhone', detail: 'The EMR kept another value.', theirs: null },
      ])
    } finally {
      restore()
    }
    expect((await chart.trail()).at(-1)).toBe('homePhone')
    expect(await chart.card()).toMatchObject({ allowed: null, contacts: { homePhone: '555 010 0142' } })
  })

  test('a patient who can never be invited is said before anything is written', async () => {
    const deceased = await openChart(service, PEOPLE.deceased)
    const before = deceased.read()
    const contacts = { mobilePhone: { from: null, to: '555 010 0142' } }
    await expectRefusal(await put({ allowPortal: true, contacts }, deceased), 'not-eligible')
    expect(deceased.read()).toEqual(before)
  })
})

describe('where the EHR lets this user change no Patient', () => {
  test('by the scope that it granted: the card says so, and nothing is sent', async () => {
    const other = await openChart(service, PEOPLE.rosa)
    const scope = 'openid fhirUser launch user/Patient.rs'
    await service.store.db.updateTable('launch').set({ scope }).where('id', '=', other.tab.launch).execute()
    // Somebody else was granted more.
    service.clock.now += 1
    await service.launch(PEOPLE.rosa)
    expect(await other.card()).toMatchObject({ may: { allow: true, edit: 'no' } })
    service.emr.requests.length = 0
    await expectRefusal(await other.save({ mobilePhone: { from: null, to: '555 010 0142' } }), 'ehr-refused')
    expect(service.emr.requests.map(({ method }) => method)).toEqual(['GET'])
  })

  test.each([
    [
      'says that it cannot',
      (metadata: string) => new Response(metadata.replaceAll(/"(update|patch)"/g, '"vread"')),
      'to-do',
    ],
    [
      'does not say what it can: its scope is taken at its word',
      () => new Response('', { status: 503 }),
      'chart',
    ],
  ])('as it %s', async (_, answer, edit) => {
    const fresh = await openService()
    const { fetch: real } = fresh.emr
    fresh.emr.fetch = async (input, init) => {
      const isMetadata = input instanceof Request && input.url.endsWith('/metadata')
      const response = await real(input, init)
      return isMetadata ? answer(await response.text()) : response
    }
    const { tab } = await openChart(fresh)
    expect(await expectOk(tab.browser.get(`${tab.api}/access`))).toMatchObject({ may: { allow: true, edit } })
  })
})

describe('what is no request of ours is refused, and nothing is written', () => {
  test.each<[unknown, string]>([
    [{ contacts: { fax: { from: null, to: '555 010 0142' } } }, '/contacts'],
    [{ contacts: { homePhone: { from: null, to: '555 010 0142', rank: 1 } } }, '/contacts/homePhone'],
    [{ contacts: { homePhone: { to: '555 010 0142' } } }, '/contacts/homePhone/from'],
    [{ contacts: { homePhone: { from: null, to: 'call me' } } }, '/contacts/homePhone/to'],
    [{ contacts: { contactEmail: { from: null, to: 'a@b@mail.example' } } }, '/contacts/contactEmail/to'],
    [
      { contacts: { trustedEmail: { from: null, to: 'a@x.example\r\nBcc: b@x.example' } } },
      '/contacts/trustedEmail/to',
    ],
    [{ allow: true }, '/'],
    [[], '/'],
  ])('%j', async (body, pointer) => {
    const before = chart.read()
    const refused = await expectRefusal(await put(body), 'invalid-request')
    expect((refused['issues'] as { pointer: string }[]).map((issue) => issue.pointer)).toEqual([pointer])
    expect(chart.read()).toEqual(before)
  })

  test('another patient’s id', async () => {
    const walter = service.emr.fhir.read('Patient', PEOPLE.walter)
    const path = chart.tab.api.replace(PEOPLE.piotr, PEOPLE.walter)
    const contacts = { homePhone: { from: null, to: '555 010 0142' } }
    const { browser } = chart.tab
    await expectRefusal(await browser.put(`${path}/access`, { contacts }), 'stale-tab')
    await expectRefusal(await browser.put(`${path}/refusal`, {}), 'stale-tab')
    expect(service.emr.fhir.read('Patient', PEOPLE.walter)).toEqual(walter)
  })
})
