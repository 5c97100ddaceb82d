import { UnsecuredJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  CDS_ISSUER,
  CDS_SERVICE,
  type CdsKey,
  createCdsKey,
  openCds,
  patientView,
} from '../../support/cds.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { expectOk, openService } from '../../support/service.ts'

let own: CdsKey
let stranger: CdsKey
let emr: Awaited<ReturnType<typeof openCds>>
beforeAll(async () => {
  own = await createCdsKey('emr-1')
  stranger = await createCdsKey('emr-1')
  emr = await openCds([own])
})

const ask = async (token: string) => emr.call(patientView(PEOPLE.walter), { token })

describe('a call that is not signed as it must be is refused', () => {
  const tokens: [name: string, token: () => Promise<string> | string][] = [
    ['by a key that the practice does not know', () => emr.sign({}, { key: stranger })],
    ['under a kid that the practice does not know', () => emr.sign({}, { header: { kid: 'other' } })],
    ['without a kid', () => emr.sign({}, { header: { kid: undefined } })],
    ['without typ', () => emr.sign({}, { header: { typ: undefined } })],
    ['by nobody (alg none)', () => new UnsecuredJWT({ iss: CDS_ISSUER, aud: CDS_SERVICE }).encode()],
    ['by an issuer that the practice does not know', () => emr.sign({ iss: 'https://other.example' })],
    ['for the address of the discovery', () => emr.sign({ aud: CDS_SERVICE.replace('/portal-access', '') })],
    ['for another practice', () => emr.sign({ aud: CDS_SERVICE.replace('fernwood', 'harbor') })],
    ['for two addresses', () => emr.sign({ aud: [CDS_SERVICE, 'https://other.example'] })],
    ['for a time that is over', () => emr.sign({ iat: -120, exp: -31 })],
    ['for more than five minutes', () => emr.sign({ exp: 331 })],
    ['in the future', () => emr.sign({ iat: 31, exp: 90 })],
    ['without jti', () => emr.sign({ jti: undefined as unknown as string })],
    ['with an empty jti', () => emr.sign({ jti: '' })],
    ['with a jti that is a number', () => emr.sign({ jti: 7 as unknown as string })],
    ['with a list as jti', () => emr.sign({ jti: ['seven'] as unknown as string })],
    ['with a jti of a thousand characters', () => emr.sign({ jti: 'x'.repeat(1000) })],
    ['with anything but a token', () => 'Walter'],
    ['with something behind the signature changed', async () => `${(await emr.sign()).slice(0, -4)}AAAA`],
  ]
  test.each(tokens)('%s', async (_, token) => {
    const answer = await ask(await token())
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    await expectRefusal(answer, 'cds-refused')
  })

  test('without Authorization, or with a password', async () => {
    const body = patientView(PEOPLE.walter)
    await expectRefusal(await emr.call(body, { headers: { authorization: '' } }), 'cds-refused')
    await expectRefusal(await emr.call(body, { headers: { authorization: 'Basic YTpi' } }), 'cds-refused')
  })

  test('a second time with the same token, by the next millisecond and until it is over', async () => {
    const token = await emr.sign()
    await expectOk(ask(token))
    await expectRefusal(await ask(token), 'cds-refused')
    emr.clock.now += 80_000
    await expectRefusal(await ask(token), 'cds-refused')
  })

  test('twice at once: one of the two', async () => {
    const token = await emr.sign()
    const answers = await Promise.all([ask(token), ask(token), ask(token)])
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    for (const refused of answers.filter(({ ok }) => !ok)) await expectRefusal(refused, 'cds-refused')
  })

  test('nothing about the patient is read for it', async () => {
    const reads = () =>
      emr.store.db.selectFrom('audit').select('id').where('action', '=', 'access.read').execute()
    const before = await reads()
    await ask(await emr.sign({}, { key: stranger }))
    expect(await reads()).toEqual(before)
  })
})

