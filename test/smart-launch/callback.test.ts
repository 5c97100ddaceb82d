import * as fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { beginLaunch, completeLaunch, SmartError, type SmartErrorCode } from '../../smart-launch/index.ts'
import { startEhr } from './ehr.ts'
import { refuses } from './refuses.ts'

const ehr = await startEhr()
afterAll(() => ehr.close())
beforeEach(() => ehr.reset())

async function launch() {
  const deps = ehr.deps()
  const { authorizeUrl, pending } = await beginLaunch(ehr.client, { iss: ehr.iss, launch: 'xyz' }, deps)
  return { pending, query: ehr.authorize(authorizeUrl), deps }
}

/** Every refusal here must come before the code leaves for the EHR. */
async function refusesUnsent(work: Promise<unknown>, code: SmartErrorCode) {
  const error = await refuses(work, code)
  expect(ehr.tokenRequests()).toEqual([])
  return error
}

describe('the state binds the answer to the browser that began', () => {
  test('the answer of one launch does not complete another', async () => {
    const mine = await launch()
    const theirs = await launch()
    await refusesUnsent(completeLaunch(ehr.client, mine.pending, theirs.query, mine.deps), 'state-mismatch')
  })

  test.each([
    undefined,
    null,
    {},
    'pending',
    { state: '', nonce: '', iss: '', codeVerifier: '', createdAt: 0 },
  ])('a browser that brings %j has begun nothing', async (pending) => {
    const { query, deps } = await launch()
    await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'state-mismatch')
  })

  test.each(['', 'wrong', undefined])('the state "%s" is wrong', async (state) => {
    const { pending, query, deps } = await launch()
    if (state === undefined) query.delete('state')
    else query.set('state', state)
    await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'state-mismatch')
  })

  test('a launch without state is not completed by an answer without one', async () => {
    const { pending, query, deps } = await launch()
    query.delete('state')
    const bare = { ...pending, state: '' }
    await refusesUnsent(completeLaunch(ehr.client, bare, query, deps), 'state-mismatch')
  })

  test('a launch of another EHR is not completed here', async () => {
    const { pending, query, deps } = await launch()
    const other = { ...pending, iss: 'https://other.example/fhir' }
    await refusesUnsent(completeLaunch(ehr.client, other, query, deps), 'state-mismatch')
  })
})

describe('a launch has ten minutes', () => {
  test('and is completed in the last second', async () => {
    const { pending, query, deps } = await launch()
    ehr.time.at += 599_000
    expect((await completeLaunch(ehr.client, pending, query, deps)).patient).toBe('ann')
  })

  test('and not a second later', async () => {
    const { pending, query, deps } = await launch()
    ehr.time.at += 601_000
    await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'launch-expired')
  })
})

describe('the issuer of an answer (RFC 9207)', () => {
  test('agrees', async () => {
    const { pending, query, deps } = await launch()
    query.set('iss', ehr.origin)
    expect((await completeLaunch(ehr.client, pending, query, deps)).patient).toBe('ann')
  })

  test.each(['https://evil.example', ''])('is refused as "%s"', async (iss) => {
    const { pending, query, deps } = await launch()
    query.set('iss', iss)
    await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'issuer-mismatch')
  })

  test('is refused also when it brings an error', async () => {
    const { pending, query, deps } = await launch()
    query.set('iss', 'https://evil.example')
    query.set('error', 'access_denied')
    await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'issuer-mismatch')
  })

  test('may not be missing when the EHR says that it sends it', async () => {
    ehr.bends.configuration = { authorization_response_iss_parameter_supported: true }
    const { pending, query, deps } = await launch()
    await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'issuer-mismatch')
  })
})

describe('an answer that is an error', () => {
  test.each<[string, SmartErrorCode]>([
    ['access_denied', 'authorization-refused'],
    ['invalid_scope', 'client-misconfigured'],
    ['unauthorized_client', 'client-misconfigured'],
    ['temporarily_unavailable', 'ehr-unavailable'],
    ['toString', 'authorization-refused'],
    ['', 'authorization-refused'],
  ])('%s → %s', async (error, code) => {
    const { pending, query, deps } = await launch()
    query.delete('code')
    query.set('error', error)
    query.set('error_description', 'Ann Example may not')
    const refusal = await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), code)
    expect(refusal.message).not.toContain('Ann')
  })

  test('counts for nothing without the right state', async () => {
    const { pending, deps } = await launch()
    const query = new URLSearchParams({ error: 'access_denied', state: 'guess' })
    await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'state-mismatch')
  })
})

test.each(['code', 'state', 'iss', 'session_state'])('a second %s is refused', async (name) => {
  const { pending, query, deps } = await launch()
  query.append(name, 'once')
  query.append(name, 'twice')
  await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'callback-invalid')
})

test.each(['', undefined])('an answer with code %j is refused', async (code) => {
  const { pending, query, deps } = await launch()
  query.delete('code')
  if (code !== undefined) query.set('code', code)
  await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'callback-invalid')
})

test('whatever a browser brings, only a SmartError comes of it and no code is sent', async () => {
  const { pending, query, deps } = await launch()
  const names = fc.constantFrom(
    'code',
    'state',
    'iss',
    'error',
    'error_description',
    '__proto__',
    'constructor',
  )
  const values = fc.oneof(fc.string(), fc.constant(query.get('state') ?? ''), fc.constant(ehr.origin))
  const fetchToken = vi.fn<typeof fetch>(() =>
    Promise.resolve(Response.json({ error: 'invalid_grant' }, { status: 400 })),
  )
  const outcome = fc.asyncProperty(fc.array(fc.tuple(names, values), { maxLength: 5 }), async (pairs) => {
    const sent = new URLSearchParams(pairs)
    fetchToken.mockClear()
    const error: unknown = await completeLaunch(ehr.client, pending, sent, {
      ...deps,
      fetch: fetchToken,
    }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SmartError)
    const honest = sent.get('state') === pending.state && Boolean(sent.get('code'))
    expect(fetchToken.mock.calls.length).toBeLessThanOrEqual(honest ? 1 : 0)
  })
  await fc.assert(outcome, { numRuns: 500 })
})

test('whatever a browser brings as its pending launch, only a SmartError comes of it', async () => {
  const { query, deps } = await launch()
  await fc.assert(
    fc.asyncProperty(fc.anything(), async (pending) => {
      await refusesUnsent(completeLaunch(ehr.client, pending, query, deps), 'state-mismatch')
    }),
    { numRuns: 300 },
  )
})

test('whatever a token endpoint answers, only a SmartError comes of it', async () => {
  const { pending, query, deps } = await launch()
  await fc.assert(
    fc.asyncProperty(
      fc.jsonValue(),
      fc.constantFrom(200, 201, 204, 302, 400, 401, 404, 500),
      async (body, status) => {
        const text = status === 204 ? null : JSON.stringify(body)
        const answer: typeof fetch = () => Promise.resolve(new Response(text, { status }))
        const error: unknown = await completeLaunch(ehr.client, pending, query, {
          ...deps,
          fetch: answer,
        }).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(SmartError)
      },
    ),
    { numRuns: 150 },
  )
})
