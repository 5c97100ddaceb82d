import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import type { ProblemCode } from '../../../src/problem.ts'
import {
  claimsOf,
  createHost,
  createPage,
  type EmbeddedPage,
  exchange,
  openEmbedded,
  SERVICE,
  type TestHost,
} from '../../support/host.ts'
import { HARBOR_PEOPLE, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

const ORIGIN = 'https://emr.example'
const EVIL = 'https://evil.example'

/** What each embedded route asks for; null = to be let in. A new route must be given one here. */
const NEEDS: Record<string, string | null> = {
  'GET /:practice/embed/api/context': null,
  'GET /:practice/embed/api/events': 'access.read',
  'GET /:practice/embed/api/patients/:patient/access': 'access.read',
  'PUT /:practice/embed/api/patients/:patient/access': 'access.manage',
  'PUT /:practice/embed/api/patients/:patient/refusal': 'access.manage',
  'DELETE /:practice/embed/api/patients/:patient/refusal': 'access.manage',
  'PUT /:practice/embed/api/patients/:patient/todos/:todo': 'access.manage',
  'GET /:practice/embed/api/patients/:patient/invitations/offer': 'credentials.manage',
  'POST /:practice/embed/api/patients/:patient/invitations': 'credentials.manage',
  'POST /:practice/embed/api/patients/:patient/invitations/current/mail': 'credentials.manage',
  'DELETE /:practice/embed/api/patients/:patient/invitations/current': 'credentials.manage',
}

let host: TestHost
let service: TestService
beforeAll(async () => {
  host = await createHost()
  service = await openService({ hosts: [host] })
})

/** Sends what the address asks for, with nothing in it: whoever is let through is told what is missing. */
function ask(
  page: EmbeddedPage,
  route: string,
  headers: Record<string, string> = {},
  patient: string = PEOPLE.walter,
) {
  const [method = '', pattern = ''] = route.split(' ')
  const path = pattern.replace(':practice', 'fernwood').replace(':patient', patient)
  return page.call(method, path, ['PUT', 'POST'].includes(method) ? {} : undefined, headers)
}
const isLive = (route: string) => route.endsWith('/events')
const isOfPatient = (route: string) => route.includes(':patient')

test('every embedded route is named here', () => {
  const routes = service.app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/:practice/embed/api/'))
    .map(({ method, path }) => `${method} ${path}`)
  expect([...new Set(routes)].toSorted()).toEqual(Object.keys(NEEDS).toSorted())
})

describe('every embedded route', () => {
  test.each(Object.keys(NEEDS))('%s is shut without a token that is good here', async (route) => {
    const page = await openEmbedded(service, host)
    const assertion = await host.sign(claimsOf(service, host))
    const [head, , tail] = page.token.access_token.split('.')
    const tampered = [head, Buffer.from('{"sub":"x"}').toString('base64url'), tail].join('.')
    const none = ['', 'Bearer', 'Bearer x', `Basic ${page.token.access_token}`, page.token.access_token]
    for (const authorization of [...none, `Bearer ${assertion}`, `Bearer ${tampered}`])
      await expectRefusal(await ask(page, route, { authorization }), 'token-ended')
    const theirs = await openEmbedded(service, host, {}, {}, 'harbor')
    await expectRefusal(
      await ask(page, route, { authorization: `Bearer ${theirs.token.access_token}` }),
      'token-ended',
    )
    service.clock.now += 5 * MINUTE_MS
    await expectRefusal(await ask(page, route), 'token-ended')
  })

  test.each(Object.keys(NEEDS))(
    '%s is shut to a launched tab’s session and to its cookies',
    async (route) => {
      const tab = await service.launch(PEOPLE.walter)
      const cookie = [...tab.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const [session = ''] = [...tab.browser.cookies.values()]
      const page = createPage(service, session, ORIGIN)
      for (const headers of [{ cookie }, { cookie, authorization: '' }])
        await expectRefusal(await ask(page, route, headers), 'token-ended')
    },
  )

  test.each(Object.keys(NEEDS))('%s answers the token’s own origin alone', async (route) => {
    const page = await openEmbedded(service, host)
    for (const origin of [EVIL, 'null', `${ORIGIN}:8443`, 'http://emr.example', SERVICE, ''])
      await expectRefusal(await ask(page, route, { origin }), 'cross-site')
    const bearer = { authorization: `Bearer ${page.token.access_token}` }
    for (const site of ['same-origin', 'none', 'cross-site', 'same-site'])
      await expectRefusal(
        await service.app.request(
          SERVICE + route.split(' ')[1]?.replace(':practice', 'fernwood').replace(':patient', PEOPLE.walter),
          {
            method: route.split(' ')[0] ?? '',
            headers: { ...bearer, 'sec-fetch-site': site, 'content-type': 'application/json' },
          },
        ),
        'cross-site',
      )
  })

  test.each(Object.keys(NEEDS).filter(isOfPatient))(
    '%s answers for the token’s own patient alone',
    async (route) => {
      const page = await openEmbedded(service, host)
      for (const patient of [PEOPLE.maria, `${PEOPLE.walter}x`, PEOPLE.walter.toUpperCase()])
        expect(await expectRefusal(await ask(page, route, {}, patient), 'not-permitted')).toMatchObject({
          reason: 'other-patient',
        })
    },
  )

  test.each(Object.entries(NEEDS))('%s needs %s of token, host and role', async (route, permission) => {
    const all = ['access.read', 'access.manage', 'credentials.manage']
    for (const held of all) {
      const page = await openEmbedded(service, host, {}, { scope: held })
      const answer = await ask(page, route)
      if (permission === null || permission === held || (isLive(route) && held === 'access.read')) {
        expect({ route, held, status: answer.status }).not.toMatchObject({ status: 403 })
        await answer.body?.cancel()
      } else expect(await expectRefusal(answer, 'not-permitted')).toMatchObject({ permission })
    }
  })
})

describe('permissions', () => {
  const permissionsOf = async (page: EmbeddedPage) =>
    (await expectOk(page.call('GET', `${page.api}/context`)))['permissions']

  test('are what token, host and role allow, the least of the three; settings are never among them', async () => {
    const careful = await createHost({ id: 'careful', permissions: ['access.read', 'credentials.manage'] })
    const fresh = await openService({ hosts: [host, careful] })
    const staff = (role: string) => fresh.emr.staff.find((one) => one.role === role)?.fhirUser
    const administrator = { sub: staff('administrator') }
    expect(await permissionsOf(await openEmbedded(fresh, host, administrator))).toEqual([
      'access.read',
      'access.manage',
      'credentials.manage',
    ])
    expect(await permissionsOf(await openEmbedded(fresh, careful, administrator))).toEqual([
      'access.read',
      'credentials.manage',
    ])
    expect(
      await permissionsOf(await openEmbedded(fresh, careful, administrator, { scope: 'access.read' })),
    ).toEqual(['access.read'])
    // Nobody has given the physician a role: she may look.
    expect(await permissionsOf(await openEmbedded(fresh, host, { sub: staff('physician') }))).toEqual([
      'access.read',
    ])
    const page = await openEmbedded(fresh, host, administrator)
    const card = await expectOk(page.call('GET', `${page.chart}/access`))
    expect(card['may']).toMatchObject({ allow: true, create: true, settings: false })
  })

  test('follow the role from one call to the next', async () => {
    const page = await openEmbedded(service, host)
    await expectOk(page.call('GET', `${page.chart}/invitations/offer`))
    await service.store.db
      .updateTable('staff_member')
      .set({ role_id: 'clinician' })
      .where('fhir_user', '=', String(claimsOf(service, host).sub))
      .execute()
    expect(
      await expectRefusal(await page.call('GET', `${page.chart}/invitations/offer`), 'not-permitted'),
    ).toMatchObject({ permission: 'credentials.manage' })
    expect(await permissionsOf(page)).toEqual(['access.read'])
    await service.store.db
      .updateTable('staff_member')
      .set({ role_id: 'front-desk' })
      .where('fhir_user', '=', String(claimsOf(service, host).sub))
      .execute()
  })
})

describe('who is stopped', () => {
  const stopHost = (stopped_at: number | null) =>
    service.store.db.updateTable('host').set({ stopped_at }).where('id', '=', host.id).execute()
  const stopPerson = (stopped_at: number | null) =>
    service.store.db
      .updateTable('staff_member')
      .set({ stopped_at })
      .where('fhir_user', '=', String(claimsOf(service, host).sub))
      .execute()

  test.each([
    ['host', stopHost, 'host-stopped'],
    ['person', stopPerson, 'person-stopped'],
  ] as const)(
    'as a %s does nothing from the next call on, and gets no new token',
    async (_, stop, reason) => {
      const page = await openEmbedded(service, host)
      await expectOk(page.call('GET', `${page.chart}/access`))
      await stop(service.clock.now)
      const before = await service.store.db.selectFrom('jti').selectAll().execute()
      for (const route of Object.keys(NEEDS))
        expect(await expectRefusal(await ask(page, route), 'not-permitted')).toMatchObject({
          reason: 'stopped',
        })
      const answer = await exchange(service, await host.sign(claimsOf(service, host)))
      expect(await expectRefusal(answer, 'invalid-grant')).toMatchObject({ error: 'invalid_grant', reason })
      expect(await service.store.db.selectFrom('jti').selectAll().execute()).toEqual(before)
      await stop(null)
      await expectOk(page.call('GET', `${page.chart}/access`))
    },
  )

  test('by being taken out of the configuration file, too', async () => {
    const keys = `k:${randomBytes(32).toString('base64url')}`
    const before = await openService({ hosts: [host], keys })
    const { token } = await openEmbedded(before, host)
    const after = await openService({ keys, store: before.store })
    const page = createPage(after, token.access_token, ORIGIN)
    for (const route of Object.keys(NEEDS))
      expect(await expectRefusal(await ask(page, route), 'not-permitted')).toMatchObject({
        reason: 'stopped',
      })
  })
})

test('a token outlives the rotation of its key, and not the key itself', async () => {
  const oldKey = `old:${randomBytes(32).toString('base64url')}`
  const newKey = `new:${randomBytes(32).toString('base64url')}`
  const before = await openService({ hosts: [host], keys: oldKey })
  const { token } = await openEmbedded(before, host)
  const pageOf = (fresh: TestService) => createPage(fresh, token.access_token, ORIGIN)
  const open = (keys: string) => openService({ hosts: [host], keys, store: before.store })
  const rotated = pageOf(await open(`${newKey},${oldKey}`))
  await expectOk(rotated.call('GET', `${rotated.chart}/access`))
  for (const keys of [newKey, `old:${randomBytes(32).toString('base64url')}`]) {
    const page = pageOf(await open(keys))
    await expectRefusal(await page.call('GET', `${page.chart}/access`), 'token-ended')
  }
})

describe('the context', () => {
  test('says what the card needs, and nothing of the EMR or the person', async () => {
    const page = await openEmbedded(service, host)
    const context = await expectOk(page.call('GET', `${page.api}/context`))
    expect(context).toEqual({
      practice: expect.objectContaining({ slug: 'fernwood', logo: null, passwordMinLength: 15 }),
      patient: PEOPLE.walter,
      permissions: ['access.read', 'access.manage', 'credentials.manage'],
      liveKey: expect.stringMatching(/^[\w-]{22}$/),
    })
    const tab = await service.launch(PEOPLE.walter)
    const launched = await expectOk(tab.browser.get(`/fernwood/api/staff/launches/${tab.launch}`))
    expect(context['liveKey']).toBe(launched['liveKey'])
    const maria = await openEmbedded(service, host, { patient: PEOPLE.maria })
    const other = await expectOk(maria.call('GET', `${maria.api}/context`))
    expect(other['liveKey']).not.toBe(context['liveKey'])
  })

  test('belongs to one practice', async () => {
    const patient = HARBOR_PEOPLE.walter
    const page = await openEmbedded(service, host, { patient }, {}, 'harbor')
    expect(await expectOk(page.call('GET', `${page.api}/context`))).toMatchObject({
      practice: { slug: 'harbor' },
      patient,
    })
    expect(
      await expectOk(page.call('GET', `${page.chart.replace(PEOPLE.walter, patient)}/access`)),
    ).toMatchObject({
      patient: { id: patient },
    })
  })
})

describe('staff work in the card as in a launched tab', () => {
  test('from the question to the slip, which opens on our own origin', async () => {
    const page = await openEmbedded(service, host, { patient: PEOPLE.maria })
    await expectOk(page.call('PUT', `${page.chart}/access`, { allowPortal: true }))
    const key = { 'idempotency-key': crypto.randomUUID() }
    const letter = { kind: 'activation', slip: true, mail: false }
    const first = await expectOk(page.call('POST', `${page.chart}/invitations`, letter, key))
    const second = await expectOk(page.call('POST', `${page.chart}/invitations`, letter, key))
    expect(second).toEqual(first)
    expect(String(first['slipUrl'])).toMatch(/^http:\/\/localhost:8080\/fernwood\/slip#/)
    expect(await expectOk(page.call('GET', `${page.chart}/access`))).toMatchObject({
      state: 'invited',
      invitation: { state: 'live' },
    })
    await expectOk(page.call('DELETE', `${page.chart}/invitations/current`))
    await expectOk(page.call('PUT', `${page.chart}/access`, { allowPortal: false }))
    const refusal = { reason: 'declined', askAgainOn: '2027-01-15' }
    expect(await expectOk(page.call('PUT', `${page.chart}/refusal`, refusal))).toMatchObject({
      refused: { askAgainOn: '2027-01-15' },
    })
    expect(await expectOk(page.call('DELETE', `${page.chart}/refusal`))).toMatchObject({ refused: null })
  })

  test('and a write that is not JSON, or is too much, or has no key is refused where the page can read it', async () => {
    const page = await openEmbedded(service, host)
    const cases: [string, string, unknown, Record<string, string>, ProblemCode][] = [
      ['PUT', 'access', { allowPortal: true }, { 'content-type': 'text/plain' }, 'unsupported-media-type'],
      ['PUT', 'access', { allowPortal: 'x'.repeat(70_000) }, {}, 'too-large'],
      ['PUT', 'access', { allow: true }, {}, 'invalid-request'],
      [
        'POST',
        'invitations',
        { kind: 'activation', slip: true, mail: false },
        { 'idempotency-key': 'x' },
        'invalid-request',
      ],
    ]
    for (const [method, path, body, headers, code] of cases) {
      const answer = await page.call(method, `${page.chart}/${path}`, body, headers)
      await expectRefusal(answer, code)
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    }
  })
})
