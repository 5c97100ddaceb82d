import { describe, expect, test } from 'vitest'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'
import type { TestStore } from '../../support/store.ts'
import { openDesk, readTopics, readTrail, type Desk } from '../administration/desk.ts'

type View = { people: { id: string; fhirUser: string; role: string | null; stoppedAt: number | null }[] }
const PARK = 'Practitioner/prac-park'
const OSEI = 'Practitioner/prac-osei'
const ADMIN = 'Practitioner/prac-admin'

const personOf = (view: unknown, fhirUser: string) =>
  (view as View).people.find((person) => person.fhirUser === fhirUser)
const idOf = async (desk: Desk, fhirUser: string) =>
  personOf(await expectOk(desk.get('people')), fhirUser)?.id ?? ''
const give = async (desk: Desk, fhirUser: string, role: string | null) =>
  desk.put(`people/${await idOf(desk, fhirUser)}`, { role })
const stop = async (desk: Desk, fhirUser: string, stopped = true) =>
  desk.put(`people/${await idOf(desk, fhirUser)}/stopped`, { stopped })

async function openPractice(practice: Record<string, unknown> = {}, store?: TestStore) {
  const service = await openService({ practice, ...(store ? { store } : {}) })
  const frontDesk = await openDesk(service, { user: 'front-desk' })
  return { service, frontDesk, desk: await openDesk(service) }
}

/** Two who manage people by a role, and nobody by the file. */
async function openTwoManagers() {
  const firstRoles = { [ADMIN]: 'administrator', [PARK]: 'administrator' }
  const practice = await openPractice({ administrators: [], firstRoles })
  return { ...practice, other: practice.frontDesk }
}

/** A launch up to where the EMR sends the browser back. */
async function launchAs(service: TestService, user: string, headers: Record<string, string> = {}) {
  const browser = service.openBrowser()
  const begun = await browser.get(service.emr.createLaunch({ patient: PEOPLE.walter, user }).url)
  const back = await service.emr.authorizeAs(user, begun.headers.get('location') ?? '')
  return { browser, answer: await browser.get(back.pathname + back.search, headers) }
}

test('whoever is stopped is refused from the very next call on, in a session that is running', async () => {
  const { service, desk, frontDesk } = await openPractice()
  await expectOk(frontDesk.browser.get(`${frontDesk.tab.api}/access`))
  const stopped = personOf(await expectOk(stop(desk, PARK)), PARK)
  expect(stopped).toMatchObject({ stoppedAt: service.clock.now, role: 'front-desk' })
  for (const address of [`${frontDesk.tab.api}/access`, frontDesk.api])
    expect(await expectRefusal(await frontDesk.browser.get(address), 'not-permitted')).toMatchObject({
      reason: 'stopped',
    })
  const { db } = service.store
  const tokens = await db.selectFrom('ehr_token').select(['access_sealed', 'refresh_sealed']).execute()
  expect(tokens.filter(({ access_sealed }) => access_sealed === '')).toHaveLength(1)
})

test('whoever is let back in has what the role gives by then, and opens Portico anew', async () => {
  const { service, desk, frontDesk } = await openPractice()
  await expectOk(stop(desk, PARK))
  await expectOk(give(desk, PARK, 'clinician'))
  expect(personOf(await expectOk(stop(desk, PARK, false)), PARK)).toMatchObject({
    stoppedAt: null,
    role: 'clinician',
  })
  await expectRefusal(await frontDesk.browser.get(frontDesk.api), 'launch-ended')
  const again = await openDesk(service, { user: 'front-desk' })
  expect(await expectOk(again.browser.get(again.api))).toMatchObject({
    permissions: ['access.read'],
    staff: { role: 'Clinician' },
  })
})

