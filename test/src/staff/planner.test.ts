import { beforeEach, describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import { openChart, type Chart } from '../../support/chart.ts'
import { PEOPLE } from '../../support/people.ts'
import { openService, type TestService } from '../../support/service.ts'
import { codeOf } from '../fhir/contract-answers.ts'

const NARROW = 'openid fhirUser launch user/Patient.rs'
let service: TestService
let chart: Chart
beforeEach(async () => {
  service = await openService()
  chart = await openChart(service)
})

const grant = (launch: string, scope: string) =>
  service.store.db.updateTable('launch').set({ scope }).where('id', '=', launch).execute()
const asked = (end: string) => service.emr.requests.filter(({ path }) => path.endsWith(end)).length
const edit = async () => (await chart.card())['may'] as { edit: string }

describe('what one person sees on the card', () => {
  test('does not depend on who launched last', async () => {
    await grant(chart.tab.launch, NARROW)
    await service.launch(PEOPLE.maria, { user: 'administrator' })
    expect(await edit()).toMatchObject({ edit: 'no' })
    service.clock.now += 10
    const third = await service.launch(PEOPLE.walter)
    await grant(third.launch, NARROW)
    expect(await edit()).toMatchObject({ edit: 'no' })
  })

  test('before anybody has launched is planned by what is asked for', async () => {
    await service.store.db.deleteFrom('launch').execute()
    expect((await service.wiring.planOf('fernwood')).patientChange.staff).toBe('put')
  })

  test('is the same while the service’s token takes its time and after', async () => {
    await service.store.db.updateTable('launch').set({ scope: NARROW }).execute()
    service.emr.misbehave({ kind: 'slow', target: 'token', delayMs: 1800, times: 1 })
    const first = await edit()
    expect(first).toMatchObject({ edit: 'to-do' })
    await service.wiring.serviceScopeOf('fernwood')
    expect(await edit()).toEqual(first)
  })

  test('a service that is refused a token is asked for it once, however many cards are opened', async () => {
    await service.store.db.updateTable('launch').set({ scope: NARROW }).execute()
    service.emr.misbehave({ kind: '401', target: 'token' })
    const before = asked('/token')
    for (let card = 0; card < 3; card++) expect(await edit()).toMatchObject({ edit: 'to-do' })
    expect(asked('/token') - before).toBe(1)
    service.clock.now += 5 * MINUTE_MS
    await edit()
    expect(asked('/token') - before).toBe(2)
  })
})

describe('what an EHR can do is asked anew', () => {
  test('at a launch, when it was asked more than five minutes ago', async () => {
    const before = asked('/metadata')
    await service.launch(PEOPLE.maria)
    expect(asked('/metadata')).toBe(before)
    service.clock.now += 5 * MINUTE_MS
    await service.launch(PEOPLE.maria)
    await expect.poll(() => asked('/metadata')).toBe(before + 1)
  })

  test.each(['staff', 'service'] as const)(
    'after a surprise anywhere in the chart, with the token of %s',
    async (whose) => {
      await service.wiring.capabilityOf('fernwood')
      const before = asked('/metadata')
      const row = await service.store.db
        .selectFrom('launch')
        .select('ehr_token_id')
        .where('id', '=', chart.tab.launch)
        .executeTakeFirstOrThrow()
      const { ehr } = service.wiring
      const handle = whose === 'staff' ? ehr.asStaff('fernwood', row.ehr_token_id) : ehr.asService('fernwood')
      const { fetch: real } = service.emr
      service.emr.fetch = async (input, init) => {
        const request = new Request(input, init)
        return request.url.includes('/Practitioner/') ? Response.json({}, { status: 501 }) : real(request)
      }
      service.clock.now += 5 * MINUTE_MS
      expect(await codeOf(handle.read('Practitioner', '1'))).toBe('ehr-refused')
      await service.wiring.capabilityOf('fernwood')
      expect(asked('/metadata')).toBe(before + 1)
    },
  )
})
