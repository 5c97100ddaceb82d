import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBench, FHIR, ORIGIN } from './smart/harness.ts'

let bench: Awaited<ReturnType<typeof createBench>>
let token: string
beforeAll(async () => {
  bench = await createBench()
  token = (await bench.getTokens()).access_token
})
beforeEach(() => bench.emr.behave())

describe('the FHIR server can be told to answer', () => {
  test.each(['500', '401', '403', '409', '412', '422', '429'] as const)('%s', async (kind) => {
    bench.emr.misbehave({ kind, target: 'fhir' })
    const response = await bench.readPatient(token)
    expect(response.status).toBe(Number(kind))
    expect(response.headers.get('content-type')).toBe('application/fhir+json')
    expect(response.headers.has('retry-after')).toBe(kind === '429')
    expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome' })
  })

  test('that the token has expired', async () => {
    bench.emr.misbehave({ kind: 'expired', target: 'fhir' })
    const response = await bench.readPatient(token)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('invalid_token')
  })

  test('with a page of a proxy', async () => {
    bench.emr.misbehave({ kind: 'html', target: 'fhir' })
    expect((await bench.readPatient(token)).headers.get('content-type')).toContain('text/html')
  })

  test('nothing at all', async () => {
    bench.emr.misbehave({ kind: 'down', target: 'fhir' })
    await expect(bench.readPatient(token)).rejects.toThrow('fetch failed')
  })

  test('late, and a caller who does not wait is let go', async () => {
    bench.emr.misbehave({ kind: 'slow', target: 'fhir', delayMs: 60 })
    const before = performance.now()
    const headers = { authorization: `Bearer ${token}` }
    const hurried = bench.emr.fetch(`${FHIR}/Patient/ana-diaz`, { headers, signal: AbortSignal.timeout(10) })
    await expect(hurried).rejects.toThrow(/aborted/i)
    expect((await bench.readPatient(token)).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThan(50)
  })
})

test('a fault counts its turns and heeds the method', async () => {
  bench.emr.misbehave({ kind: '500', target: 'fhir', method: 'put', times: 1 })
  expect((await bench.readPatient(token)).status).toBe(200)
  expect((await bench.readPatient(token, 'PUT')).status).toBe(500)
  expect((await bench.readPatient(token, 'PUT')).status).not.toBe(500)
})

test('other targets go on as before', async () => {
  bench.emr.misbehave({ kind: 'down', target: 'fhir' })
  expect((await bench.emr.fetch(`${FHIR}/.well-known/smart-configuration`)).status).toBe(200)
  expect((await bench.getTokens()).access_token).toMatch(/^[\w-]{43}$/)
})

describe('the authorization server can be told to', () => {
  test('name another issuer, at each of its places', async () => {
    bench.emr.misbehave({ kind: 'other-issuer', target: 'authorize' })
    expect((await bench.authorize()).get('iss')).toBe('https://other-issuer.example')
    bench.emr.misbehave({ kind: 'other-issuer', target: 'discovery' })
    const discovery = await bench.emr.fetch(`${FHIR}/.well-known/smart-configuration`)
    expect(await discovery.json()).toMatchObject({ issuer: 'https://other-issuer.example' })
    bench.emr.misbehave({ kind: 'other-issuer', target: 'token' })
    const [, claims = ''] = (await bench.getTokens()).id_token.split('.')
    expect(Buffer.from(claims, 'base64url').toString()).toContain('https://other-issuer.example')
  })

  test('sign the id_token with a key nobody knows', async () => {
    const { importJWK, jwtVerify } = await import('jose')
    const jwks = (await (await bench.emr.fetch(`${ORIGIN}/oauth/jwks.json`)).json()) as { keys: [JsonWebKey] }
    const key = await importJWK({ ...jwks.keys[0], kty: 'RSA' }, 'RS256')
    const currentDate = new Date(bench.clock.now)
    await expect(jwtVerify((await bench.getTokens()).id_token, key, { currentDate })).resolves.toBeDefined()
    bench.emr.misbehave({ kind: 'wrong-id-token', target: 'token' })
    await expect(jwtVerify((await bench.getTokens()).id_token, key, { currentDate })).rejects.toThrow(
      'signature',
    )
  })

  test('give a code or a token that is no good any more', async () => {
    bench.emr.misbehave({ kind: 'expired', target: 'token', times: 1 })
    const stale = await bench.getTokens()
    expect(stale.expires_in).toBe(0)
    expect((await bench.readPatient(stale.access_token)).status).toBe(401)
    bench.emr.misbehave({ kind: 'expired', target: 'authorize' })
    expect((await bench.redeem(await bench.getCode())).status).toBe(400)
  })

  test('break', async () => {
    bench.emr.misbehave({ kind: '500', target: 'token' })
    const response = await bench.redeem(await bench.getCode())
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ error: 'server_error' })
  })
})

describe('over HTTP', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    bench.emr.fetch(`${ORIGIN}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body), headers })

  test('journeys make it misbehave and behave', async () => {
    await post('misbehave', { kind: '422', target: 'fhir' })
    expect((await bench.readPatient(token)).status).toBe(422)
    await post('behave', {})
    expect((await bench.readPatient(token)).status).toBe(200)
  })

  test('and give up a good habit, until they behave', async () => {
    const seen = async () => {
      const response = await bench.readPatient(token)
      return [response.headers.has('etag'), ((await response.json()) as { meta: object }).meta]
    }
    const before = await seen()
    await post('etags', { on: false })
    expect(await seen()).toEqual([false, { lastUpdated: expect.any(String) }])
    await post('etags', { on: true })
    expect(await seen()).toEqual(before)
    await post('etags', { on: false })
    await post('behave', {})
    expect(await seen()).toEqual(before)
    expect((await post('extensions', { on: false })).status).toBe(200)
    expect((await post('extensions', {})).status).toBe(422)
    expect((await post('etags', { on: 'no' })).status).toBe(422)
    await post('behave', {})
  })

  test('an order with a fault is answered with what is wrong', async () => {
    const response = await post('misbehave', { kind: 'explode', target: 'fhir' })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: expect.stringContaining('kind') })
  })

  test('launches can be had without clicking, for people who exist', async () => {
    const made = await post('launches', { patient: 'walter-okafor', user: 'physician' })
    expect(made.status).toBe(201)
    const { launch, url } = (await made.json()) as { launch: string; url: string }
    expect(url).toBe(
      `http://localhost:18080/fernwood/launch?iss=${encodeURIComponent(FHIR)}&launch=${launch}`,
    )
    expect((await post('launches', { patient: 'walter-okafor', user: 'nobody' })).status).toBe(422)
  })

  test('the requests so far can be counted', async () => {
    const count = bench.emr.requests.length
    await bench.readPatient(token)
    const { requests } = (await (await bench.emr.fetch(`${ORIGIN}/sandbox/requests`)).json()) as {
      requests: unknown[]
    }
    expect(requests.slice(count)).toMatchObject([
      { method: 'GET', path: '/fhir/Patient/walter-okafor', target: 'fhir' },
    ])
  })

  test('a page of another site pulls no lever', async () => {
    const response = await post(
      'misbehave',
      { kind: 'down', target: 'fhir' },
      { origin: 'https://evil.example' },
    )
    expect(response.status).toBe(403)
    expect((await bench.readPatient(token)).status).toBe(200)
  })
})
