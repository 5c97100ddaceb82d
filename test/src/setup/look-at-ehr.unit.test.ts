import { describe, expect, test } from 'vitest'
import { Problem } from '../../../src/problem.ts'
import { lookAtEhr } from '../../../src/setup/look-at-ehr.ts'

const NOW = Date.parse('2026-11-22T17:00:00Z')
const BASE = 'https://ehr.example.org/fhir'

const STATEMENT = {
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  software: { name: 'Lakeside EMR', version: '7' },
  rest: [
    { mode: 'server', resource: [{ type: 'Patient', interaction: [{ code: 'read' }, { code: 'patch' }] }] },
  ],
}
const SMART = {
  issuer: 'https://ehr.example.org',
  jwks_uri: 'https://ehr.example.org/jwks',
  authorization_endpoint: 'https://login.example.org/authorize',
  token_endpoint: 'https://ehr.example.org/token',
  grant_types_supported: ['authorization_code', 'client_credentials'],
  code_challenge_methods_supported: ['S256'],
  capabilities: ['launch-ehr', 'client-confidential-asymmetric', 'sso-openid-connect', 'context-ehr-patient'],
}

type Answers = { metadata?: () => Response; smart?: () => Response; date?: string }

const ehrThat =
  ({ metadata, smart, date }: Answers): typeof fetch =>
  async (input) => {
    const headers = date ? { date } : {}
    const { url } = new Request(input)
    if (url === `${BASE}/metadata`) return metadata?.() ?? Response.json(STATEMENT, { headers })
    if (url === `${BASE}/.well-known/smart-configuration`) return smart?.() ?? Response.json(SMART)
    throw new Error(`nobody asked for ${url}`)
  }

const look = (answers: Answers, given = BASE) => lookAtEhr({ fetch: ehrThat(answers), now: () => NOW }, given)

/** As undici throws it: the code is on the cause. */
const broken = (code: string) => () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}

async function refusal(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Problem)) throw new Error(`no Problem but ${String(error)}`)
  return error
}

describe('what stands at a FHIR base', () => {
  test('an EHR with all that SMART asks for has nothing but good to say', async () => {
    const found = await look({})
    expect(found.findings.map(({ mood }) => mood)).toEqual(Array(7).fill('good'))
    expect(found).toMatchObject({
      name: 'Lakeside EMR 7',
      kind: 'generic',
      can: { Patient: 'ru' },
      authorizationOrigin: 'https://login.example.org',
      clockAheadMs: null,
    })
  })

  test.for([`${BASE}/`, `${BASE}/metadata`, ` ${BASE}/.well-known/smart-configuration `])(
    'it may be pasted as %s',
    async (given) => {
      expect((await look({}, given)).fhirBase).toBe(BASE)
    },
  )

  test.for([
    ['OpenEMR', BASE, 'openemr'],
    ['Medplum', BASE, 'medplum'],
    ['HAPI FHIR Server', BASE, 'generic'],
  ])('%s is registered as %s says', async ([software, , kind]) => {
    const metadata = () => Response.json({ ...STATEMENT, software: { name: software } })
    expect((await look({ metadata })).kind).toBe(kind)
  })

  test.for([
    [{ code_challenge_methods_supported: ['plain'] }, 'bad', /PKCE/],
    [{ jwks_uri: undefined }, 'bad', /lacks jwks_uri/],
    [{ token_endpoint_auth_signing_alg_values_supported: ['PS256'] }, 'bad', /ES384 or RS384.*PS256/],
    [{ capabilities: [] }, 'warn', /launch-ehr/],
    [{ capabilities: [] }, 'warn', /client-confidential-asymmetric/],
    [{ capabilities: [] }, 'warn', /sso-openid-connect/],
    [{ grant_types_supported: ['authorization_code'] }, 'warn', /see no chart/],
  ] as const)('%o is told as %s', async ([changes, mood, words]) => {
    const { findings } = await look({ smart: () => Response.json({ ...SMART, ...changes }) })
    expect(findings).toContainEqual({ mood, text: expect.stringMatching(words) as string })
  })

  test('an EHR without SMART is told, with what it does have', async () => {
    const { findings, name } = await look({ smart: () => Response.json({ error: 'no' }, { status: 404 }) })
    expect(name).toBe('Lakeside EMR 7')
    expect(findings).toContainEqual({
      mood: 'bad',
      text: expect.stringContaining('smart-configuration (404)') as string,
    })
  })

  test.for([
    ['Sun, 22 Nov 2026 17:04:00 GMT', /4 minutes ahead/],
    ['Sun, 22 Nov 2026 16:59:15 GMT', /45 seconds behind/],
  ] as const)('a clock that says %s is told', async ([date, words]) => {
    const { findings } = await look({ date })
    expect(findings).toContainEqual({ mood: 'warn', text: expect.stringMatching(words) as string })
  })

  test('a clock that is right is not mentioned', async () => {
    const { findings } = await look({ date: 'Sun, 22 Nov 2026 17:00:02 GMT' })
    expect(findings.filter(({ text }) => text.includes('clock'))).toEqual([])
  })
})

