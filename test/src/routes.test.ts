import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { savePractices } from '../../src/practices/store.ts'
import type { ProblemCode } from '../../src/problem.ts'
import { Permission } from '../../src/staff/schema.ts'
import type { TestBrowser } from '../support/browser.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../support/people.ts'
import { expectRefusal } from '../support/refusal.ts'
import { expectOk, type LaunchedTab, openService, type TestService } from '../support/service.ts'

/** Which guard stands before each route; a new route must be given one here. */
const GUARDS: Record<
  string,
  | 'public'
  | 'patient'
  | 'access.read'
  | 'access.manage'
  | 'credentials.manage'
  | 'settings.manage'
  | 'staff.manage'
  | 'audit.read'
  | 'staff'
  | 'embedded'
> = {
  'GET /:practice/api/practice': 'public',
  'GET /:practice/api/practice/logo': 'public',
  'POST /:practice/api/slip': 'public',
  'POST /:practice/api/staff/sessions': 'public',
  'POST /:practice/api/portal/activation': 'public',
  'POST /:practice/api/portal/activation/credentials': 'public',
  'POST /:practice/api/portal/session': 'public',
  'GET /:practice/api/portal/session': 'patient',
  'DELETE /:practice/api/portal/session': 'patient',
  'POST /:practice/api/portal/session/stay': 'patient',
  'PUT /:practice/api/portal/credentials': 'patient',
  'GET /:practice/api/portal/home': 'patient',
  'GET /:practice/api/staff/launches/:launch': 'staff',
  'GET /:practice/api/staff/launches/:launch/events': 'access.read',
  'DELETE /:practice/api/staff/launches/:launch': 'staff',
  'GET /:practice/api/staff/launches/:launch/style': 'staff',
  'GET /:practice/api/staff/launches/:launch/patients/:patient/access': 'access.read',
  'PUT /:practice/api/staff/launches/:launch/patients/:patient/access': 'access.manage',
  'PUT /:practice/api/staff/launches/:launch/patients/:patient/refusal': 'access.manage',
  'DELETE /:practice/api/staff/launches/:launch/patients/:patient/refusal': 'access.manage',
  'PUT /:practice/api/staff/launches/:launch/patients/:patient/todos/:todo': 'access.manage',
  'GET /:practice/api/staff/launches/:launch/todos': 'access.read',
  'PUT /:practice/api/staff/launches/:launch/todos/:todo': 'access.manage',
  'POST /:practice/api/staff/launches/:launch/patients/:patient/invitations': 'credentials.manage',
  'GET /:practice/api/staff/launches/:launch/patients/:patient/invitations/offer': 'credentials.manage',
  'POST /:practice/api/staff/launches/:launch/patients/:patient/invitations/current/mail':
    'credentials.manage',
  'DELETE /:practice/api/staff/launches/:launch/patients/:patient/invitations/current': 'credentials.manage',
  'GET /:practice/api/staff/launches/:launch/settings': 'settings.manage',
  'PUT /:practice/api/staff/launches/:launch/settings': 'settings.manage',
  'POST /:practice/api/staff/launches/:launch/settings/portal-check': 'settings.manage',
  'POST /:practice/api/staff/launches/:launch/settings/test-mail': 'settings.manage',
  'GET /:practice/api/staff/launches/:launch/outbox': 'settings.manage',
  'POST /:practice/api/staff/launches/:launch/outbox/:mail/retry': 'settings.manage',
  'POST /:practice/api/staff/launches/:launch/outbox/:mail/print': 'settings.manage',
  'GET /:practice/api/staff/launches/:launch/people': 'staff.manage',
  'PUT /:practice/api/staff/launches/:launch/people/:person': 'staff.manage',
  'PUT /:practice/api/staff/launches/:launch/people/:person/stopped': 'staff.manage',
  'GET /:practice/api/staff/launches/:launch/hosts': 'staff.manage',
  'PUT /:practice/api/staff/launches/:launch/hosts/:host': 'staff.manage',
  'POST /:practice/api/staff/launches/:launch/roles': 'staff.manage',
  'PUT /:practice/api/staff/launches/:launch/roles/:role': 'staff.manage',
  'DELETE /:practice/api/staff/launches/:launch/roles/:role': 'staff.manage',
  'GET /:practice/api/staff/launches/:launch/history': 'audit.read',
  'GET /:practice/api/staff/launches/:launch/report': 'settings.manage',
  'POST /:practice/embed/token': 'public',
  // What each of them needs beyond a token, and from whom: test/src/embedding/door.test.ts.
  'GET /:practice/embed/api/context': 'embedded',
  'GET /:practice/embed/api/events': 'embedded',
  'GET /:practice/embed/api/patients/:patient/access': 'embedded',
  'PUT /:practice/embed/api/patients/:patient/access': 'embedded',
  'PUT /:practice/embed/api/patients/:patient/refusal': 'embedded',
  'DELETE /:practice/embed/api/patients/:patient/refusal': 'embedded',
  'PUT /:practice/embed/api/patients/:patient/todos/:todo': 'embedded',
  'POST /:practice/embed/api/patients/:patient/invitations': 'embedded',
  'GET /:practice/embed/api/patients/:patient/invitations/offer': 'embedded',
  'POST /:practice/embed/api/patients/:patient/invitations/current/mail': 'embedded',
  'DELETE /:practice/embed/api/patients/:patient/invitations/current': 'embedded',
}

