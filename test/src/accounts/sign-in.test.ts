import { beforeAll, describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/clock.ts'
import { GOOD_PASSWORD, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'

const SESSION = '/fernwood/api/portal/session'
const RIGHT = { username: 'walter', password: GOOD_PASSWORD }
const WRONG = { username: 'walter', password: 'not the right one' }

let service: TestService
let tablet: ReturnType<TestService['openBrowser']>
beforeAll(async () => {
  service = await openService()
  const { portalId, code } = await service.inviteAndRead(await service.launch(PEOPLE.walter))
  tablet = service.openBrowser()
  const setup = await expectOk(
    tablet.post('/fernwood/api/portal/activation', { portalId, code, ...IDENTITY.walter }),
  )
  await expectOk(
    tablet.post('/fernwood/api/portal/activation/credentials', { ...RIGHT, ticket: setup['ticket'] }),
  )
})

const from = (host: number) => ({ 'x-forwarded-for': `198.51.100.${host}` })

describe('signing in', () => {
  test('a wrong password, an unknown name and another practice’s name are refused alike, with one hash each', async () => {
    const stranger = service.openBrowser()
    const refusals = [
      await expectRefusal(await stranger.post(SESSION, WRONG, from(1)), 'sign-in-refused'),
      await expectRefusal(
        await stranger.post(SESSION, { ...WRONG, username: 'nobody' }, from(1)),
        'sign-in-refused',
      ),
      await expectRefusal(
        await stranger.post('/harbor/api/portal/session', RIGHT, from(1)),
        'sign-in-refused',
      ),
    ].map(({ instance: _instance, ...body }) => body)
    expect(new Set(refusals.map((body) => JSON.stringify(body))).size).toBe(1)
    expect(stranger.cookies.size).toBe(0)
  })

  test('the cookie cannot be read by scripts or sent by other sites, and the store holds only its hash', async () => {
    const phone = service.openBrowser()
    const answer = await phone.post(SESSION, RIGHT, from(2))
    const cookie = answer.headers
      .getSetCookie()
      .find((one) => one.startsWith('__Host-portico-patient-fernwood='))
    expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    const rows = JSON.stringify(await service.store.db.selectFrom('session').selectAll().execute())
    expect(rows).not.toContain(phone.cookies.get('__Host-portico-patient-fernwood'))
  })

  test('strangers who guess are stopped; the patient’s own tablet still gets in', async () => {
    const stranger = service.openBrowser()
    for (let guess = 0; guess < 12; guess++) await stranger.post(SESSION, WRONG, from(10 + guess))
    const stopped = await stranger.post(SESSION, RIGHT, from(30))
    expect(stopped.headers.get('retry-after')).toBe('900')
    await expectRefusal(stopped, 'too-many-tries')
    await expectOk(tablet.post(SESSION, RIGHT, from(31)))
    service.clock.now += 16 * MINUTE_MS
    await expectOk(service.openBrowser().post(SESSION, RIGHT, from(32)))
  })

  test('after a hundred failures in a row the password opens nothing in an unknown browser', async () => {
    const stranger = service.openBrowser()
    for (let guess = 0; guess < 100; guess++) {
      if (guess % 9 === 0) service.clock.now += 16 * MINUTE_MS
      await stranger.post(SESSION, WRONG, from(40 + (guess % 100)))
    }
    service.clock.now += 16 * MINUTE_MS
    await expectRefusal(await stranger.post(SESSION, RIGHT, from(150)), 'sign-in-refused')
    await expectOk(tablet.post(SESSION, RIGHT, from(151)))
    await expectOk(stranger.post(SESSION, RIGHT, from(152)))
  })
})

test('a huge cookie of marks costs no more for a name that exists than for one that does not', async () => {
  const stranger = service.openBrowser()
  const time = async (username: string) => {
    stranger.cookies.set('__Host-portico-known-fernwood', '.'.repeat(7000))
    const startedAt = performance.now()
    await stranger.post(SESSION, { username, password: 'x' }, from(200))
    return performance.now() - startedAt
  }
  await time('walter')
  const [known, unknown] = [await time('walter'), await time('nobody.at.all')]
  expect(known / Math.max(unknown, 5)).toBeLessThan(10)
})

test('a NUL in the name is a refusal on every store', async () => {
  await expectRefusal(
    await service.openBrowser().post(SESSION, { ...WRONG, username: 'a\u0000b' }),
    'invalid-request',
  )
})

describe('a session', () => {
  test('ends after 15 idle minutes and after 8 hours, whichever comes first', async () => {
    const idle = service.openBrowser()
    const view = await expectOk(idle.post(SESSION, RIGHT, from(160)))
    expect(view).toMatchObject({
      idleEndsAt: service.clock.now + 15 * MINUTE_MS,
      endsAt: service.clock.now + 8 * HOUR_MS,
    })
    service.clock.now += 15 * MINUTE_MS
    await expectRefusal(await idle.get(SESSION), 'signed-out')
    const busy = service.openBrowser()
    await expectOk(busy.post(SESSION, RIGHT, from(161)))
    for (let minutes = 0; minutes < 470; minutes += 10) {
      service.clock.now += 10 * MINUTE_MS
      await expectOk(busy.get('/fernwood/api/portal/home'))
    }
    service.clock.now += 10 * MINUTE_MS
    await expectRefusal(await busy.get(SESSION), 'signed-out')
  })

  test('the sixth device signs the oldest out', async () => {
    const devices = Array.from({ length: 6 }, () => service.openBrowser())
    for (const device of devices) {
      service.clock.now += 1
      await expectOk(device.post(SESSION, RIGHT, from(170)))
    }
    const answers = await Promise.all(devices.map((device) => device.get(SESSION)))
    expect(answers.map(({ status }) => status)).toEqual([401, 200, 200, 200, 200, 200])
  })

  test('lives beside a staff session in one browser, and signing out ends only itself', async () => {
    const tab = await service.launch(PEOPLE.maria)
    await expectOk(tab.browser.post(SESSION, RIGHT, from(180)))
    await expectOk(tab.browser.get(`${tab.api}/access`))
    const out = await tab.browser.delete(SESSION)
    expect([out.status, out.headers.get('clear-site-data')]).toEqual([204, '"cache"'])
    await expectRefusal(await tab.browser.get(SESSION), 'signed-out')
    await expectOk(tab.browser.get(`${tab.api}/access`))
    const mixed = service.openBrowser()
    mixed.cookies.set(
      '__Host-portico-patient-fernwood',
      tab.browser.cookies.get('__Host-portico-staff-fernwood') ?? '',
    )
    await expectRefusal(await mixed.get(SESSION), 'signed-out')
  })
})

test('while the portal is switched off nobody signs in, activates or reads on', async () => {
  const closed = await openService({ settings: { portalOpen: false } })
  await expectRefusal(await closed.openBrowser().post(SESSION, RIGHT), 'portal-closed')
  const tab = await closed.launch(PEOPLE.walter)
  const card = await expectOk(tab.browser.get(`${tab.api}/access`))
  expect((card['lines'] as { id: string; reason: string | null }[])[0]).toMatchObject({
    id: 'portal-on',
    reason: 'portal-off',
  })
})
