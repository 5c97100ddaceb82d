import { beforeAll, describe, expect, test } from 'vitest'
import { clearRefusal } from '../../../src/access/refusal.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type LaunchedTab, type TestService } from '../../support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await openService()
})

const refuse = (tab: LaunchedTab, body: unknown) => tab.browser.put(`${tab.api}/refusal`, body)
const trail = async (patient: string) => {
  const rows = await service.store.db
    .selectFrom('audit')
    .select(['action', 'detail'])
    .where('patient_id', '=', patient)
    .where('action', 'like', 'refusal.%')
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map(({ action, detail }) => `${action} ${detail}`)
}

test('"not now" is noted with its reason, shown to whoever comes next, and taken back', async () => {
  const tab = await service.launch(PEOPLE.walter)
  const noted = await expectOk(refuse(tab, { reason: 'no-email', askAgainOn: '2027-02-01' }))
  const refused = { reason: 'no-email', askAgainOn: '2027-02-01', due: false, at: service.clock.now }
  expect(noted['refused']).toEqual({ ...refused, by: expect.stringMatching(/\w/) })
  const next = await service.launch(PEOPLE.walter, { user: 'physician' })
  expect(await expectOk(next.browser.get(`${next.api}/access`))).toMatchObject({ refused: noted['refused'] })

  service.clock.now += 1
  expect(await expectOk(tab.browser.delete(`${tab.api}/refusal`))).toMatchObject({ refused: null })
  expect(await expectOk(tab.browser.delete(`${tab.api}/refusal`))).toMatchObject({ refused: null })
  expect(await trail(PEOPLE.walter)).toEqual([
    'refusal.recorded {"reason":"no-email","askAgainOn":"2027-02-01"}',
    'refusal.cleared {}',
  ])
})

test('a second note replaces the first; the same again changes nothing', async () => {
  const tab = await service.launch(PEOPLE.xiaoming)
  const first = await expectOk(refuse(tab, { reason: 'declined', askAgainOn: '2027-02-01' }))
  service.clock.now += 1
  expect(await expectOk(refuse(tab, { reason: 'declined', askAgainOn: '2027-02-01' }))).toMatchObject({
    refused: first['refused'],
  })
  expect(await expectOk(refuse(tab, { reason: 'needs-proxy', askAgainOn: '2027-02-01' }))).toMatchObject({
    refused: { reason: 'needs-proxy', at: service.clock.now },
  })
  expect(await trail(PEOPLE.xiaoming)).toHaveLength(2)
})

test('listeners hear of it', async () => {
  const tab = await service.launch(PEOPLE.rosa)
  const heard = () =>
    service.store.db
      .selectFrom('event')
      .select('topic')
      .where('patient_id', '=', PEOPLE.rosa)
      .execute()
      .then((rows) => rows.map(({ topic }) => topic))
  await expectOk(refuse(tab, { reason: 'other', askAgainOn: '2027-02-01' }))
  expect(await heard()).toEqual(['access'])
  await expectOk(tab.browser.delete(`${tab.api}/refusal`))
  expect(await heard()).toEqual(['access', 'access'])
})

describe('the day to ask again', () => {
  test('is due from its midnight on by the practice’s calendar, not by the world’s', async () => {
    const before = service.clock.now
    const dueAt = async (time: string) => {
      service.clock.now = Date.parse(time)
      const due = async (patient: string, slug: 'fernwood' | 'harbor') => {
        const tab = await service.launch(patient, { slug })
        const card = await expectOk(tab.browser.get(`${tab.api}/access`))
        return (card['refused'] as { due: boolean }).due
      }
      return [await due(PEOPLE.maria, 'fernwood'), await due(PEOPLE.walter, 'harbor')]
    }
    const body = { reason: 'declined', askAgainOn: '2026-11-23' }
    await expectOk(refuse(await service.launch(PEOPLE.maria), body))
    await expectOk(refuse(await service.launch(PEOPLE.walter, { slug: 'harbor' }), body))
    // Los Angeles and New York.
    expect(await dueAt('2026-11-23T04:59:59Z')).toEqual([false, false])
    expect(await dueAt('2026-11-23T05:00:00Z')).toEqual([false, true])
    expect(await dueAt('2026-11-23T07:59:59Z')).toEqual([false, true])
    expect(await dueAt('2026-11-23T08:00:00Z')).toEqual([true, true])
    service.clock.now = before
  })

  test.each([
    ['2026-11-22', null],
    ['2028-11-22', null],
    ['2026-11-21', '/askAgainOn'],
    ['2028-11-23', '/askAgainOn'],
    ['2027-02-30', '/askAgainOn'],
    ['2027-02', '/askAgainOn'],
  ])('%s: %s', async (askAgainOn, pointer) => {
    const tab = await service.launch(PEOPLE.twinA)
    const answer = await refuse(tab, { reason: 'declined', askAgainOn })
    if (pointer === null) return expect(await expectOk(answer)).toMatchObject({ refused: { askAgainOn } })
    const body = await expectRefusal(answer, 'invalid-request')
    expect(body['issues']).toMatchObject([{ pointer }])
  })
})

test.each([
  [{ reason: 'because', askAgainOn: '2027-02-01' }],
  [{ reason: 'other', askAgainOn: '2027-02-01', note: 'asked twice' }],
  [{ reason: 'other' }],
])('%j is no note', async (body) => {
  const tab = await service.launch(PEOPLE.twinB)
  await expectRefusal(await refuse(tab, body), 'invalid-request')
  expect(await trail(PEOPLE.twinB)).toEqual([])
})

test('while the EHR is away nothing is noted', async () => {
  const tab = await service.launch(PEOPLE.twinB)
  service.emr.misbehave({ kind: 'down', target: 'fhir' })
  await expectRefusal(await refuse(tab, { reason: 'other', askAgainOn: '2027-02-01' }), 'ehr-unavailable')
  await expectRefusal(await tab.browser.delete(`${tab.api}/refusal`), 'ehr-unavailable')
  service.emr.behave()
  expect(await trail(PEOPLE.twinB)).toEqual([])
})

test('who creates credentials after all clears it, in the trail once', async () => {
  const tab = await service.launch(PEOPLE.sameNameA)
  await expectOk(refuse(tab, { reason: 'declined', askAgainOn: '2027-02-01' }))
  const entry = {
    practiceId: 'fernwood',
    patientId: PEOPLE.sameNameA,
    actor: 'Practitioner/1',
    requestId: 'r',
  }
  const clear = () => service.store.transaction((tx) => clearRefusal(tx, entry, service.clock.now + 1))
  expect([await clear(), await clear()]).toEqual([true, false])
  expect(await trail(PEOPLE.sameNameA)).toHaveLength(2)
  expect(await expectOk(tab.browser.get(`${tab.api}/access`))).toMatchObject({ refused: null })
})
