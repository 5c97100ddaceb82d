import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../src/clock.ts'
import { openChart } from '../../support/chart.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectOk, openService } from '../../support/service.ts'

async function openMirror() {
  const service = await openService()
  const { store, worker } = service.wiring
  const chart = await openChart(service)
  let tab = chart.tab
  return {
    service,
    consents: () =>
      service.emr.fhir
        .search('Consent', `patient=${PEOPLE.piotr}`)
        .map((one) => (one as { status?: string }).status),
    homes: () => store.db.selectFrom('home').select(['type', 'home']).execute(),
    waiting: () => store.db.selectFrom('job').select('last_error').where('done_at', 'is', null).execute(),
    decide: async (allowPortal: boolean) => {
      service.clock.now += 1000
      await expectOk(tab.browser.put(`${tab.api}/access`, { allowPortal }))
      await worker.drain()
    },
    later: async (ms: number) => {
      service.clock.now += ms
      await worker.drain()
    },
    nextDay: async () => {
      service.clock.now += DAY_MS
      tab = await service.launch(PEOPLE.piotr)
    },
  }
}

test('a withdrawal that meets a service without a token is written once there is one', async () => {
  const { service, nextDay, later, decide, consents, waiting } = await openMirror()
  await decide(true)
  expect(consents()).toEqual(['active'])
  await nextDay()
  service.emr.misbehave({ kind: '401', target: 'token' })
  await decide(false)
  expect([consents(), await waiting()]).toEqual([['active'], [{ last_error: 'ehr-refused' }]])
  service.emr.behave()
  await later(HOUR_MS)
  expect([consents(), await waiting()]).toEqual([['inactive'], []])
})

test('a token that is refused on the first day does not make the portal the home of consents', async () => {
  const { service, later, decide, consents, homes, waiting } = await openMirror()
  service.emr.misbehave({ kind: '401', target: 'token' })
  await decide(true)
  expect([await homes(), await waiting()]).toEqual([[], [{ last_error: 'ehr-unavailable' }]])
  service.emr.behave()
  await later(HOUR_MS)
  expect([await homes(), await waiting()]).toEqual([[{ type: 'Consent', home: 'ehr' }], []])
  expect(consents()).toEqual(['active'])
})

test('a chart that no longer takes what it took is tried again, not passed over', async () => {
  const { service, decide, later, consents, waiting } = await openMirror()
  await decide(true)
  service.emr.misbehave({ kind: '403', target: 'fhir', method: 'PUT' })
  await decide(false)
  expect([consents(), await waiting()]).toEqual([['active'], [{ last_error: 'ehr-refused' }]])
  service.emr.behave()
  await later(HOUR_MS)
  expect(consents()).toEqual(['inactive'])
})