test.each([
  ['the EMR’s clock is half a minute slow', { iat: -30, exp: 30 }],
  ['the EMR’s clock is half a minute fast', { iat: 29, exp: 89 }],
  ['the token has just ended by our clock', { iat: -60, exp: -29 }],
  ['the token lives five minutes', { iat: 0, exp: 300 }],
  ['the token ends in the middle of a second', { exp: 60.1234567 }],
  ['the token was signed in the middle of a second', { iat: -0.5, exp: 59.5 }],
  ['the address stands in a list of one', { aud: [CDS_SERVICE] }],
])('a call is answered while %s', async (_, claims) => {
  await expectOk(ask(await emr.sign(claims)))
})

test.each(['ES384', 'ES256', 'RS384', 'PS256'])('%s is an algorithm that EMRs may sign with', async (alg) => {
  const key = await createCdsKey('emr-1', alg)
  const service = await openCds([key])
  await expectOk(service.call(patientView(PEOPLE.walter)))
})

test.each(['ES512', 'RS256', 'EdDSA'])('%s is not', async (alg) => {
  const key = await createCdsKey('emr-1', alg)
  const service = await openCds([key])
  await expectRefusal(await service.call(patientView(PEOPLE.walter)), 'cds-refused')
})

test('keys that a token names itself are never fetched nor believed', async () => {
  const asked = emr.emr.requests.length
  const header = { jku: 'http://127.0.0.1:8081/oauth/jwks.json', jwk: stranger.publicJwk }
  await expectRefusal(await ask(await emr.sign({}, { key: stranger, header })), 'cds-refused')
  expect(emr.emr.requests).toHaveLength(asked)
})

test('keys that cannot be fetched are the EMR’s trouble, not a wrong token', async () => {
  const jwks = 'http://127.0.0.1:8081/no-keys-here.json'
  const service = await openCds([own], { jwks })
  await expectRefusal(await service.call(patientView(PEOPLE.walter)), 'ehr-unavailable')
})

describe('a body that is not a chart opened by staff is refused', () => {
  const bodies: [name: string, body: unknown, pointer: string][] = [
    ['another hook', patientView(PEOPLE.walter, { hook: 'order-sign' }), '/hook'],
    ['no hookInstance', patientView(PEOPLE.walter, { hookInstance: undefined }), '/hookInstance'],
    ['a hookInstance that is no UUID', patientView(PEOPLE.walter, { hookInstance: '1' }), '/hookInstance'],
    ['no context', patientView(PEOPLE.walter, { context: undefined }), '/context'],
    ['no patient', patientView('', {}), '/context/patientId'],
    ['a path as patient', patientView('../Practitioner/1'), '/context/patientId'],
    [
      'a patient who looks',
      patientView('12', { context: { userId: 'Patient/12', patientId: '12' } }),
      '/context/userId',
    ],
  ]
  test.each(bodies)('%s', async (_, body, pointer) => {
    const refused = await expectRefusal(await emr.call(body), 'invalid-request')
    expect(refused['issues']).toEqual([expect.objectContaining({ pointer })])
  })

  test('JSON that is none', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await emr.sign()}` }
    const answer = await emr.app.request(CDS_SERVICE, { method: 'POST', headers, body: '{' })
    await expectRefusal(answer, 'invalid-request')
  })

  test('more than 64 kB', async () => {
    const body = patientView(PEOPLE.walter, { prefetch: { patient: 'x'.repeat(70_000) } })
    await expectRefusal(await emr.call(body), 'too-large')
  })
})

test('where the configuration names no EMR the addresses are not there', async () => {
  const off = await openService({ practice: { cdsClients: [] } })
  const get = (path: string) => off.app.request(`http://localhost:8080${path}`)
  await expectRefusal(await get('/fernwood/cds-services'), 'not-found')
  await expectRefusal(await get('/nowhere/cds-services'), 'not-found')
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await emr.sign()}` }
  const body = JSON.stringify(patientView(PEOPLE.walter))
  await expectRefusal(await off.app.request(CDS_SERVICE, { method: 'POST', headers, body }), 'not-found')
})
