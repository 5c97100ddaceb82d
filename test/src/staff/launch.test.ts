import { beforeAll, describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/clock.ts'
import { HARBOR_PEOPLE, IDENTITY, PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService, type TestService } from '../../support/service.ts'
import { startLaunch } from '../../../src/staff/begin-launch.ts'
import { finishLaunch } from '../../../src/staff/finish-launch.ts'

let service: TestService
beforeAll(async () => {
  service = await openService()
})

const beginLaunch = async (browser = service.openBrowser()) => {
  const order = service.emr.createLaunch({ patient: PEOPLE.walter, user: 'front-desk' })
  const begun = await browser.get(order.url)
  const back = await service.emr.authorizeAs('front-desk', begun.headers.get('location') ?? '')
  return { browser, begun, back: back.pathname + back.search }
}
/** Where the page of a launch in a frame goes on to. */
const linkOf = (page: string) => /<a [^>]*href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? ''
/** A launch that went wrong is a page for a person; its code is in a header. */
const expectNotice = async (response: Response, status: number, code: string) => {
  expect({
    status: response.status,
    type: response.headers.get('content-type'),
    code: response.headers.get('x-portico-problem'),
  }).toEqual({
    status,
    type: 'text/html; charset=UTF-8',
    code,
  })
  expect(await response.text()).toContain('<h1>')
}

describe('an EHR launch', () => {
  test('tells the tab who it is for; the cookie is bound, sealed and Lax at the top level', async () => {
    const { browser, begun, back } = await beginLaunch()
    const cookie = begun.headers.getSetCookie()[0] ?? ''
    expect(cookie).toMatch(
      /^__Host-portico-launch-.{8}=.+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    const done = await browser.get(back)
    expect(
      done.headers.getSetCookie().find((one) => one.startsWith('__Host-portico-staff-fernwood=')),
    ).toMatch(/SameSite=Lax/)
    const launch = (done.headers.get('location') ?? '').split('/')[4]
    const view = await expectOk(browser.get(`/fernwood/api/staff/launches/${launch}`))
    expect(view).toMatchObject({
      patient: PEOPLE.walter,
      needPatientBanner: true,
      staff: { fhirUser: expect.stringMatching(/^Practitioner\//) },
    })
  })

  test('inside a frame both cookies are partitioned, and the page may be framed by the EMR only', async () => {
    const browser = service.openBrowser()
    const framed = { 'sec-fetch-dest': 'iframe' }
    const { url } = service.emr.createLaunch({ patient: PEOPLE.walter, user: 'physician' })
    const begun = await browser.get(url, framed)
    expect(begun.headers.getSetCookie()[0]).toMatch(/SameSite=None; Partitioned$/)
    const back = await service.emr.authorizeAs('physician', linkOf(await begun.text()))
    const done = await browser.get(back.pathname + back.search, framed)
    const staff = done.headers.getSetCookie().find((one) => one.startsWith('__Host-portico-staff-'))
    expect(staff).toMatch(/SameSite=None; Partitioned$/)
    const page = await browser.get(done.headers.get('location') ?? '')
    expect(page.headers.get('content-security-policy')).toMatch(
      /frame-ancestors 'self' http:\/\/127\.0\.0\.1:8081$/,
    )
  })

  test.each([
    'http://127.0.0.1:8081/fhir/',
    'http://127.0.0.1:8081/FHIR',
    'http://user@127.0.0.1:8081/fhir',
    'http://127.0.0.1:8081/fhir#x',
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1:8081/harbor/fhir',
    '',
  ])('an unknown issuer is refused before anything is fetched: %s', async (iss) => {
    service.emr.requests.length = 0
    const query = new URLSearchParams({ iss, launch: 'x' })
    await expectNotice(await service.openBrowser().get(`/fernwood/launch?${query}`), 400, 'launch-refused')
    expect(service.emr.requests).toEqual([])
  })

  test('the common launch address finds the practice by its issuer', async () => {
    const { iss, launch } = service.emrs.harbor.createLaunch({
      patient: Object.values(HARBOR_PEOPLE)[0] ?? '',
      user: 'front-desk',
    })
    const begun = await service.openBrowser().get(`/launch?${new URLSearchParams({ iss, launch })}`)
    expect(begun.headers.get('location')).toContain(
      'redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fharbor%2Fcallback',
    )
    await expectNotice(
      await service.openBrowser().get('/launch?iss=https://nobody.example&launch=x'),
      400,
      'launch-refused',
    )
  })

  test('under an alias it is the same EHR, and the same person in it', async () => {
    const known = await service.wiring.practices.find('fernwood')
    if (!known) throw new Error('Fernwood is missing')
    const base = 'https://emr.fernwood.example/fhir'
    const practice = { ...known, fhirBase: base, issuers: [base, known.fhirBase] }
    const { url } = service.emr.createLaunch({ patient: PEOPLE.walter, user: 'physician' })
    const query = new URL(url, 'http://localhost').searchParams
    const { authorizeUrl, sealed } = await startLaunch(service.wiring, practice, query)
    const back = await service.emr.authorizeAs('physician', authorizeUrl)
    const { launchId } = await finishLaunch(service.wiring, practice, back.searchParams, sealed, 'request')
    const { iss } = await service.store.db
      .selectFrom('launch')
      .innerJoin('staff_member', 'staff_member.id', 'launch.staff_id')
      .select('iss')
      .where('launch.id', '=', launchId)
      .executeTakeFirstOrThrow()
    expect(iss).toBe(base)
  })

  test('another browser, a second use, a launch too old, and another practice’s callback get nowhere', async () => {
    const { browser, back } = await beginLaunch()
    await expectNotice(await service.openBrowser().get(back), 400, 'launch-failed')
    await expectNotice(await browser.get(back.replace('/fernwood/', '/harbor/')), 400, 'launch-failed')
    const kept = new Map(browser.cookies)
    expect((await browser.get(back)).status).toBe(302)
    for (const [name, value] of kept) browser.cookies.set(name, value)
    await expectNotice(await browser.get(back), 400, 'launch-failed')
    const old = await beginLaunch()
    service.clock.now += 11 * MINUTE_MS
    await expectNotice(await old.browser.get(old.back), 400, 'launch-failed')
  })

  test.each([
    ['wrong-id-token', 'token', 400, 'launch-failed'],
    ['other-issuer', 'token', 400, 'launch-failed'],
    ['500', 'token', 502, 'ehr-unavailable'],
    ['down', 'token', 502, 'ehr-unavailable'],
    ['html', 'token', 502, 'ehr-unavailable'],
  ] as const)(
    'an EMR that answers %s at its %s endpoint opens nothing',
    async (kind, target, status, code) => {
      const { browser, back } = await beginLaunch()
      service.emr.misbehave({ kind, target })
      await expectNotice(await browser.get(back), status, code)
      service.emr.behave()
      expect([...browser.cookies.keys()].some((name) => name.includes('staff'))).toBe(false)
    },
  )
})

describe('a staff session', () => {
  test('keeps two patients in two tabs apart; a request for the other one is a stale tab', async () => {
    const walter = await service.launch(PEOPLE.walter)
    const maria = await service.launch(PEOPLE.maria, { browser: walter.browser })
    expect(await expectOk(walter.browser.get(`${walter.api}/access`))).toMatchObject({
      patient: { firstName: 'Walter' },
    })
    expect(await expectOk(walter.browser.get(`${maria.api}/access`))).toMatchObject({
      patient: { firstName: 'Maria' },
    })
    const crossed = `/fernwood/api/staff/launches/${walter.launch}/patients/${PEOPLE.maria}`
    await expectRefusal(await walter.browser.get(`${crossed}/access`), 'stale-tab')
    await expectRefusal(await walter.browser.put(`${crossed}/access`, { allowPortal: true }), 'stale-tab')
    await expectRefusal(await walter.browser.post(`${crossed}/invitations`, {}), 'stale-tab')
  })

  test('of somebody else makes the tabs of the one before stale', async () => {
    const first = await service.launch(PEOPLE.walter, { user: 'front-desk' })
    await service.launch(PEOPLE.walter, { user: 'physician', browser: first.browser })
    await expectRefusal(await first.browser.get(`${first.api}/access`), 'stale-tab')
  })

  test('ends by sign-out, after 15 idle minutes, after 8 hours, and does not exist elsewhere', async () => {
    const out = await service.launch(PEOPLE.walter)
    const token = out.browser.cookies.get('__Host-portico-staff-fernwood') ?? ''
    const answer = await out.browser.delete(`/fernwood/api/staff/launches/${out.launch}`)
    expect([answer.status, answer.headers.get('clear-site-data')]).toEqual([204, '"cache"'])
    out.browser.cookies.set('__Host-portico-staff-fernwood', token)
    await expectRefusal(await out.browser.get(`${out.api}/access`), 'launch-ended')
    await expectRefusal(await service.openBrowser().get(`${out.api}/access`), 'launch-ended')

    const idle = await service.launch(PEOPLE.walter)
    service.clock.now += 14 * MINUTE_MS
    await expectOk(idle.browser.get(`/fernwood/api/staff/launches/${idle.launch}`))
    service.clock.now += 15 * MINUTE_MS
    await expectRefusal(await idle.browser.get(`${idle.api}/access`), 'launch-ended')

    const long = await service.launch(PEOPLE.walter)
    for (let spent = 0; spent < 8 * HOUR_MS; spent += 10 * MINUTE_MS) {
      service.clock.now += 10 * MINUTE_MS
      if (spent < 7.5 * HOUR_MS)
        await expectOk(long.browser.get(`/fernwood/api/staff/launches/${long.launch}`))
    }
    await expectRefusal(await long.browser.get(`${long.api}/access`), 'launch-ended')
  })

  test('outlives the EHR’s short access token by one refresh, however many ask at once', async () => {
    const tab = await service.launch(PEOPLE.walter)
    service.clock.now += 10 * MINUTE_MS
    service.emr.requests.length = 0
    const answers = await Promise.all(Array.from({ length: 8 }, () => tab.browser.get(`${tab.api}/access`)))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(service.emr.requests.filter(({ target }) => target === 'token').length).toBeLessThanOrEqual(1)
    const row = await service.store.db.selectFrom('ehr_token').selectAll().execute()
    expect(JSON.stringify(row)).not.toContain('eyJ')
  })
})

describe('two practices', () => {
  test('in one browser do not see each other', async () => {
    const fernwood = await service.launch(PEOPLE.walter)
    const id = Object.values(HARBOR_PEOPLE)[0] ?? ''
    const harbor = await service.launch(id, { slug: 'harbor', browser: fernwood.browser })
    await expectOk(fernwood.browser.get(`${fernwood.api}/access`))
    await expectOk(fernwood.browser.get(`${harbor.api}/access`))
    await expectRefusal(
      await fernwood.browser.get(harbor.api.replace('/harbor/', '/fernwood/') + '/access'),
      'launch-ended',
    )
    const stolen = service.openBrowser()
    const token = fernwood.browser.cookies.get('__Host-portico-staff-fernwood') ?? ''
    stolen.cookies.set('__Host-portico-staff-harbor', token)
    await expectRefusal(await stolen.get(`${harbor.api}/access`), 'launch-ended')
    await expectRefusal(await stolen.get('/nowhere/api/practice'), 'not-found')
  })

  test('may even hold patients with the same id: what is decided in one is unknown in the other', async () => {
    const fernwood = await service.launch(PEOPLE.walter)
    const harbor = await service.launch(HARBOR_PEOPLE.walter, { slug: 'harbor' })
    expect(PEOPLE.walter).toBe(HARBOR_PEOPLE.walter)
    const { portalId, code } = await service.inviteAndRead(fernwood)
    expect(await expectOk(harbor.browser.get(`${harbor.api}/access`))).toMatchObject({
      allowed: null,
      invitation: null,
      account: null,
    })
    const confirm = { portalId, code, ...IDENTITY.walter }
    await expectRefusal(
      await service.openBrowser().post('/harbor/api/portal/activation', confirm),
      'no-match',
    )
    await expectOk(service.openBrowser().post('/fernwood/api/portal/activation', confirm))
  })
})
