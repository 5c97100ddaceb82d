import { describe, expect, test } from 'vitest'
import { readCapability } from '../../../src/fhir/capability.ts'
import type { Practice } from '../../../src/practices/practice.ts'
import { Problem } from '../../../src/problem.ts'
import { answerOf } from '../../../src/report/answer-of.ts'
import { askEhr, skewOf } from '../../../src/report/ask-ehr.ts'
import type { Finding } from '../../../src/report/findings.ts'
import { smartChecks, type SmartFacts } from '../../../src/report/smart-checks.ts'
import { addressFinding, clockCheck, mailCheck } from '../../../src/report/surroundings.ts'
import { FULL } from '../../support/ehrs.ts'
import { startSmtp } from '../../support/smtp.ts'

const DAY_MS = 86_400_000
const NOW = Date.parse('2026-11-22T17:00:00Z')

const ENDPOINTS = {
  issuer: 'https://emr.example',
  authorization_endpoint: 'https://emr.example/oauth/authorize',
  token_endpoint: 'https://emr.example/oauth/token',
  jwks_uri: 'https://emr.example/oauth/jwks',
}
const SMART = {
  ...ENDPOINTS,
  capabilities: [
    'launch-ehr',
    'context-ehr-patient',
    'client-confidential-asymmetric',
    'sso-openid-connect',
    'permission-v2',
  ],
  code_challenge_methods_supported: ['S256'],
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
}
const NOTHING = {
  ...ENDPOINTS,
  capabilities: [],
  code_challenge_methods_supported: [],
  grant_types_supported: [],
  token_endpoint_auth_methods_supported: [],
  token_endpoint_auth_signing_alg_values_supported: [],
}
const FACTS: SmartFacts = {
  fhirBase: 'https://emr.example/fhir',
  capability: readCapability(FULL.statement, FULL.smart),
  answer: { reached: true, certificate: null, smart: SMART, skewSeconds: 0 },
  alg: 'ES384',
  asked: { staff: 'launch user/Patient.rus', service: 'system/Patient.rs' },
  granted: { staff: 'user/Patient.rus', service: 'system/Patient.rs' },
  service: 'yes',
  lastLaunch: NOW,
  jwks: { address: 'https://portico.example/.well-known/jwks.json', state: 'yes' },
}
const SILENT = { reached: false, certificate: null, smart: null, skewSeconds: null }
const about = (changes: Partial<SmartFacts>) =>
  Object.fromEntries(
    smartChecks({ ...FACTS, ...changes }).map(({ id, state, how }: Finding) => [id, `${state} ${how}`]),
  )

