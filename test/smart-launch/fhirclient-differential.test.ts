import { randomUUID } from 'node:crypto'
import * as security from 'fhirclient/lib/security/server.js'
import { authorize, buildTokenRequest } from 'fhirclient/lib/smart.js'
import type { fhirclient } from 'fhirclient/lib/types.js'
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose'
import { afterAll, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { beginLaunch, completeLaunch } from '../../smart-launch/index.ts'
import { startEhr } from './ehr.ts'

/** The steps that are written here by the RFC must say what fhirclient says, wherever fhirclient is right. */
const ehr = await startEhr()
afterAll(() => ehr.close())
beforeEach(() => ehr.reset())

const key = () => structuredClone(ehr.client.privateKeyJwk) as unknown as fhirclient.JWK

function smartEnv() {
  const kept = new Map<string, unknown>()
  const env = {
    options: {},
    security,
    getUrl: () =>
      new URL(`https://portal.example/launch?${new URLSearchParams({ iss: ehr.iss, launch: 'xyz' })}`),
    getStorage: () => ({
      get: (name: string) => Promise.resolve(kept.get(name)),
      set: (name: string, value: unknown) => Promise.resolve(void kept.set(name, value)),
      unset: (name: string) => Promise.resolve(kept.delete(name)),
    }),
    base64urlencode: (input: Uint8Array) => Buffer.from(input).toString('base64url'),
  }
  return { env: env as unknown as fhirclient.Adapter, kept }
}

async function authorizeByFhirclient() {
  const { env, kept } = smartEnv()
  const stateKey = randomUUID()
  const { clientId, scope, redirectUri } = ehr.client
  const options = { clientId, scope, redirectUri, pkceMode: 'required', noRedirect: true, stateKey } as const
  const url = new URL(String(await authorize(env, options)))
  return { url, env, state: kept.get(stateKey) as fhirclient.ClientState }
}

const without = (url: URL, ...names: string[]) =>
  Object.fromEntries([...url.searchParams].filter(([name]) => !names.includes(name)))

test('both ask the EHR for authorization alike', async () => {
  const theirs = await authorizeByFhirclient()
  const { authorizeUrl } = await beginLaunch(ehr.client, { iss: ehr.iss, launch: 'xyz' }, ehr.deps())
  const ours = new URL(authorizeUrl)
  expect(ours.origin + ours.pathname).toBe(theirs.url.origin + theirs.url.pathname)
  expect(without(ours, 'state', 'code_challenge', 'nonce')).toEqual(
    without(theirs.url, 'state', 'code_challenge'),
  )
  expect(ours.searchParams.get('code_challenge')).toHaveLength(
    theirs.url.searchParams.get('code_challenge')?.length ?? 0,
  )
})

test('both trade the code alike', async () => {
  const { env, state } = await authorizeByFhirclient()
  const theirs = await buildTokenRequest(env, { code: 'plain-code', state, privateKey: key() })
  const theirBody = new URLSearchParams(z.string().parse(theirs.body))

  const deps = ehr.deps()
  const { authorizeUrl, pending } = await beginLaunch(ehr.client, { iss: ehr.iss, launch: 'xyz' }, deps)
  await completeLaunch(ehr.client, pending, ehr.authorize(authorizeUrl), deps)
  const ourBody = ehr.tokenRequests()[0]?.body ?? new URLSearchParams()

  expect([...ourBody.keys()].sort()).toEqual([...theirBody.keys()].sort())
  for (const name of ['grant_type', 'redirect_uri', 'client_assertion_type']) {
    expect(ourBody.get(name)).toBe(theirBody.get(name))
  }
  const [ours, their] = [ourBody, theirBody].map((body) => body.get('client_assertion') ?? '')
  expect(decodeProtectedHeader(ours ?? '')).toEqual(decodeProtectedHeader(their ?? ''))
  const constant = (claims: JWTPayload) => ({ ...claims, jti: 'once', exp: 'soon' })
  expect(constant(decodeJwt(ours ?? ''))).toEqual(constant(decodeJwt(their ?? '')))
})
