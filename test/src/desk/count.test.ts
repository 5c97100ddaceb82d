import { beforeAll, expect, test } from 'vitest'
import { HARBOR_PEOPLE, PEOPLE } from '../../support/people.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'
import { accept, homeTo, mobileTo, openList } from './accepted.ts'

let service: TestService
beforeAll(async () => {
  service = await openService()
})

test('a launch says how many patients there is something to do for, in its practice', async () => {
  const tab = await service.launch(PEOPLE.piotr)
  const other = await service.launch(HARBOR_PEOPLE.walter, { slug: 'harbor' })
  const count = async ({ browser, api }: typeof tab) =>
    (await expectOk(browser.get(api.replace(/\/patients\/.*/, ''))))['todos']
  expect(await count(tab)).toBe(0)
  await accept(service, [mobileTo('555 010 0142'), homeTo('555 010 0143')])
  await accept(service, [homeTo('555 010 0144')], { patientId: PEOPLE.maria, patientName: 'María Núñez' })
  expect(await count(tab)).toBe(2)
  expect(await count(other)).toBe(0)
  const list = openList(tab)
  await list.settle((await list.first()).id, 'done')
  expect(await count(tab)).toBe(1)
})

test('one that no key opens any more is not counted, as nobody could find it', async () => {
  const tab = await service.launch(PEOPLE.piotr)
  const count = async () =>
    (await expectOk(tab.browser.get(tab.api.replace(/\/patients\/.*/, ''))))['todos'] as number
  await accept(service, [homeTo('555 010 0144')], { patientId: PEOPLE.walter })
  const before = await count()
  await service.store.db
    .updateTable('work_item')
    .set({ payload_sealed: 'gone:x' })
    .where('patient_id', '=', PEOPLE.walter)
    .execute()
  expect([before, await count()]).toEqual([before, before - 1])
})

test('the page for it has an address of its own in every launch', async () => {
  const tab = await service.launch(PEOPLE.piotr)
  const launch = /launches\/([^/]+)/.exec(tab.api)?.[1] ?? ''
  const answer = await tab.browser.get(`/fernwood/staff/l/${launch}/todos`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching('text/html'),
  ])
})
