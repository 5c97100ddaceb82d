import { exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { createBench, FHIR, ORIGIN } from '../smart/harness.ts'

const SERVICE = 'http://localhost:18080'
const TOKEN_URL = `${SERVICE}/fernwood/embed/token`
const SCRIPT = { version: '1.0.0', src: '/components/1.0.0/embed.js', integrity: 'sha384-abc' }

const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true })
const privateJwk = { ...(await exportJWK(privateKey)), alg: 'ES384', kid: 'emr-1' }

let bench: Awaited<ReturnType<typeof createBench>>
/** The portal as this EMR sees it. */
let portal: { isAway: boolean; answer: () => Response; forms: URLSearchParams[]; scriptReads: number }
let cookie: string
beforeEach(async () => {
  portal = {
    isAway: false,
    answer: () => Response.json({ access_token: 'a' }),
    forms: [],
    scriptReads: 0,
  }
  bench = await createBench({
    portico: {
      id: 'fernwood-emr',
      privateJwk,
      practiceUrl: `${SERVICE}/fernwood`,
      clientId: 'portico',
    },
    elsewhere: askPortal,
  })
  cookie = await logIn('front-desk')
})

const askPortal: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  if (portal.isAway) throw new TypeError('fetch failed')
  if (request.url !== TOKEN_URL) {
    portal.scriptReads += 1
    return Response.json(SCRIPT)
  }
  portal.forms.push(new URLSearchParams(await request.text()))
  return portal.answer()
}

async function logIn(role: string) {
  const response = await bench.emr.fetch(`${ORIGIN}/login`, {
    method: 'POST',
    body: new URLSearchParams({ role, next: '/' }),
    headers: { origin: ORIGIN },
    redirect: 'manual',
  })
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

const readPage = async () => {
  const response = await bench.emr.fetch(`${ORIGIN}/patients/walter-okafor`, { headers: { cookie } })
  return { text: await response.text(), csp: response.headers.get('content-security-policy') ?? '' }
}
const askToken = (body: unknown = { patient: 'walter-okafor' }, headers: Record<string, string> = {}) =>
  bench.emr.fetch(`${ORIGIN}/portico-token`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { cookie, origin: ORIGIN, 'content-type': 'application/json', ...headers },
  })

describe('the card in the chart', () => {
  test('is loaded from the portal with its hash, and names patient and token address', async () => {
    const { text } = await readPage()
    expect(text).toContain(
      `<script type="module" src="${SERVICE}/components/1.0.0/embed.js" integrity="sha384-abc" crossorigin></script>`,
    )
    expect(text).toMatch(/<portico-access\s+patient="walter-okafor"\s+token-url="\/portico-token"/)
  })

  test('may come from the portal alone, and what browsers complain of is kept', async () => {
    const { csp } = await readPage()
    expect(csp).toContain(`script-src 'self' ${SERVICE};`)
    expect(csp).toContain(`connect-src 'self' ${SERVICE};`)
    expect(csp).toContain("require-trusted-types-for 'script'; trusted-types lit-html")
    expect(csp).toContain('report-uri /sandbox/csp-reports')
    const reports = () => bench.emr.fetch(`${ORIGIN}/sandbox/csp-reports`)
    expect(await (await reports()).json()).toEqual([])
    const report = { 'csp-report': { 'violated-directive': 'script-src' } }
    await bench.emr.fetch(`${ORIGIN}/sandbox/csp-reports`, { method: 'POST', body: JSON.stringify(report) })
    expect(await (await reports()).json()).toEqual([report])
  })

  test('gives way to a sentence while the portal is away, and comes back within 5 seconds', async () => {
    portal.isAway = true
    const { text } = await readPage()
    expect(text).toContain('does not answer right now')
    expect(text).not.toContain('<portico-access')
    portal.isAway = false
    expect((await readPage()).text).not.toContain('<portico-access')
    bench.clock.now += 5000
    expect((await readPage()).text).toContain('<portico-access')
    await readPage()
    expect(portal.scriptReads).toBe(1)
  })

  test('leads to the whole app by a click in the chart, and by no link of another site', async () => {
    const open = (site: string) =>
      bench.emr.fetch(`${ORIGIN}/patients/walter-okafor/launch?client=portico`, {
        headers: { cookie, 'sec-fetch-site': site },
        redirect: 'manual',
      })
    expect((await readPage()).text).toContain('launch-url="/patients/walter-okafor/launch?client=portico"')
    expect((await open('same-origin')).headers.get('location')).toContain(`${SERVICE}/fernwood/launch?iss=`)
    expect((await open('cross-site')).headers.get('location')).toBe('/patients/walter-okafor')
  })
})

describe('the card’s token', () => {
  test('is asked for with a statement of a minute about who is logged in, whose chart it is, and where', async () => {
    const answer = await askToken()
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await answer.json()).toEqual({ access_token: 'a' })
    const [form] = portal.forms
    expect(form?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const { payload, protectedHeader } = await jwtVerify(form?.get('assertion') ?? '', publicKey, {
      issuer: 'fernwood-emr',
      audience: TOKEN_URL,
      subject: 'Practitioner/prac-park',
      currentDate: new Date(bench.clock.now),
    })
    expect(protectedHeader).toEqual({ alg: 'ES384', kid: 'emr-1', typ: 'JWT' })
    expect(payload).toMatchObject({ patient: 'walter-okafor', name: 'Jordan Park', act_origin: ORIGIN })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
  })

  test('comes with one of the EMR’s own, which may do what the person may and ends when they log out', async () => {
    await askToken()
    const [form] = portal.forms
    expect(form?.get('ehr_scope')).toBe('user/Patient.rus user/Consent.crus')
    const headers = { authorization: `Bearer ${form?.get('ehr_access_token')}` }
    const read = async () => (await bench.emr.fetch(`${FHIR}/Patient/walter-okafor`, { headers })).status
    expect(await read()).toBe(200)
    await bench.emr.fetch(`${ORIGIN}/logout`, { method: 'POST', headers: { cookie, origin: ORIGIN } })
    expect(await read()).toBe(401)
  })

  test('is refused as the portal refuses it', async () => {
    const type = 'application/problem+json'
    portal.answer = () =>
      Response.json({ error: 'invalid_grant' }, { status: 400, headers: { 'content-type': type } })
    const answer = await askToken()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, type])
    expect(await answer.json()).toEqual({ error: 'invalid_grant' })
  })

  test.each<[string, () => Promise<Response>, number]>([
    ['nobody who is logged in', () => askToken(undefined, { cookie: '' }), 401],
    ['no patient', () => askToken({}), 400],
    ['a patient whom the EMR does not know', () => askToken({ patient: 'nobody' }), 404],
    ['a page of another site', () => askToken(undefined, { origin: 'https://evil.example' }), 403],
  ])('is not asked for on behalf of %s', async (_, ask, status) => {
    expect((await ask()).status).toBe(status)
    expect(portal.forms).toEqual([])
  })

  test('fails plainly while the portal is away', async () => {
    portal.isAway = true
    const answer = await askToken()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([502, 'application/problem+json'])
  })

  test('can be kept back on demand, as by an EMR that is slow, logged out or broken', async () => {
    bench.emr.misbehave({ kind: '401', target: 'portico-token', times: 1 })
    expect((await askToken()).status).toBe(401)
    bench.emr.misbehave({ kind: 'down', target: 'portico-token', times: 1 })
    await expect(askToken()).rejects.toThrow('fetch failed')
    expect(portal.forms).toEqual([])
    expect((await askToken()).status).toBe(200)
  })
})
