import { afterAll, beforeEach, expect, test } from 'vitest'
import { createServiceTokens } from '../../smart-launch/index.ts'
import { startEhr } from './ehr.ts'
import { refuses } from './refuses.ts'

const ehr = await startEhr()
afterAll(() => ehr.close())
beforeEach(() => ehr.reset())

const create = () => createServiceTokens(ehr.client, ehr.deps())

test('the service asks with its own scopes and assertion', async () => {
  expect(await create().token()).toBe('access-1')
  expect(Object.fromEntries(ehr.tokenRequests()[0]?.body ?? [])).toEqual({
    grant_type: 'client_credentials',
    scope: 'system/Patient.rs',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: expect.any(String) as string,
  })
})

test('an EHR that knows v1 scopes alone is asked in v1', async () => {
  ehr.bends.configuration = { capabilities: ['permission-v1'] }
  await create().token()
  expect(ehr.tokenRequests()[0]?.body.get('scope')).toBe('system/Patient.read')
})

test('a token is kept until 30 seconds before its end', async () => {
  ehr.bends.tokenAnswer = { expires_in: 300 }
  const tokens = create()
  await tokens.token()
  ehr.time.at += 269_000
  await tokens.token()
  expect(ehr.tokenRequests()).toHaveLength(1)
  ehr.time.at += 1000
  ehr.bends.tokenAnswer = { access_token: 'access-2' }
  expect(await tokens.token()).toBe('access-2')
})

test('many who ask at once share one request', async () => {
  const tokens = create()
  const all = await Promise.all(Array.from({ length: 20 }, () => tokens.token()))
  expect(new Set(all)).toEqual(new Set(['access-1']))
  expect(ehr.tokenRequests()).toHaveLength(1)
})

test('a failure is told to all who wait and not remembered', async () => {
  const tokens = create()
  ehr.bends.instead.token = () => new Response('', { status: 500 })
  await Promise.all([refuses(tokens.token(), 'ehr-unavailable'), refuses(tokens.token(), 'ehr-unavailable')])
  expect(ehr.tokenRequests()).toHaveLength(1)
  ehr.bends.instead = {}
  expect(await tokens.token()).toBe('access-1')
})

test('a token that the EHR refused is not handed out again, one that replaced it is kept', async () => {
  const tokens = create()
  await tokens.token()
  tokens.forget('access-1')
  ehr.bends.tokenAnswer = { access_token: 'access-2' }
  expect(await tokens.token()).toBe('access-2')
  tokens.forget('access-1')
  expect(await tokens.token()).toBe('access-2')
  expect(ehr.tokenRequests()).toHaveLength(2)
})

test('what was granted is known; silence means what was asked for', async () => {
  ehr.bends.tokenAnswer = { scope: 'system/Patient.r' }
  expect(await create().scope()).toBe('system/Patient.r')
  ehr.bends.tokenAnswer = { scope: undefined }
  expect(await create().scope()).toBe('system/Patient.rs')
})

test('a new token can be asked for; until there is one, the old one is good', async () => {
  const tokens = create()
  await tokens.token()
  ehr.bends.instead.token = () => new Response('', { status: 500 })
  await refuses(tokens.renewedScope(), 'ehr-unavailable')
  expect(await tokens.token()).toBe('access-1')
  ehr.bends.instead = {}
  ehr.bends.tokenAnswer = { access_token: 'access-2', scope: 'system/Patient.r' }
  expect(await tokens.renewedScope()).toBe('system/Patient.r')
  expect(await tokens.token()).toBe('access-2')
})

test('a refusal is remembered for five minutes, unless somebody asks anew', async () => {
  const tokens = create()
  const refuse = () => {
    ehr.bends.instead.token = () => Response.json({ error: 'invalid_client' }, { status: 401 })
  }
  refuse()
  await refuses(tokens.token(), 'client-misconfigured')
  ehr.bends.instead = {}
  ehr.time.at += 5 * 60_000 - 1
  await Promise.all([
    refuses(tokens.token(), 'client-misconfigured'),
    refuses(tokens.scope(), 'client-misconfigured'),
  ])
  expect(ehr.tokenRequests()).toHaveLength(1)
  ehr.time.at += 1
  expect(await tokens.token()).toBe('access-1')

  tokens.forget('access-1')
  refuse()
  await refuses(tokens.scope(), 'client-misconfigured')
  ehr.bends.instead = {}
  ehr.bends.tokenAnswer = { scope: 'system/Patient.r' }
  expect(await tokens.renewedScope()).toBe('system/Patient.r')
  expect(await tokens.token()).toBe('access-1')
  expect(ehr.tokenRequests()).toHaveLength(4)
})

test.each(['unauthorized_client', 'invalid_scope', 'unsupported_grant_type', 'invalid_grant'])(
  'an EHR that answers %s grants no service access',
  async (error) => {
    ehr.bends.instead.token = () => Response.json({ error }, { status: 400 })
    await refuses(create().token(), 'client-misconfigured')
  },
)