const routesOf = ({ app }: TestService) => [
  ...new Set(
    app.routes
      .filter(({ method, path }) => method !== 'ALL' && /^\/:practice\/(api|embed)\//.test(path))
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
    const send = (browser: typeof anonymous) => ask(browser, route, tab)
    const refusal = REFUSALS[guard] ?? 'launch-ended'
    await expectRefusal(await send(anonymous), refusal)
    await expectRefusal(await send(guard === 'patient' ? tab.browser : patient), refusal)
  }
})

const REFUSALS: Record<string, ProblemCode> = { patient: 'signed-out', embedded: 'token-ended' }

/** Sends what the route's address asks for, with nothing in it: whoever is let through is told what is missing. */
function ask(browser: TestBrowser, route: string, tab: LaunchedTab) {
  const [method = '', pattern = ''] = route.split(' ')
  const path = pattern
    .replace(':practice', 'fernwood')
    .replace(':launch', tab.launch)
    .replace(':patient', tab.patient)
  if (method === 'GET') return browser.get(path)
  if (method === 'DELETE') return browser.delete(path)
  return method === 'PUT' ? browser.put(path, {}) : browser.post(path, {})
}

describe('each permission', () => {
  test.each(Permission.options)(
    '%s opens its routes, and all the others together do not',
    async (permission) => {
      const service = await openService()
      const tab = await service.launch(PEOPLE.walter)
      const may = (permissions: string[]) =>
        service.store.db
          .updateTable('staff_role')
          .set({ permissions: JSON.stringify(permissions) })
          .where('practice_id', '=', 'fernwood')
          .where('id', '=', 'front-desk')
          .execute()
      const routes = Object.keys(GUARDS).filter((route) => GUARDS[route] === permission)
      expect(routes).not.toEqual([])
      await may(Permission.options.filter((other) => other !== permission))
      for (const route of routes)
        expect(await expectRefusal(await ask(tab.browser, route, tab), 'not-permitted')).toMatchObject({
          permission,
        })
      await may([permission])
      for (const route of routes) {
        const answer = await ask(tab.browser, route, tab)
        // Printing a mail makes a letter, which takes a second right.
        if (route.endsWith('/print')) await expectRefusal(answer, 'not-permitted')
        else expect({ route, status: answer.status }).not.toMatchObject({ status: 403 })
      }
    },
  )
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
  const moved = service.wiring.config.practices.map(({ slug, fhirBase }) => ({
    slug,
    fhirBase: `${fhirBase}/r4`,
  }))
  await expect(savePractices(service.store, moved, () => service.clock.now)).rejects.toThrow(
    /belongs to the EHR at/,
  )
})

test('the patient hears by mail that the portal was opened, at the address that only they read', async () => {
  const service = await openService()
  const tab = await service.launch(PEOPLE.maria)
  await expectOk(tab.browser.put(`${tab.api}/access`, { allowEmail: true }))
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