describe('why nothing that can be used stands there', () => {
  const HTML = () =>
    new Response('<!doctype html><title>Sign in</title>', { headers: { 'content-type': 'text/html' } })

  test.for([
    ['a web page', { metadata: HTML }, 'invalid-request', /web page, not with FHIR/],
    [
      'a redirect',
      {
        metadata: () =>
          new Response(null, { status: 301, headers: { location: 'https://new.example/fhir/metadata' } }),
      },
      'invalid-request',
      /on to https:\/\/new\.example/,
    ],
    [
      'R3',
      { metadata: () => Response.json({ ...STATEMENT, fhirVersion: '3.0.2' }) },
      'invalid-request',
      /FHIR 3\.0\.2; Portico needs R4/,
    ],
    [
      'R5',
      { metadata: () => Response.json({ ...STATEMENT, fhirVersion: '5.0.0' }) },
      'invalid-request',
      /needs R4/,
    ],
    [
      'another resource',
      { metadata: () => Response.json({ resourceType: 'Bundle' }) },
      'invalid-request',
      /no FHIR CapabilityStatement/,
    ],
    [
      'nothing',
      { metadata: () => new Response('not here', { status: 404 }) },
      'invalid-request',
      /no FHIR server.*404/,
    ],
    [
      'a closed door',
      { metadata: () => Response.json({}, { status: 401 }) },
      'invalid-request',
      /asks for a sign-in \(401\)/,
    ],
    [
      'a fault of its own',
      { metadata: () => new Response('oops', { status: 503 }) },
      'ehr-unavailable',
      /answers with 503/,
    ],
    ['no such host', { metadata: broken('ENOTFOUND') }, 'ehr-unavailable', /no host named ehr\.example\.org/],
    ['a closed port', { metadata: broken('ECONNREFUSED') }, 'ehr-unavailable', /refuses the connection/],
    ['silence', { metadata: broken('UND_ERR_CONNECT_TIMEOUT') }, 'ehr-unavailable', /within 10 seconds/],
    ['an old certificate', { metadata: broken('CERT_HAS_EXPIRED') }, 'ehr-unavailable', /has expired/],
    [
      'its own certificate',
      { metadata: broken('DEPTH_ZERO_SELF_SIGNED_CERT') },
      'ehr-unavailable',
      /NODE_EXTRA_CA_CERTS/,
    ],
    [
      "another's certificate",
      { metadata: broken('ERR_TLS_CERT_ALTNAME_INVALID') },
      'ehr-unavailable',
      /made for another name/,
    ],
    [
      'no TLS',
      { metadata: broken('ERR_SSL_WRONG_VERSION_NUMBER') },
      'ehr-unavailable',
      /does not speak https/,
    ],
    [
      'something unheard of',
      { metadata: broken('EWEIRD') },
      'ehr-unavailable',
      /cannot be reached \(EWEIRD\)/,
    ],
  ] as const)('%s', async ([, answers, code, words]) => {
    const problem = await refusal(look(answers))
    expect(problem.code).toBe(code)
    expect(problem.message).toMatch(words)
  })

  test.for([
    'ehr.example.org',
    'ftp://ehr.example.org',
    'https://me:secret@ehr.example.org/fhir',
    `${BASE}?a=b`,
  ])('%s is no address', async (given) => {
    expect((await refusal(look({}, given))).message).toMatch(/whole address/)
  })

  test('plain http is refused but on this machine', async () => {
    expect((await refusal(look({}, 'http://ehr.example.org/fhir'))).message).toMatch(/in the clear/)
  })
})
