import type { Resource } from '@medplum/fhirtypes'
import { beforeAll, describe, expect, test } from 'vitest'
import { createBench, FHIR, ORIGIN, RESOURCES } from '../smart/harness.ts'

const CROWD: Resource[] = Array.from({ length: 25 }, (_, index) => ({
  resourceType: 'Patient',
  id: `extra-${index}`,
  name: [{ family: `Extra${String(index).padStart(2, '0')}`, given: ['Pat'] }],
}))

let bench: Awaited<ReturnType<typeof createBench>>
let cookie: string
beforeAll(async () => {
  const links = [{ label: 'Mailbox', href: 'http://127.0.0.1:18082/' }]
  bench = await createBench({ resources: [...RESOURCES, ...CROWD], name: 'Fernwood EMR', links })
  cookie = (await logIn('front-desk')).cookie
})

const get = async (path: string, headers: Record<string, string> = { cookie }) => {
  const response = await bench.emr.fetch(`${ORIGIN}${path}`, { headers, redirect: 'manual' })
  return { response, text: await response.text() }
}
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  bench.emr.fetch(`${ORIGIN}${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { origin: ORIGIN, ...headers },
    redirect: 'manual',
  })
async function logIn(role: string, next = '/') {
  const response = await post('/login', { role, next })
  const cookies = response.headers.getSetCookie()
  return { cookies, location: response.headers.get('location'), cookie: cookies[0]?.split(';')[0] ?? '' }
}

describe('logging in', () => {
  test('is asked for first, and leads back to the page that was wanted', async () => {
    const { text } = await get('/patients/walter-okafor', {})
    expect(text).toContain('made-up people')
    expect(text).toContain('name="next" value="/patients/walter-okafor"')
    expect((await logIn('physician', '/patients/walter-okafor')).location).toBe('/patients/walter-okafor')
  })

  test('sets one session in two cookies, one of which works in frames', async () => {
    const { cookies } = await logIn('front-desk')
    expect(cookies).toEqual([
      expect.stringMatching(/^emr-18081=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^emr-18081-frame=[\w-]{43}; Path=\/; HttpOnly; SameSite=None; Secure$/),
    ])
    const framed = cookies[1]?.split(';')[0] ?? ''
    expect((await get('/', { cookie: framed })).text).toContain('Jordan Park')
  })

  test.each(['https://evil.example/', '//evil.example/', 'javascript:alert(1)', '\\\\evil.example'])(
    'never leads to %s',
    async (next) => {
      expect(new URL((await logIn('front-desk', next)).location ?? '', ORIGIN).origin).toBe(ORIGIN)
    },
  )

  test('by a form of another site is refused', async () => {
    const response = await post(
      '/login',
      { role: 'front-desk', next: '/' },
      { origin: 'https://evil.example' },
    )
    expect(response.status).toBe(403)
    expect(response.headers.getSetCookie()).toEqual([])
  })

  test('ends with logging out', async () => {
    const session = await logIn('administrator')
    expect((await get('/', { cookie: session.cookie })).text).toContain('Sam Reyes, Administrator')
    await post('/logout', {}, { cookie: session.cookie })
    expect((await get('/', { cookie: session.cookie })).text).toContain('Who are you?')
  })
})

describe('the patient list', () => {
  test('shows 20 at a time', async () => {
    const first = await get('/')
    expect(first.text).toContain('1 to 20 of 27')
    expect(first.text).toContain('href="/?q=&amp;page=2"')
    const second = await get('/?page=2')
    expect(second.text).toContain('21 to 27 of 27')
    expect(second.text).toContain('OKAFOR, Walter James')
  })

  test.each([
    ['part of a name', 'okaf walt', 'OKAFOR'],
    ['a name without its accent', 'diaz', 'DÍAZ'],
    ['a birth date as typed in the US', '3/14/1948', 'OKAFOR'],
    ['an ISO birth date', '1990-01-02', 'DÍAZ'],
    ['a record number', '004417', 'OKAFOR'],
  ])('finds by %s', async (_, text, name) => {
    const page = (await get(`/?q=${encodeURIComponent(text)}`)).text
    expect(page).toContain(name)
    expect(page).toContain('1 to 1 of 1')
  })

  test('says so when nobody matches, and escapes what was typed', async () => {
    const { text } = await get(`/?q=${encodeURIComponent('<script>x')}`)
    expect(text).toContain('No patient matches “&lt;script&gt;x”')
  })
})

describe('a patient page', () => {
  test('shows banner and chart', async () => {
    const { text, response } = await get('/patients/walter-okafor')
    expect(text).toMatch(/DOB 03\/14\/1948 \(78 y\)/)
    expect(text).toContain('MRN 004417')
    expect(text).toContain('Essential &lt;b&gt;hypertension')
    expect(text).toContain('http://127.0.0.1:18082/')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('runs nothing inline and is framed by nobody else', async () => {
    const { text, response } = await get('/patients/walter-okafor')
    const csp = response.headers.get('content-security-policy') ?? ''
    expect(csp).toContain("default-src 'none'")
    expect(csp).toContain("frame-ancestors 'self'")
    expect(csp).toContain("form-action 'self' http://localhost:18080")
    expect(csp).not.toContain('unsafe-inline')
    expect(text).not.toMatch(/<script(?! type="module" src=)|<style| style=| on\w+=/)
  })

  test('of nobody is a 404 page', async () => {
    const { response } = await get('/patients/nobody')
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toContain('text/html')
  })

  test('opens the app by a real EHR launch as the person who clicked', async () => {
    const opened = await post(
      '/patients/walter-okafor/launch',
      { client: 'portico', banner: 'no' },
      { cookie },
    )
    expect(opened.status).toBe(303)
    const url = new URL(opened.headers.get('location') ?? '')
    expect(url.origin + url.pathname).toBe('http://localhost:18080/fernwood/launch')
    expect(url.searchParams.get('iss')).toBe(FHIR)
    const tokens = await bench.getTokens({ launch: url.searchParams.get('launch') ?? '' })
    expect(tokens).toMatchObject({ patient: 'walter-okafor', need_patient_banner: false })
  })

  test('opens nothing for a form of another site or without a login', async () => {
    const form = { client: 'portico' }
    const foreign = await post('/patients/walter-okafor/launch', form, {
      cookie,
      origin: 'https://evil.example',
    })
    expect(foreign.status).toBe(403)
    const stranger = await post('/patients/walter-okafor/launch', form)
    expect(stranger.headers.get('location')).toBeNull()
    expect(await stranger.text()).toContain('Who are you?')
  })
})

test('a clinic under a path keeps its pages, its FHIR base and its people to itself', async () => {
  const harbor = await createBench({ prefix: '/harbor', name: 'Harbor EMR' })
  expect(harbor.emr.fhirBase).toBe(`${ORIGIN}/harbor/fhir`)
  const page = await harbor.emr.fetch(`${ORIGIN}/harbor/`, { headers: { cookie } })
  const text = await page.text()
  expect(text).toContain('Who are you?')
  expect(text).toContain('action="/harbor/login"')
  const body = new URLSearchParams({ role: 'front-desk', next: '/' })
  const request = { method: 'POST', body, headers: { origin: ORIGIN }, redirect: 'manual' } as const
  const login = await harbor.emr.fetch(`${ORIGIN}/harbor/login`, request)
  expect(login.headers.get('location')).toBe('/harbor/')
  expect(login.headers.getSetCookie()[0]).toMatch(/^emr-18081-harbor=/)
})
