import { beforeAll, expect, test } from 'vitest'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

const HOME = '/fernwood/api/portal/home'

let service: TestService
let phone: ReturnType<TestService['openBrowser']>
beforeAll(async () => {
  service = await openService()
  const { portalId, code } = await service.inviteAndRead(await service.launch(PEOPLE.maria))
  phone = service.openBrowser()
  const setup = await expectOk(
    phone.post('/fernwood/api/portal/activation', { portalId, code, ...IDENTITY.maria }),
  )
  const chosen = { ticket: setup['ticket'], username: 'maria', password: GOOD_PASSWORD }
  await expectOk(phone.post('/fernwood/api/portal/activation/credentials', chosen))
})

test('the profile is read live, in one round trip, and the read is in the trail before the answer leaves', async () => {
  await expectOk(phone.get(HOME))
  service.emr.requests.length = 0
  const home = await expectOk(phone.get(HOME))
  expect(home).toMatchObject({
    chart: 'shown',
    profile: { name: 'Maria Núñez', language: 'es', phones: [{ use: 'home' }, { use: 'mobile' }] },
  })
  expect(service.emr.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `GET /fhir/Patient/${PEOPLE.maria}`,
  ])
  const reads = await service.store.db
    .selectFrom('audit')
    .select('patient_id')
    .where('action', '=', 'profile.read')
    .execute()
  expect(reads).toEqual([{ patient_id: PEOPLE.maria }, { patient_id: PEOPLE.maria }])
})

test.each(['down', '500', 'html', '401', '429'] as const)(
  'an EHR that is %s leaves the patient signed in, greeted, and told that the chart cannot be shown',
  async (kind) => {
    service.emr.misbehave({ kind, target: 'fhir', times: 3 })
    expect(await expectOk(phone.get(HOME))).toMatchObject({
      firstName: 'Maria',
      chart: 'unavailable',
      profile: null,
    })
    service.emr.behave()
    expect(await expectOk(phone.get(HOME))).toMatchObject({ chart: 'shown' })
  },
)

test('an EHR that lets the service read nothing is said so', async () => {
  service.emr.misbehave({ kind: '403', target: 'fhir' })
  expect(await expectOk(phone.get(HOME))).toMatchObject({ chart: 'not-offered' })
  service.emr.behave()
})

test('nothing is shown to who is not signed in, or signed in elsewhere', async () => {
  await expectRefusal(await service.openBrowser().get(HOME), 'signed-out')
  await expectRefusal(await phone.get('/harbor/api/portal/home'), 'signed-out')
})
