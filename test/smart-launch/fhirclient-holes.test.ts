import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { beginLaunch, completeLaunch, readLaunchRequest, refreshGrant } from '../../smart-launch/index.ts'
import { NOON, startEhr } from './ehr.ts'
import { refuses } from './refuses.ts'

/** fhirclient's known holes, by name. The library may keep them: what is tested is that none reaches through. */
const ehr = await startEhr()
afterAll(() => ehr.close())
beforeEach(() => ehr.reset())

async function launch() {
  const deps = ehr.deps()
  const { authorizeUrl, pending } = await beginLaunch(ehr.client, { iss: ehr.iss, launch: 'xyz' }, deps)
  return { authorizeUrl, pending, query: ehr.authorize(authorizeUrl), deps }
}

test('query overrides options', async () => {
  const query = `iss=${encodeURIComponent(ehr.iss)}&launch=x&clientId=evil&patientId=VICTIM&fhirServiceUrl=http://evil.example`
  const request = readLaunchRequest(new URLSearchParams(query))
  const { authorizeUrl, pending } = await beginLaunch(ehr.client, request, ehr.deps())
  expect(new URL(authorizeUrl).searchParams.get('client_id')).toBe('portico')
  expect(authorizeUrl + JSON.stringify(pending)).not.toMatch(/evil|VICTIM/)
})

test('a launch without iss skips OAuth', async () => {
  const query = new URLSearchParams('fhirServiceUrl=http://evil.example&patientId=VICTIM')
  await refuses(
    Promise.resolve().then(() => readLaunchRequest(query)),
    'launch-refused',
  )
  expect(ehr.requests).toEqual([])
})

test('code not encoded', async () => {
  const { pending, query, deps } = await launch()
  query.set('code', 'a+b&client_id=evil')
  ehr.bends.instead.token = () => Response.json({ error: 'invalid_grant' }, { status: 400 })
  await refuses(completeLaunch(ehr.client, pending, query, deps), 'code-refused')
  const body = ehr.tokenRequests()[0]?.body
  expect(body?.get('code')).toBe('a+b&client_id=evil')
  expect(body?.has('client_id')).toBe(false)
})

test('Math.random state', async () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.5)
  const [one, two] = [await launch(), await launch()]
  expect(random).not.toHaveBeenCalled()
  random.mockRestore()
  expect(one.pending.state).not.toBe(two.pending.state)
  expect(Buffer.from(one.pending.state, 'base64url').length * 8).toBeGreaterThanOrEqual(122)
})

test('state not bound to the browser', async () => {
  const [victim, attacker] = [await launch(), await launch()]
  await refuses(completeLaunch(ehr.client, victim.pending, attacker.query, victim.deps), 'state-mismatch')
  await refuses(completeLaunch(ehr.client, undefined, attacker.query, attacker.deps), 'state-mismatch')
  expect(ehr.tokenRequests()).toEqual([])
})

test('id_token never verified', async () => {
  ehr.bends.idToken = async (claims) =>
    `${(await ehr.sign(claims)).split('.').slice(0, 2).join('.')}.c2lnbmF0dXJl`
  const { pending, query, deps } = await launch()
  await refuses(completeLaunch(ehr.client, pending, query, deps), 'id-token-invalid')
})

test('no nonce', async () => {
  const first = await launch()
  expect(new URL(first.authorizeUrl).searchParams.get('nonce')).toBe(first.pending.nonce)
  const second = await launch()
  ehr.bends.claims = { nonce: first.pending.nonce }
  await refuses(completeLaunch(ehr.client, second.pending, second.query, second.deps), 'id-token-invalid')
})

test('no client assertion on refresh', async () => {
  await refreshGrant(ehr.client, { refreshToken: 'refresh-1', scope: ehr.client.scope }, ehr.deps())
  const body = ehr.tokenRequests()[0]?.body
  expect(body?.get('client_assertion')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  expect(body?.has('client_id')).toBe(false)
})

test('private key stored in session state', async () => {
  const { pending, query, deps } = await launch()
  const grant = await completeLaunch(ehr.client, pending, query, deps)
  const kept = JSON.stringify({ pending, grant })
  for (const part of ['d', 'x', 'y'] as const) expect(kept).not.toContain(ehr.client.privateKeyJwk[part])
})

describe('in production, with every debug switch on', async () => {
  const run = await runInProduction()

  test('discovery cached for ever: neither a failure nor an old answer is', () => {
    expect(run.lines).toEqual([
      { whileAway: 'ehr-unavailable' },
      { whenBack: 'found', authorizeUrl: expect.any(String) as string },
      { patient: 'ann', refreshed: true },
      { afterAnHour: `${ehr.origin}/token-2` },
    ])
  })

  test('debug logging secrets: nothing is logged at all', () => {
    expect(run.stderr).toBe('')
    expect(run.others).toEqual([])
  })
})

test('debug logging secrets: nothing of fhirclient is imported but its functions for keys and PKCE', async () => {
  const folder = new URL('../../smart-launch/', import.meta.url)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'))
  const sources = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))
  const imported = sources.flatMap((source) => source.match(/fhirclient[\w/.-]*(?=')/g) ?? [])
  expect(new Set(imported)).toEqual(new Set(['fhirclient/lib/security/server.js']))
})

async function runInProduction() {
  ehr.reset()
  ehr.bends.instead.configuration = () => new Response('', { status: 503 })
  const script = fileURLToPath(new URL('production.ts', import.meta.url))
  const options = { env: { ...process.env, NODE_ENV: 'production', DEBUG: '*', NODE_DEBUG: '' } }
  const key = JSON.stringify(ehr.client.privateKeyJwk)
  const child = spawn(process.execPath, [script, ehr.iss, key, String(NOON)], options)
  const errors: string[] = []
  child.stderr.on('data', (data: Buffer) => errors.push(String(data)))
  const lines: object[] = []
  const others: string[] = []
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('{')) {
      others.push(line)
      continue
    }
    const said = JSON.parse(line) as Record<string, string>
    lines.push(said)
    ehr.bends.instead = {}
    if (lines.length === 3) ehr.bends.configuration = { token_endpoint: `${ehr.origin}/token-2` }
    child.stdin.write(`${said['authorizeUrl'] ? ehr.authorize(said['authorizeUrl']).toString() : 'on'}\n`)
  }
  if (child.exitCode === null) await once(child, 'exit')
  return { lines, others, stderr: errors.join('') }
}