describe('the SMART checklist', () => {
  test('all is well', () => {
    const states = smartChecks(FACTS).map(({ id, state }) => [id, state])
    expect(states.filter(([, state]) => state !== 'ok')).toEqual([])
    expect(states.map(([id]) => id)).toEqual([
      'https',
      'discovery',
      'pkce',
      'launch',
      'client-auth',
      'signing',
      'sign-in',
      'scope-form',
      'jwks',
      'last-launch',
      'staff-scopes',
      'service-token',
      'service-scopes',
    ])
  })

  test.each<[string, Partial<SmartFacts>, string]>([
    [
      'silent',
      { capability: null, answer: { ...FACTS.answer, reached: false, smart: null } },
      'fault silent',
    ],
    ['silent by now', { answer: { ...FACTS.answer, reached: false, smart: null } }, 'fault silent-now'],
    ['something else', { capability: null }, 'fault not-fhir'],
    [
      'one with a certificate that has expired',
      { answer: { reached: false, certificate: 'expired', smart: null, skewSeconds: null } },
      'fault expired',
    ],
    ['no SMART server', { answer: { ...FACTS.answer, smart: null } }, 'fault not-smart'],
    [
      'another FHIR',
      { capability: readCapability({ ...(FULL.statement as object), fhirVersion: '5.0.0' }, FULL.smart) },
      'fault version',
    ],
    ['as it should be', {}, 'ok yes'],
  ])('an EHR that is %s', (_what, changes, expected) => {
    expect(about(changes)['discovery']).toBe(expected)
  })

  test.each([
    ['https://emr.example/fhir', { issuer: '' }, 'issuer'],
    ['https://emr.example/fhir', { token_endpoint: '', jwks_uri: '' }, 'token_endpoint, jwks_uri'],
    ['https://emr.example/fhir', { token_endpoint: 'http://emr.example/t' }, 'token_endpoint'],
    ['https://emr.example/fhir', { authorization_endpoint: 'javascript:0' }, 'authorization_endpoint'],
    ['https://emr.example/fhir', { token_endpoint: '/oauth/token' }, null],
    ['http://127.0.0.1/fhir', { token_endpoint: 'http://127.0.0.1/t' }, null],
  ])('nobody launches from %s with %o', (fhirBase, changes, value) => {
    const answer = { ...FACTS.answer, smart: { ...SMART, ...changes } }
    const discovery = smartChecks({ ...FACTS, fhirBase, answer }).find(({ id }) => id === 'discovery')
    expect(discovery).toMatchObject(
      value === null ? { state: 'ok', value } : { state: 'fault', how: 'no-endpoints', value },
    )
  })

  test('what an EHR does not say is no matter once a launch has worked', () => {
    const answer = { ...FACTS.answer, smart: NOTHING }
    expect(about({ answer })).toMatchObject({
      pkce: 'fault no',
      launch: 'ok proven',
      'client-auth': 'ok proven',
      signing: 'ok proven',
      'sign-in': 'ok proven',
      'scope-form': 'unknown unsaid',
    })
    expect(about({ answer, lastLaunch: null })).toMatchObject({
      launch: 'warning unsaid',
      'client-auth': 'warning unsaid',
      signing: 'unknown unsaid',
      'sign-in': 'warning unsaid',
      'last-launch': 'unknown none',
    })
  })

  test('a key of a kind that the EHR does not take', () => {
    const smart = { ...SMART, token_endpoint_auth_signing_alg_values_supported: ['RS384', 'RS512'] }
    const signing = smartChecks({ ...FACTS, answer: { ...FACTS.answer, smart } }).find(
      ({ id }) => id === 'signing',
    )
    expect(signing).toMatchObject({ state: 'fault', how: 'no', value: 'RS384, RS512' })
  })

  test.each([
    ['none', 'unknown'],
    ['no-way', 'unknown'],
    ['unasked', 'unknown'],
    ['refused', 'fault'],
    ['silent', 'fault'],
    ['yes', 'ok'],
  ] as const)('a token of the service: %s', (service, state) => {
    expect(about({ service })['service-token']).toBe(`${state} ${service}`)
  })

  test.each([
    ['yes', 'ok', null],
    ['other', 'fault', FACTS.jwks.address],
    ['silent', 'warning', FACTS.jwks.address],
    ['expired', 'fault', FACTS.jwks.address],
    ['other-name', 'fault', FACTS.jwks.address],
    ['untrusted', 'warning', FACTS.jwks.address],
    ['stopped', 'unknown', FACTS.jwks.address],
  ] as const)('our keys at the address that the EHR reads: %s', (state, expected, value) => {
    const jwks = { ...FACTS.jwks, state }
    expect(smartChecks({ ...FACTS, jwks }).find(({ id }) => id === 'jwks')).toMatchObject({
      state: expected,
      how: state,
      value,
    })
  })

  test('of scopes nothing is said while there is nothing to go by', () => {
    const ids = Object.keys(about({ granted: { staff: null, service: null } }))
    expect(ids.filter((id) => id.endsWith('-scopes'))).toEqual([])
  })

  test('scopes that are missing can be copied', () => {
    const granted = { staff: 'user/Patient.rs', service: '' }
    const found = smartChecks({ ...FACTS, granted }).filter(({ id }) => id.endsWith('-scopes'))
    expect(found.map(({ state, value }) => [state, value])).toEqual([
      ['warning', 'user/Patient.u'],
      ['warning', 'system/Patient.rs'],
    ])
  })

  test('plain http is told', () => {
    expect(about({ fhirBase: 'http://127.0.0.1/fhir' })['https']).toBe('warning no')
  })
})

describe('clocks', () => {
  const headers = (offsetSeconds: number, age?: string) =>
    new Headers({
      date: new Date(Math.floor(NOW / 1000) * 1000 + offsetSeconds * 1000).toUTCString(),
      ...(age === undefined ? {} : { age }),
    })

  test.each([
    ['together', headers(0), NOW, NOW + 400, 0],
    ['within the second that the header rounds off', headers(0), NOW + 999, NOW + 1400, 0],
    ['an answer that took its time', headers(3), NOW, NOW + 4000, 0],
    ['the EHR ahead', headers(90), NOW, NOW + 200, 90],
    ['the EHR behind', headers(-90), NOW, NOW + 200, 89],
    ['an answer from a cache', headers(-300, '300'), NOW, NOW, 0],
    ['no time at all', new Headers(), NOW, NOW, null],
    ['no time to be read', new Headers({ date: 'soon' }), NOW, NOW, null],
  ])('%s', (_what, given, asked, answered, expected) => {
    expect(skewOf(given, asked, answered)).toBe(expected)
  })

  test.each([
    [0, 'ok agree'],
    [30, 'ok agree'],
    [31, 'warning apart'],
    [121, 'fault far-apart'],
    [null, 'unknown untold'],
  ])('%s seconds', (skewSeconds, expected) => {
    const { state, how } = clockCheck({ ...SILENT, reached: true, skewSeconds })
    expect(`${state} ${how}`).toBe(expected)
  })

  test('an EHR that is away tells none', () => {
    expect(clockCheck(SILENT).how).toBe('silent')
  })
})

