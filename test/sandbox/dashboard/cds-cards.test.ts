import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createBench, ORIGIN } from '../smart/harness.ts'

const SERVICES = 'http://localhost:18080/fernwood/cds-services'
const LAUNCH = 'http://localhost:18080/fernwood/launch'
const card = (changes: object = {}) => ({
  uuid: crypto.randomUUID(),
  summary: 'Portal access: not set up <b>',
  indicator: 'info',
  source: { label: 'Fernwood Family Practice' },
  links: [
    { label: 'Open Portico', url: LAUNCH, type: 'smart', appContext: '{"intent":"create-credentials"}' },
  ],
  ...changes,
})

let privateJwk: JWK
let keys: JWK
beforeAll(async () => {
  const pair = await generateKeyPair('ES384', { extractable: true })
  privateJwk = { ...(await exportJWK(pair.privateKey)), kid: 'emr-1', alg: 'ES384' }
  keys = { ...(await exportJWK(pair.publicKey)), kid: 'emr-1' }
})

/** An EMR whose charts ask a service that answers as told. */
async function openChart(serve: (request: Request) => Response | Promise<Response>) {
  const asked: { request: Request; body: unknown }[] = []
  const bench = await createBench({
    portico: {
      id: 'emr',
      privateJwk,
      practiceUrl: 'http://localhost:18080/fernwood',
      cdsServices: SERVICES,
      clientId: 'portico',
    },
    elsewhere: async (input, init) => {
      const request = new Request(input, init)
      if (!request.url.startsWith(SERVICES)) return new Response(null, { status: 503 })
      asked.push({ request, body: await request.clone().json() })
      const ended = new Promise<never>((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason))
      })
      return Promise.race([serve(request), ended])
    },
  })
  const login = await bench.emr.fetch(`${ORIGIN}/login`, {
    method: 'POST',
    body: new URLSearchParams({ role: 'front-desk', next: '/' }),
    headers: { origin: ORIGIN },
    redirect: 'manual',
  })
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const open = async () => {
    const page = await bench.emr.fetch(`${ORIGIN}/patients/walter-okafor`, { headers: { cookie } })
    return page.text()
  }
  return { ...bench, asked, open, cookie }
}

describe('a chart asks for notes as it is opened', () => {
  test('with the hook, who looks and at whom, and a signature good for this one call', async () => {
    const chart = await openChart(() => Response.json({ cards: [] }))
    expect(await chart.open()).not.toContain('Notes on this chart')
    const [call] = chart.asked
    expect(call?.request.url).toBe(`${SERVICES}/portal-access`)
    expect(call?.body).toEqual({
      hook: 'patient-view',
      hookInstance: expect.stringMatching(/^[0-9a-f-]{36}$/),
      context: { userId: 'Practitioner/prac-park', patientId: 'walter-okafor' },
    })
    const token = call?.request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: [keys] }), {
      issuer: ORIGIN,
      audience: `${SERVICES}/portal-access`,
      currentDate: new Date(chart.clock.now),
      typ: 'JWT',
    })
    expect(protectedHeader).toEqual({ alg: 'ES384', kid: 'emr-1', typ: 'JWT' })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
    expect(payload.jti).toBeTruthy()
  })

  test('and shows them, with a button that opens the app where the note says', async () => {
    const chart = await openChart(() => Response.json({ cards: [card()] }))
    const text = await chart.open()
    expect(text).toContain('Portal access: not set up &lt;b&gt;')
    expect(text).toContain('value="{&quot;intent&quot;:&quot;create-credentials&quot;}"')
    const appContext = '{"intent":"create-credentials"}'
    const opened = await chart.emr.fetch(`${ORIGIN}/patients/walter-okafor/launch`, {
      method: 'POST',
      body: new URLSearchParams({ client: 'portico', appContext }),
      headers: { origin: ORIGIN, cookie: chart.cookie },
      redirect: 'manual',
    })
    const launch = new URL(opened.headers.get('location') ?? '').searchParams.get('launch') ?? ''
    expect(await chart.getTokens({ launch })).toMatchObject({ appContext })
  })

  test.each([
    ['to a place that is no app of this EMR', { url: 'https://evil.example/launch' }],
    ['that is no SMART launch', { type: 'absolute' }],
  ])('but offers no link %s', async (_, changes) => {
    const [link] = card().links
    const chart = await openChart(() =>
      Response.json({ cards: [card({ links: [{ ...link, ...changes }] })] }),
    )
    const text = await chart.open()
    expect(text).toContain('Portal access: not set up')
    expect(text).not.toContain('name="appContext"')
  })

  test.each<[name: string, serve: () => Response | Promise<Response>]>([
    ['says no', () => new Response('no', { status: 401 })],
    ['answers something else', () => Response.json({ cards: [{ summary: 7 }] })],
    ['answers a page', () => new Response('<html>')],
    ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
  ])('and is there without them when the service %s', async (_, serve) => {
    const text = await (await openChart(serve)).open()
    expect(text).toContain('OKAFOR, Walter James')
    expect(text).not.toContain('Notes on this chart')
  })

  test('and does not wait longer than 800 ms for them', async () => {
    const chart = await openChart(() => new Promise(() => {}))
    const from = performance.now()
    expect(await chart.open()).toContain('OKAFOR, Walter James')
    const tookMs = performance.now() - from
    expect(tookMs).toBeGreaterThan(700)
    expect(tookMs).toBeLessThan(3000)
  })
})
