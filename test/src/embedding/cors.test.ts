import { beforeAll, describe, expect, test } from 'vitest'
import { createHost, openEmbedded, SERVICE, type TestHost } from '../../support/host.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { openService, type TestService } from '../../support/service.ts'

const ORIGINS = ['https://emr.example', 'https://night.emr.example:8443']
const FOREIGN = [
  'https://evil.example',
  'https://emr.example.evil.example',
  'null',
  '*',
  'https://EMR.example',
]

let host: TestHost
let service: TestService
beforeAll(async () => {
  host = await createHost({ origins: ORIGINS })
  service = await openService({ hosts: [host] })
})

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

const preflight = (origin: string, path = '/fernwood/embed/api/patients/1/access') =>
  service.app.request(SERVICE + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type',
    },
  })

describe('a preflight', () => {
  test.each(ORIGINS)('from %s is told what it may send', async (origin) => {
    const answer = await preflight(origin)
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect(corsOf(answer)).toEqual({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
      'access-control-allow-headers': 'authorization, content-type, idempotency-key',
      'access-control-max-age': '600',
    })
    expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/)
  })

  test.each(FOREIGN)('from %s is refused', async (origin) => {
    const answer = await preflight(origin)
    await expectRefusal(answer, 'cross-site')
    expect(corsOf(answer)).toEqual({})
  })

  test('is answered nowhere but where a page may call', async () => {
    for (const path of ['/fernwood/embed/token', '/fernwood/api/practice', '/fernwood/api/portal/home']) {
      const answer = await preflight(ORIGINS[0] ?? '', path)
      expect([path, answer.status >= 400, corsOf(answer)]).toEqual([path, true, {}])
    }
    const nowhere = await preflight(ORIGINS[0] ?? '', '/elsewhere/embed/api/context')
    await expectRefusal(nowhere, 'cross-site')
    expect(corsOf(nowhere)).toEqual({})
  })
})

describe('an answer', () => {
  const readable = {
    'access-control-allow-origin': ORIGINS[1],
    'access-control-expose-headers': 'date, retry-after, x-request-id',
  }

  test('can be read by the token’s page, a refusal too, and by no other', async () => {
    const page = await openEmbedded(service, host, { act_origin: ORIGINS[1] })
    const paths = [
      `${page.api}/context`,
      `${page.chart}/access`,
      `${page.chart}x/access`,
      `${page.api}/nothing`,
    ]
    for (const path of paths) {
      const answer = await page.call('GET', path)
      expect(corsOf(answer)).toEqual(readable)
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/)
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    const ended = await page.call('GET', `${page.api}/context`, undefined, { authorization: 'Bearer x' })
    await expectRefusal(ended, 'token-ended')
    expect(corsOf(ended)).toEqual(readable)
    for (const origin of FOREIGN) {
      const answer = await page.call('GET', `${page.api}/context`, undefined, { origin })
      await expectRefusal(answer, 'cross-site')
      expect(corsOf(answer)).toEqual({})
    }
  })

  test('never lets a browser send cookies along', async () => {
    const page = await openEmbedded(service, host, { act_origin: ORIGINS[1] })
    const answer = await page.call('GET', `${page.api}/context`)
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.getSetCookie()).toEqual([])
  })
})

test('a page on our own origin names none when it reads', async () => {
  const own = await createHost({ id: 'own-pages', origins: [SERVICE] })
  const fresh = await openService({ hosts: [own] })
  const page = await openEmbedded(fresh, own)
  const read = (headers: Record<string, string>) =>
    fresh.app.request(`${SERVICE}${page.api}/context`, {
      headers: { authorization: `Bearer ${page.token.access_token}`, ...headers },
    })
  expect((await read({ 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  expect((await read({ origin: SERVICE })).status).toBe(200)
  for (const headers of [{}, { 'sec-fetch-site': 'none' }, { 'sec-fetch-site': 'same-site' }])
    await expectRefusal(await read(headers), 'cross-site')
})

test('with two hostnames the card’s routes and those of CDS Hooks are the staff’s', async () => {
  const { splitHosts } = await import('../../../src/http/pipeline.ts')
  const { Hono } = await import('hono')
  const app = new Hono()
    .use(splitHosts(['https://portal.example'], 'https://staff.example') as never)
    .all('*', (c) => c.text('reached'))
    .onError((error, c) => c.text(error.message, 404))
  const at = async (hostname: string, path: string) =>
    (await app.request(`https://${hostname}${path}`, { headers: { host: hostname } })).status
  const cds = ['/oak/cds-services', '/oak/cds-services/portal-access']
  for (const path of ['/oak/embed/token', '/oak/embed/api/context', ...cds])
    expect([await at('staff.example', path), await at('portal.example', path)]).toEqual([200, 404])
})
