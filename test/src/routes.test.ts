import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { savePractices } from '../../src/practices/store.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../support/people.ts'
import { expectRefusal } from '../support/refusal.ts'
import { expectOk, openService, type TestService } from '../support/service.ts'

/** Which guard stands before each route; a new route must be given one here. */
const GUARDS: Record<
  string,
  'public' | 'patient' | 'access.read' | 'access.manage' | 'credentials.manage' | 'staff'
> = {
  'GET /:practice/api/practice': 'public',
  'POST /:practice/api/slip': 'public',
  'POST /:practice/api/staff/sessions': 'public',
  'POST /:practice/api/portal/activation': 'public',
  'POST /:practice/api/portal/activation/credentials': 'public',
  'POST /:practice/api/portal/session': 'public',
  'GET /:practice/api/portal/session': 'patient',
  'DELETE /:practice/api/portal/session': 'patient',
  'GET /:practice/api/portal/home': 'patient',
  'GET /:practice/api/staff/launches/:launch': 'staff',
  'DELETE /:practice/api/staff/launches/:launch': 'staff',
  'GET /:practice/api/staff/launches/:launch/patients/:patient/access': 'access.read',
  'PUT /:practice/api/staff/launches/:launch/patients/:patient/access': 'access.manage',
  'POST /:practice/api/staff/launches/:launch/patients/:patient/invitations': 'credentials.manage',
}

const routesOf = ({ app }: TestService) => [
  ...new Set(
    app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/:practice/api/'))
      .map(({ method, path }) => `${method} ${path}`),
  ),
]

async function signIn(service: TestService, browser = service.openBrowser()) {
  const { portalId, code } = await service.inviteAndRead(await service.launch(PEOPLE.walter))
  const setup = await expectOk(
    browser.post('/fernwood/api/portal/activation', { portalId, code, ...IDENTITY.walter }),
  )
  const chosen = { ticket: setup['ticket'], username: 'walter', password: GOOD_PASSWORD }
  await expectOk(browser.post('/fernwood/api/portal/activation/credentials', chosen))
  return browser
}

test('every route has a guard, and each guard holds against everybody else', async () => {
  const service = await openService()
  expect(routesOf(service).toSorted()).toEqual(Object.keys(GUARDS).toSorted())

  const anonymous = service.openBrowser()
  const patient = await signIn(service)
  const tab = await service.launch(PEOPLE.maria)
  for (const [route, guard] of Object.entries(GUARDS)) {
    if (guard === 'public') continue
    const [method = '', pattern = ''] = route.split(' ')
    const path = pattern
      .replace(':practice', 'fernwood')
      .replace(':launch', tab.launch)
      .replace(':patient', PEOPLE.maria)
    const send = (browser: typeof anonymous) =>
      method === 'GET'
        ? browser.get(path)
        : method === 'DELETE'
          ? browser.delete(path)
          : method === 'PUT'
            ? browser.put(path, {})
            : browser.post(path, {})
    const refusal = guard === 'patient' ? 'signed-out' : 'launch-ended'
    await expectRefusal(await send(anonymous), refusal)
    await expectRefusal(await send(guard === 'patient' ? tab.browser : patient), refusal)
  }
})

test.each([
  [[], ['access.read', 'access.manage', 'credentials.manage']],
  [['access.read'], ['access.manage', 'credentials.manage']],
  [['access.read', 'access.manage'], ['credentials.manage']],
  [['access.read', 'credentials.manage'], ['access.manage']],
])('staff with %j are refused what needs %j', async (staffPermissions, missing) => {
  const service = await openService({ practice: { staffPermissions } })
  const tab = await service.launch(PEOPLE.walter)
  const send: Record<string, () => Promise<Response>> = {
    'access.read': () => tab.browser.get(`${tab.api}/access`),
    'access.manage': () => tab.browser.put(`${tab.api}/access`, { allowPortal: false }),
    'credentials.manage': () => tab.browser.post(`${tab.api}/invitations`, {}),
  }
  for (const [permission, request] of Object.entries(send)) {
    const answer = await request()
    if (missing.includes(permission))
      expect(await expectRefusal(answer, 'not-permitted')).toMatchObject({ permission })
    else expect([200, 201, 409]).toContain(answer.status)
  }
})

test('after a key rotation sessions, letters and passwords made under the old key go on', async () => {
  const oldKey = `old:${randomBytes(32).toString('base64url')}`
  const service = await openService({ keys: oldKey })
  const phone = await signIn(service)
  const waiting = await service.inviteAndRead(await service.launch(PEOPLE.piotr))

  const rotated = await openService({
    keys: `new:${randomBytes(32).toString('base64url')},${oldKey}`,
    store: service.store,
  })
  const again = rotated.openBrowser()
  for (const [name, value] of phone.cookies) again.cookies.set(name, value)
  expect(await expectOk(again.get('/fernwood/api/portal/home'))).toMatchObject({ firstName: 'Walter' })
  await expectOk(
    rotated
      .openBrowser()
      .post('/fernwood/api/portal/session', { username: 'walter', password: GOOD_PASSWORD }),
  )
  const { portalId, code } = waiting
  await expectOk(
    rotated.openBrowser().post('/fernwood/api/portal/activation', { portalId, code, ...IDENTITY.piotr }),
  )
})

test('a practice keeps its EHR: its slug is never given to another one', async () => {
  const service = await openService()
  const moved = [...service.wiring.practices.values()].map((practice) => ({
    ...practice,
    fhirBase: `${practice.fhirBase}/r4`,
  }))
  await expect(savePractices(service.store, moved, () => service.clock.now)).rejects.toThrow(
    /belongs to the EHR at/,
  )
})

test('the patient hears by mail that the portal was opened, at the address that only they read', async () => {
  const service = await openService()
  const tab = await service.launch(PEOPLE.maria)
  const { portalId, code } = await service.inviteAndRead(tab)
  const phone = service.openBrowser()
  const setup = await expectOk(
    phone.post('/fernwood/api/portal/activation', { portalId, code, ...IDENTITY.maria }),
  )
  await expectOk(
    phone.post('/fernwood/api/portal/activation/credentials', {
      ticket: setup['ticket'],
      username: 'maria',
      password: GOOD_PASSWORD,
    }),
  )
  const [mail, ...others] = await service.store.db.selectFrom('outbox').selectAll().execute()
  expect(others).toEqual([])
  const opened = service.wiring.keyring.open(
    mail?.payload_sealed ?? '',
    `mail ${mail?.practice_id} ${mail?.id}`,
  )
  expect(JSON.parse(opened)).toMatchObject({
    to: 'maria.nunez@mail.example',
    subject: 'Su portal de paciente en Fernwood Family Practice está abierto',
  })
  expect(opened).not.toContain(GOOD_PASSWORD)
})