test('it stands in the trail, and pages are told', async () => {
  const { service, desk } = await openPractice()
  for (const stopped of [true, true, false, false]) {
    service.clock.now += 1000
    await expectOk(stop(desk, PARK, stopped))
  }
  expect(await readTrail(service, 'staff.stopped', 'staff.resumed')).toEqual(
    ['staff.stopped', 'staff.resumed'].map((action) => ({
      actor: ADMIN,
      action,
      outcome: 'success',
      patient: null,
      detail: { person: PARK },
    })),
  )
  expect((await readTopics(service)).filter((topic) => topic === 'staff')).toHaveLength(2)
})

describe('a launch of somebody who is stopped', () => {
  test.each([
    ['en', 'An administrator has stopped your use of Portico'],
    ['es', 'Un administrador detuvo su uso de Portico'],
  ])('ends on a page in plain words: %s', async (language, words) => {
    const { service, desk } = await openPractice()
    await expectOk(stop(desk, PARK))
    const { browser, answer } = await launchAs(service, 'front-desk', { 'accept-language': language })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('content-type')).toMatch('text/html')
    expect(answer.headers.get('x-portico-problem')).toBe('not-permitted')
    expect(await answer.text()).toContain(words)
    expect([...browser.cookies.keys()].filter((name) => name.includes('staff'))).toEqual([])
  })

  test('in a frame without cookies is refused with the reason', async () => {
    const { service, desk } = await openPractice()
    await expectOk(stop(desk, PARK))
    const { url } = service.emr.createLaunch({ patient: PEOPLE.walter, user: 'front-desk' })
    const begun = await service.openBrowser().get(url, { 'sec-fetch-dest': 'iframe' })
    const [, href = '', sealed = ''] =
      /href="([^"]+)" data-state="[^"]+" data-sealed="([^"]+)"/.exec(await begun.text()) ?? []
    const back = await service.emr.authorizeAs('front-desk', href.replaceAll('&amp;', '&'))
    const body = { sealed, query: back.search }
    const answer = await service.openBrowser().post('/fernwood/api/staff/sessions', body)
    expect(await expectRefusal(answer, 'not-permitted')).toMatchObject({ reason: 'stopped' })
  })

  test('leaves no session, no launch and no token of the EHR, but a line in the trail', async () => {
    const { service, desk } = await openPractice()
    await expectOk(stop(desk, PARK))
    const { db } = service.store
    const count = async () => [
      (await db.selectFrom('session').select('kind').execute()).length,
      (await db.selectFrom('launch').select('id').execute()).length,
      (await db.selectFrom('ehr_token').select('id').execute()).length,
    ]
    const before = await count()
    await launchAs(service, 'front-desk')
    expect(await count()).toEqual(before)
    expect(await readTrail(service, 'launch.refused')).toEqual([
      {
        actor: PARK,
        action: 'launch.refused',
        outcome: 'refused',
        patient: PEOPLE.walter,
        detail: { reason: 'stopped' },
      },
    ])
  })

  test('is let in when the configuration file has made them an administrator since', async () => {
    const { service, desk } = await openPractice()
    await expectOk(stop(desk, PARK))
    const later = await openService({ practice: { administrators: [PARK] }, store: service.store })
    const park = await openDesk(later, { user: 'front-desk' })
    expect(personOf(await expectOk(park.get('people')), PARK)).toMatchObject({
      stoppedAt: null,
      locked: true,
    })
    expect(await readTrail(later, 'staff.resumed')).toEqual([
      {
        actor: 'portico',
        action: 'staff.resumed',
        outcome: 'success',
        patient: null,
        detail: { person: PARK, by: 'file' },
      },
    ])
    expect((await readTopics(later)).filter((topic) => topic === 'staff')).toHaveLength(2)
  })
})

test('whom the configuration file has made an administrator since goes on in a session that is running', async () => {
  const { service, frontDesk } = await openPractice()
  const stopped = { stopped_at: service.clock.now }
  await service.store.db.updateTable('staff_member').set(stopped).where('fhir_user', '=', PARK).execute()
  await expectRefusal(await frontDesk.browser.get(frontDesk.api), 'not-permitted')
  const later = await openService({ practice: { administrators: [PARK] }, store: service.store })
  const browser = later.openBrowser()
  for (const [name, value] of frontDesk.browser.cookies) browser.cookies.set(name, value)
  await expectOk(browser.get(frontDesk.api))
})