describe('asking an EHR', () => {
  const ask = (answer: () => Promise<Response>) =>
    askEhr({ fetch: answer, now: () => NOW }, 'https://emr.example/fhir')

  const failed = (code: string) => () =>
    Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }))

  test.each([
    ['a document', async () => Response.json(SMART), { ...SILENT, reached: true, smart: SMART }],
    ['none', async () => new Response('', { status: 404 }), { ...SILENT, reached: true }],
    ['a page', async () => new Response('<h1>'), { ...SILENT, reached: true }],
    ['a proxy in front of nothing', async () => new Response('', { status: 502 }), SILENT],
    ['nothing', failed('ECONNREFUSED'), SILENT],
    ['an old certificate', failed('CERT_HAS_EXPIRED'), { ...SILENT, certificate: 'expired' }],
    ['another name', failed('ERR_TLS_CERT_ALTNAME_INVALID'), { ...SILENT, certificate: 'other-name' }],
    ['its own authority', failed('SELF_SIGNED_CERT_IN_CHAIN'), { ...SILENT, certificate: 'untrusted' }],
  ])('%s', async (_what, answer, expected) => {
    expect(await ask(answer)).toEqual(expected)
  })
})

describe('what is asked for', () => {
  test('is there', async () => {
    expect(await answerOf(Promise.resolve(1), 1000)).toEqual({ value: 1 })
  })

  test('is refused, which is a line of the report', async () => {
    expect(await answerOf(Promise.reject(new Problem('ehr-refused')), 1000)).toEqual({ code: 'ehr-refused' })
  })

  test('does not come in time', async () => {
    expect(await answerOf(new Promise(() => {}), 10)).toEqual({ code: 'ehr-timeout' })
  })

  test('a mistake of our own is none', async () => {
    await expect(answerOf(Promise.reject(new TypeError('ours')), 1000)).rejects.toThrow('ours')
  })
})

describe('the address of the portal', () => {
  const until = (days: number) => NOW + days * DAY_MS
  test.each([
    ['https://p.example', { state: 'ok', certificateUntil: until(60) }, 'ok until'],
    ['https://p.example', { state: 'ok', certificateUntil: until(20) }, 'warning ends'],
    ['https://p.example', { state: 'unreachable', certificateUntil: until(-1) }, 'fault ended'],
    ['https://p.example', { state: 'ok', certificateUntil: null }, 'ok yes'],
    ['http://p.example', { state: 'ok', certificateUntil: null }, 'warning plain'],
    ['https://p.example', { state: 'other', certificateUntil: until(60) }, 'fault other'],
    ['https://p.example', { state: 'unreachable', certificateUntil: null }, 'fault silent'],
    ['https://p.example', { state: 'unreachable', certificateUntil: until(60) }, 'fault untrusted'],
  ] as const)('%s, %o', (address, answer, expected) => {
    const { state, how } = addressFinding(address, answer, NOW)
    expect(`${state} ${how}`).toBe(expected)
  })
})

describe('mail', () => {
  const at = (port: number, user?: string, password?: string) =>
    ({ mail: { from: 'p@p.example', host: '127.0.0.1', port, security: 'none', user, password } }) as Practice

  test('none is set', async () => {
    expect(await mailCheck({ mail: null })).toMatchObject({ state: 'warning', how: 'none' })
  })

  test('the server lets Portico in, and no mail is sent', async () => {
    const { port, received, signIns } = await startSmtp({ allowInsecureAuth: true })
    expect(await mailCheck(at(port, 'portico', 'right'))).toMatchObject({ state: 'ok', how: 'yes' })
    expect(signIns).toHaveLength(1)
    expect(received).toEqual([])
  })

  test('a wrong password', async () => {
    const { port } = await startSmtp({ allowInsecureAuth: true })
    expect(await mailCheck(at(port, 'portico', 'wrong'))).toMatchObject({ state: 'fault', how: 'sign-in' })
  })

  test('nobody listens', async () => {
    expect(await mailCheck(at(9))).toMatchObject({ state: 'fault', how: 'not-reached' })
  })
})
