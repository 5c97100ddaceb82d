import { beforeAll, describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/clock.ts'
import type { TestBrowser } from '../../support/browser.ts'
import { HARBOR_PEOPLE, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type Slug, type TestService } from '../../support/service.ts'

const FRAMED = { 'sec-fetch-dest': 'iframe' }
const SESSIONS = '/fernwood/api/staff/sessions'
const POLICY = /^default-src 'none'; script-src 'self';.*; frame-ancestors 'self' http:\/\/127\.0\.0\.1:8081$/

let service: TestService
beforeAll(async () => {
  service = await openService()
})

/** A browser that keeps no cookie, as some do in a frame of another site. */
const openFrame = () => {
  const browser = service.openBrowser()
  const forget = async (answer: Promise<Response>) => {
    const response = await answer
    browser.cookies.clear()
    return response
  }
  return {
    get: (path: string, headers?: Record<string, string>) => forget(browser.get(path, headers)),
    post: (path: string, body: unknown, headers?: Record<string, string>) =>
      forget(browser.post(path, body, headers)),
  }
}

/** What the launch page holds for its script: where to go on to, and what to keep. */
function readPage(page: string) {
  const found = /<a [^>]*href="([^"]+)" data-state="([^"]+)" data-sealed="([^"]+)"/.exec(page)
  const [url = '', state = '', sealed = ''] = (found ?? [])
    .slice(1)
    .map((text) => text.replaceAll('&amp;', '&'))
  return { url, state, sealed }
}

/** A launch in a frame, up to where the EMR sends the browser back. */
async function beginLaunch(patient: string = PEOPLE.walter, slug: Slug = 'fernwood') {
  const order = service.emrs[slug].createLaunch({ patient, user: 'front-desk' })
  const begun = await openFrame().get(order.url, FRAMED)
  const kept = readPage(await begun.text())
  const back = await service.emrs[slug].authorizeAs('front-desk', kept.url)
  return {
    ...kept,
    begun,
    path: back.pathname + back.search,
    body: { sealed: kept.sealed, query: back.search },
  }
}

const finish = async (slug: Slug = 'fernwood', patient: string = PEOPLE.walter) => {
  const { body } = await beginLaunch(patient, slug)
  const { token, launch } = await expectOk(openFrame().post(`/${slug}/api/staff/sessions`, body))
  const api = `/${slug}/api/staff/launches/${String(launch)}`
  return { token: String(token), bearer: { authorization: `Bearer ${String(token)}` }, api, patient }
}

const refused = async (body: unknown, path = SESSIONS, browser: Pick<TestBrowser, 'post'> = openFrame()) =>
  (await expectRefusal(await browser.post(path, body), 'launch-failed'))['reason']