test('an administrator of the configuration file is not stopped', async () => {
  const { desk } = await openPractice()
  await expectRefusal(await stop(desk, ADMIN), 'locked-by-file')
  await expectOk(desk.get('people'))
})

test('nobody stops themself', async () => {
  const { desk, other } = await openTwoManagers()
  expect(await expectRefusal(await stop(desk, ADMIN), 'not-permitted')).toMatchObject({ reason: 'self' })
  await expectOk(other.get('people'))
  await expectOk(desk.get('people'))
})

test('a person who is not there is said so, another practice’s too; other bodies are refused', async () => {
  const { service, desk } = await openPractice()
  await expectRefusal(await desk.put('people/nobody/stopped', { stopped: true }), 'not-found')
  const harbor = await openDesk(service, { slug: 'harbor' })
  const elsewhere = await idOf(harbor, 'Practitioner/prac-haas')
  await expectRefusal(await desk.put(`people/${elsewhere}/stopped`, { stopped: true }), 'not-found')
  for (const body of [{}, { stopped: 'yes' }, { stopped: true, for: 'ever' }])
    await expectRefusal(await desk.put(`people/${elsewhere}/stopped`, body), 'invalid-request')
})

describe('the last who can manage people stays', () => {
  test('somebody who is stopped does not count', async () => {
    const { desk } = await openTwoManagers()
    await expectOk(stop(desk, PARK))
    await expectRefusal(await give(desk, ADMIN, 'front-desk'), 'last-administrator')
    await expectOk(stop(desk, PARK, false))
    await expectOk(give(desk, ADMIN, 'front-desk'))
  })

  test('of two who stop each other at once, one stays', async () => {
    const { service, desk, other } = await openTwoManagers()
    const [park, admin] = [await idOf(desk, PARK), await idOf(desk, ADMIN)]
    await Promise.all([
      desk.put(`people/${park}/stopped`, { stopped: true }),
      other.put(`people/${admin}/stopped`, { stopped: true }),
    ])
    const rows = await service.store.db.selectFrom('staff_member').select('stopped_at').execute()
    expect(rows.filter(({ stopped_at }) => stopped_at === null)).toHaveLength(1)
  })
})

test('who looks after people may stop anybody, and lets in only whoever may no more than they', async () => {
  const { service, desk, frontDesk: keeper } = await openPractice()
  const physician = await openDesk(service, { user: 'physician' })
  const wanted = { name: 'Keepers', permissions: ['staff.manage'] }
  const { roles } = (await expectOk(desk.post('roles', wanted))) as { roles: { id: string }[] }
  await expectOk(give(desk, PARK, roles[3]?.id ?? ''))
  await expectOk(give(desk, OSEI, 'front-desk'))
  await expectOk(stop(keeper, OSEI))
  await expectRefusal(await physician.browser.get(physician.api), 'not-permitted')
  expect(await expectRefusal(await stop(keeper, OSEI, false), 'not-permitted')).toMatchObject({
    permission: 'access.manage',
  })
  await expectOk(give(keeper, OSEI, null))
  await expectOk(stop(keeper, OSEI, false))
})

test('whoever is stopped does not wait for a role', async () => {
  const { service, desk } = await openPractice()
  await openDesk(service, { user: 'physician' })
  const first = async () => ((await expectOk(desk.get('people'))) as View).people[0]?.fhirUser
  expect(await first()).toBe(OSEI)
  await expectOk(stop(desk, OSEI))
  await expectOk(stop(desk, PARK))
  const { people } = (await expectOk(desk.get('people'))) as View
  expect(people.map(({ fhirUser }) => fhirUser)).toEqual([OSEI, PARK, ADMIN])
  await expectOk(stop(desk, PARK, false))
  await expectOk(give(desk, PARK, null))
  expect(await first()).toBe(PARK)
})
