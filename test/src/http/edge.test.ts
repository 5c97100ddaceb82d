import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { ChooseCredentials, ConfirmActivation, OpenSlip } from '../../../src/credentials/schema.ts'
import { SignIn } from '../../../src/accounts/schema.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { openService, type LaunchedTab, type TestService } from '../../support/service.ts'

const SESSION = '/fernwood/api/portal/session'
const BODY = { username: 'x', password: 'y' }

let service: TestService
let tab: LaunchedTab
beforeAll(async () => {
  service = await openService()
  tab = await service.launch(PEOPLE.walter)
})

describe('state changes on cookie routes', () => {
  test.each([
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another port of this host', { 'sec-fetch-site': 'same-site' }],
    ['typed into the address bar', { 'sec-fetch-site': 'none' }],
  ])('%s are refused', async (_from, headers) => {
    await expectRefusal(await tab.browser.post(SESSION, BODY, headers), 'cross-site')
  })

  test('from an old browser count by their exact Origin', async () => {
    const send = (headers: Record<string, string>) =>
      service.app.request(`http://localhost:8080${SESSION}`, {
        method: 'POST',
        body: JSON.stringify(BODY),
        headers: { 'content-type': 'application/json', 'idempotency-key': 'k'.repeat(20), ...headers },
      })
    await expectRefusal(await send({}), 'cross-site')
    await expectRefusal(await send({ origin: 'http://localhost:8081' }), 'cross-site')
    await expectRefusal(await send({ origin: 'http://localhost:8080' }), 'sign-in-refused')
  })

  test('that are not JSON, not readable, too large or odd are refused, never a 5xx', async () => {
    const post = (body: unknown, headers = {}) => tab.browser.post(SESSION, body, headers)
    await expectRefusal(
      await post('a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
      'unsupported-media-type',
    )
    await expectRefusal(await post('{"username":'), 'invalid-request')
    await expectRefusal(await post({ ...BODY, password: 'x'.repeat(70_000) }), 'too-large')
    const odd = await expectRefusal(await post({ ...BODY, admin: true }), 'invalid-request')
    expect(odd['issues']).toHaveLength(1)
    await expectRefusal(await post({ username: ['x'], password: 1 }), 'invalid-request')
    await expectRefusal(
      await post('{"__proto__":{"admin":true},"username":"x","password":"y"}'),
      'invalid-request',
    )
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })

  test('whatever is sent is a refusal with a known code', async () => {
    const routes = [
      ['/fernwood/api/portal/activation', ConfirmActivation],
      ['/fernwood/api/portal/activation/credentials', ChooseCredentials],
      ['/fernwood/api/slip', OpenSlip],
      [SESSION, SignIn],
    ] as const
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), fc.jsonValue(), async ([route, schema], junk) => {
        const keys = Object.keys(schema.shape)
        const body = Object.fromEntries(keys.map((key) => [key, junk]))
        const answer = await tab.browser.post(route, body, { 'x-forwarded-for': '192.0.2.7' })
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.status).toBeLessThan(500)
        expect(answer.headers.get('content-type')).toBe('application/problem+json')
      }),
      { numRuns: 120 },
    )
  })
})

describe('every answer', () => {
  test.each([
    ['/fernwood/portal/', "frame-ancestors 'none'"],
    ['/fernwood/portal/activate', "frame-ancestors 'none'"],
    ['/fernwood/slip', "frame-ancestors 'none'"],
    ['/', "frame-ancestors 'none'"],
  ])('%s carries the strict policy', async (path, ancestors) => {
    const page = await service.openBrowser().get(path)
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy') ?? ''
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "require-trusted-types-for 'script'",
      ancestors,
    ])
      expect(policy).toContain(part)
    expect(policy).not.toContain('unsafe')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('to a person at an address that is not there is a page in their language', async () => {
    const open = (path: string, language: string) =>
      service.openBrowser().get(path, { accept: 'text/html,*/*', 'accept-language': language })
    for (const path of ['/no-such-practice/portal/', '/fernwood/nothing']) {
      const page = await open(path, 'en')
      expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
      expect(await page.text()).toContain('There is nothing at this address')
    }
    expect(await (await open('/nobody/portal/', 'es-US')).text()).toContain('No hay nada en esta dirección')
  })

  test('to an unknown address is a problem, too', async () => {
    await expectRefusal(await service.openBrowser().get('/fernwood/api/nothing'), 'not-found')
    await expectRefusal(await service.openBrowser().get('/no-such-practice/portal/'), 'not-found')
    await expectRefusal(await service.openBrowser().get('/components/0.0.0/../../package.json'), 'not-found')
  })
})

test('keys, liveness and readiness are public; figures are for this machine or a token', async () => {
  const browser = service.openBrowser()
  const { keys } = (await (await browser.get('/.well-known/jwks.json')).json()) as {
    keys: Record<string, unknown>[]
  }
  expect(keys).toHaveLength(2)
  for (const key of keys) expect(Object.keys(key)).not.toContain('d')
  expect((await browser.get('/healthz')).status).toBe(200)
  expect(await (await browser.get('/readyz')).json()).toEqual({ status: 'ready', outboxLate: 0 })
  expect(await (await browser.get('/metrics')).text()).toContain('portico_requests_total{status="200"}')
  await expectRefusal(await browser.get('/metrics', { 'x-forwarded-for': '203.0.113.9' }), 'not-found')
})

test('the OpenAPI document names every JSON route with a body', async () => {
  const document = (await (await service.openBrowser().get('/openapi.json')).json()) as {
    paths: Record<string, unknown>
  }
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      '/{practice}/api/portal/activation',
      '/{practice}/api/portal/session',
      '/{practice}/api/slip',
    ]),
  )
})
