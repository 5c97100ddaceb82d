import { decodeJwt } from 'jose'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { refreshGrant } from '../../smart-launch/index.ts'
import { startEhr } from './ehr.ts'
import { refuses } from './refuses.ts'

const ehr = await startEhr()
afterAll(() => ehr.close())
beforeEach(() => ehr.reset())

const granted = { refreshToken: 'refresh+1', scope: 'openid launch user/Patient.rs user/Consent.crus' }
const refresh = () => refreshGrant(ehr.client, granted, ehr.deps())

test('a refresh proves who asks, each time anew', async () => {
  await refresh()
  await refresh()
  const bodies = ehr.tokenRequests().map((request) => Object.fromEntries(request.body))
  expect(bodies[0]).toEqual({
    grant_type: 'refresh_token',
    refresh_token: 'refresh+1',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: expect.any(String) as string,
  })
  const ids = bodies.map((body) => decodeJwt(body['client_assertion'] ?? '').jti)
  expect(new Set(ids).size).toBe(2)
})

test('the new refresh token replaces the old', async () => {
  ehr.bends.tokenAnswer = { access_token: 'access-2', refresh_token: 'refresh-2', scope: granted.scope }
  expect(await refresh()).toEqual({
    accessToken: 'access-2',
    refreshToken: 'refresh-2',
    expiresAt: ehr.time.at + 3_600_000,
    scope: granted.scope,
  })
})

test.each([undefined, null])('without a new one (%s) the old is kept', async (token) => {
  ehr.bends.tokenAnswer = { refresh_token: token }
  expect((await refresh()).refreshToken).toBe('refresh+1')
})

test.each([
  ['no scope means the same', undefined, granted.scope],
  ['fewer scopes', 'openid user/Patient.rs', 'openid user/Patient.rs'],
  ['fewer rights', 'user/Consent.rs', 'user/Consent.rs'],
  ['the same in v1 words', 'user/Patient.read', 'user/Patient.read'],
  [
    'more scopes are not taken',
    'openid user/Patient.rs user/Observation.rs offline_access',
    'openid user/Patient.rs',
  ],
  ['more rights are not taken', 'openid user/Patient.cruds user/*.rs system/Patient.rs', 'openid'],
])('%s', async (_, answered, scope) => {
  ehr.bends.tokenAnswer = { scope: answered }
  expect((await refresh()).scope).toBe(scope)
})

test('a refresh token that the EHR takes no more ends the grant', async () => {
  ehr.bends.instead.token = () => Response.json({ error: 'invalid_grant' }, { status: 400 })
  const error = await refuses(refresh(), 'grant-ended')
  expect(error.message).not.toContain('refresh+1')
})

test('an EHR that is away does not end the grant', async () => {
  ehr.bends.instead.token = () => new Response('', { status: 502 })
  await refuses(refresh(), 'ehr-unavailable')
})

test('an answer of another form is refused', async () => {
  ehr.bends.tokenAnswer = { access_token: 7 }
  await refuses(refresh(), 'token-invalid')
})