describe('a launch in a frame', () => {
  test('begins on a page that keeps it in the tab too, runs nothing inline and goes on without script', async () => {
    const { begun, url, state, sealed } = await beginLaunch()
    expect([begun.status, begun.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(begun.headers.get('content-security-policy')).toMatch(POLICY)
    expect(begun.headers.getSetCookie()).toEqual([
      `__Host-portico-launch-${state.slice(0, 8)}=${sealed}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=None; Partitioned`,
    ])
    expect(new URL(url).searchParams.get('state')).toBe(state)
    const order = service.emr.createLaunch({ patient: PEOPLE.walter, user: 'front-desk' })
    const page = await (await openFrame().get(order.url, FRAMED)).text()
    expect(page).toMatch(/<script type="module" src="\/components\/0\.0\.0\/frame\.js"><\/script>/)
    expect(page.match(/<script/g)).toHaveLength(1)
    expect(page).toContain('>Continue</a>')
    const spanish = await openFrame().get(order.url, { ...FRAMED, 'accept-language': 'es-MX' })
    expect(await spanish.text()).toContain('>Continuar</a>')
  })

  test('at the top level goes straight on, and comes back to a notice without its cookie', async () => {
    const { url } = service.emr.createLaunch({ patient: PEOPLE.walter, user: 'front-desk' })
    for (const headers of [{}, { 'sec-fetch-dest': 'document' }]) {
      const begun = await openFrame().get(url, headers)
      expect([begun.status, begun.headers.get('location')]).toEqual([
        302,
        expect.stringContaining('http://127.0.0.1:8081/'),
      ])
    }
    const { path } = await beginLaunch()
    const answer = await openFrame().get(path)
    expect([answer.status, answer.headers.get('x-portico-problem')]).toEqual([400, 'launch-failed'])
  })

  test('from an EMR that nobody knows is refused on a page as before', async () => {
    const answer = await openFrame().get('/fernwood/launch?iss=https://nobody.example&launch=x', FRAMED)
    expect([answer.status, answer.headers.get('x-portico-problem')]).toEqual([400, 'launch-refused'])
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('comes back to the app where the cookie is lost, and asks the EMR nothing yet', async () => {
    const { path } = await beginLaunch()
    service.emr.requests.length = 0
    const answer = await openFrame().get(path, FRAMED)
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
    expect(answer.headers.get('content-security-policy')).toMatch(POLICY)
    expect(await answer.text()).toContain('<portico-staff></portico-staff>')
    expect(service.emr.requests).toEqual([])
  })

  test('ends with its cookie as before, where a frame keeps one', async () => {
    const browser = service.openBrowser()
    const { url } = service.emr.createLaunch({ patient: PEOPLE.walter, user: 'front-desk' })
    const kept = readPage(await (await browser.get(url, FRAMED)).text())
    const back = await service.emr.authorizeAs('front-desk', kept.url)
    const done = await browser.get(back.pathname + back.search, FRAMED)
    expect([done.status, done.headers.get('location')]).toEqual([
      302,
      expect.stringMatching(/^\/fernwood\/staff\/l\/[^/]+\/$/),
    ])
    expect(await refused({ sealed: kept.sealed, query: back.search })).toBe('replayed')
  })
})

describe('what the tab kept', () => {
  test('opens a session for the page’s memory: no cookie, not stored, all that staff can do', async () => {
    const { body } = await beginLaunch(PEOPLE.piotr)
    const answer = await openFrame().post(SESSIONS, body)
    expect([answer.status, answer.headers.get('cache-control'), answer.headers.getSetCookie()]).toEqual([
      201,
      'no-store',
      [],
    ])
    const { token, launch } = await expectOk(answer)
    const bearer = { authorization: `Bearer ${String(token)}` }
    const api = `/fernwood/api/staff/launches/${String(launch)}`
    const frame = openFrame()
    expect(await expectOk(frame.get(api, bearer))).toMatchObject({ patient: PEOPLE.piotr })
    expect(await expectOk(frame.get(`${api}/patients/${PEOPLE.piotr}/access`, bearer))).toMatchObject({
      patient: { firstName: 'Piotr' },
    })
    const wrong = await frame.get(`${api}/patients/${PEOPLE.maria}/access`, bearer)
    await expectRefusal(wrong, 'stale-tab')
  })

  test('gives the same answer to the same request sent again, and the store cannot read it', async () => {
    const { body } = await beginLaunch()
    const key = { 'idempotency-key': crypto.randomUUID() }
    const [first, second] = [
      await expectOk(openFrame().post(SESSIONS, body, key)),
      await expectOk(openFrame().post(SESSIONS, body, key)),
    ]
    expect(second).toEqual(first)
    for (const table of ['idempotency', 'session', 'jti', 'launch'] as const) {
      const rows = await service.store.db.selectFrom(table).selectAll().execute()
      expect(rows.length).toBeGreaterThan(0)
      expect(JSON.stringify(rows)).not.toContain(String(first['token']))
    }
    await expectRefusal(
      await openFrame().post(SESSIONS, { ...body, query: '?state=other' }, key),
      'idempotency-mismatch',
    )
  })

  test('is good once, in time, for its own state and its own practice', async () => {
    const used = await beginLaunch()
    await expectOk(openFrame().post(SESSIONS, used.body))
    expect(await refused(used.body)).toBe('replayed')

    const [mine, theirs] = [await beginLaunch(), await beginLaunch()]
    expect(await refused({ sealed: theirs.sealed, query: mine.body.query })).toBe('state-mismatch')
    // The state of the sealed launch is spent by that, the other one is not.
    expect(await refused(theirs.body)).toBe('replayed')
    await expectOk(openFrame().post(SESSIONS, mine.body))

    const elsewhere = await beginLaunch()
    expect(await refused(elsewhere.body, '/harbor/api/staff/sessions')).toBe('no-pending-launch')

    const old = await beginLaunch()
    service.clock.now += 11 * MINUTE_MS
    expect(await refused(old.body)).toBe('launch-expired')
  })

  test('is worth nothing when it was changed, made up or left out', async () => {
    const { body, sealed } = await beginLaunch()
    const middle = sealed.length >> 1
    const other = sealed[middle] === 'A' ? 'B' : 'A'
    const changed = sealed.slice(0, middle) + other + sealed.slice(middle + 1)
    for (const wrong of [changed, `${sealed}A`, sealed.slice(1), '{}'])
      expect(await refused({ ...body, sealed: wrong })).toBe('no-pending-launch')
    for (const wrong of [{}, { sealed }, { ...body, sealed: '' }, { ...body, sealed: 1 }])
      await expectRefusal(await openFrame().post(SESSIONS, wrong), 'invalid-request')
    await expectOk(openFrame().post(SESSIONS, body))
  })

  test('is taken from our own pages alone, as JSON, under a key', async () => {
    const { body } = await beginLaunch()
    const post = (headers: Record<string, string>) => openFrame().post(SESSIONS, body, headers)
    await expectRefusal(await post({ 'sec-fetch-site': 'cross-site' }), 'cross-site')
    await expectRefusal(await post({ 'sec-fetch-site': 'same-site' }), 'cross-site')
    await expectRefusal(await post({ 'content-type': 'text/plain' }), 'unsupported-media-type')
    await expectRefusal(await post({ 'idempotency-key': 'short' }), 'invalid-request')
    await expectOk(openFrame().post(SESSIONS, body))
  })

  test.each([
    ['wrong-id-token', 'launch-failed'],
    ['500', 'ehr-unavailable'],
    ['down', 'ehr-unavailable'],
  ] as const)('opens nothing while the EMR answers %s', async (kind, code) => {
    const { body } = await beginLaunch()
    service.emr.misbehave({ kind, target: 'token' })
    const answer = await openFrame().post(SESSIONS, body)
    service.emr.behave()
    expect(await expectRefusal(answer, code)).not.toHaveProperty('token')
  })
})

describe('a staff session without a cookie', () => {
  test('belongs to its practice, its launch, and staff routes', async () => {
    const fernwood = await finish()
    const harbor = await finish('harbor', HARBOR_PEOPLE.walter)
    const frame = openFrame()
    await expectOk(frame.get(fernwood.api, fernwood.bearer))
    await expectOk(frame.get(harbor.api, harbor.bearer))
    await expectRefusal(await frame.get(harbor.api, fernwood.bearer), 'launch-ended')
    await expectRefusal(await frame.get(fernwood.api, harbor.bearer), 'launch-ended')
    await expectRefusal(
      await frame.get(harbor.api.replace('/harbor/', '/fernwood/'), fernwood.bearer),
      'launch-ended',
    )
    await expectRefusal(await frame.get('/fernwood/api/portal/home', fernwood.bearer), 'signed-out')
    for (const authorization of ['Bearer', 'Bearer x', `Basic ${fernwood.token}`, fernwood.token])
      await expectRefusal(await frame.get(fernwood.api, { authorization }), 'launch-ended')
  })

  test('of somebody else does not open this launch, and goes before a cookie that lies about', async () => {
    const mine = await finish()
    const theirs = await service.launch(PEOPLE.walter, { user: 'physician' })
    const launch = `/fernwood/api/staff/launches/${theirs.launch}`
    await expectRefusal(await openFrame().get(launch, mine.bearer), 'stale-tab')
    await expectOk(theirs.browser.get(mine.api, mine.bearer))
    await expectRefusal(await theirs.browser.get(mine.api), 'stale-tab')
  })

  test('ends idle, and by sign-out, as any other', async () => {
    const { api, bearer } = await finish()
    service.clock.now += 14 * MINUTE_MS
    await expectOk(openFrame().get(api, bearer))
    service.clock.now += 15 * MINUTE_MS
    await expectRefusal(await openFrame().get(api, bearer), 'launch-ended')

    const out = await finish()
    const headers = { ...out.bearer, 'sec-fetch-site': 'same-origin' }
    const gone = await service.app.request(`http://localhost:8080${out.api}`, { method: 'DELETE', headers })
    expect(gone.status).toBe(204)
    await expectRefusal(await openFrame().get(out.api, out.bearer), 'launch-ended')
  })
})
