import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { EmbedToken } from '../../../src/embedding/schema.ts'
import { writeConfigFiles } from '../../../src/sandbox/demo/config-files.ts'
import { readOrMakeKeys } from '../../../src/sandbox/demo/keys.ts'
import { addressesFrom, practiceConfig } from '../../../src/sandbox/demo/plan.ts'
import { startChild } from '../../support/child.ts'
import { createHost, SERVICE, type TestHost } from '../../support/host.ts'
import { openTestStore } from '../../support/store.ts'
import { readEvents } from '../events/node.ts'

const ORIGIN = 'https://emr.example'

/** The real service on a free port, with nothing around it: no EMR, no mail server. */
async function startService(host: TestHost) {
  const folder = mkdtempSync(join(tmpdir(), 'portico-stop-'))
  const keys = await readOrMakeKeys(['fernwood', 'harbor'], undefined)
  const { practices } = practiceConfig(addressesFrom(8080), keys, 2525)
  const config = { practices: practices.map((practice) => ({ ...practice, hosts: [host.entry] })) }
  writeFileSync(join(folder, host.entry.jwks), JSON.stringify({ keys: [host.publicJwk] }))
  const entries = { portal: 'p.js', staff: 's.js', slip: 'l.js', frame: 'f.js', page: 'p.css' }
  const manifest = { version: '0.0.0', integrity: 'sha384-embed', entries }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  const child = startChild(new URL('./start-child.ts', import.meta.url), [folder], {
    PUBLIC_URL: SERVICE,
    PORT: '0',
    PORTICO_KEYS: `test:${randomBytes(32).toString('base64url')}`,
    PORTICO_CONFIG: writeConfigFiles(folder, config, keys),
    DATABASE_URL: (await openTestStore()).url,
    LOG_LEVEL: 'info',
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await child.ended
    rmSync(folder, { recursive: true, force: true })
  })
  const isReady = (line: string) => line.includes('"ready"')
  for (let count = 1; !child.lines.some(isReady); count++) await child.atLine(count)
  const { port } = JSON.parse(child.lines.find(isReady) ?? '') as { port: number }
  return { child, at: `http://127.0.0.1:${port}/fernwood/embed` }
}

async function openStream(at: string, host: TestHost) {
  const iat = Math.floor(Date.now() / 1000)
  const who = { iss: host.id, sub: 'Practitioner/1', patient: '12', act_origin: ORIGIN }
  const aud = `${SERVICE}/fernwood/embed/token`
  const assertion = await host.sign({ ...who, aud, jti: randomUUID(), iat, exp: iat + 60 })
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
  const token = (await (await fetch(`${at}/token`, { method: 'POST', body })).json()) as EmbedToken
  const headers = { authorization: `Bearer ${token.access_token}`, origin: ORIGIN }
  const stream = await fetch(`${at}/api/events?for=x`, { headers })
  expect(stream.status).toBe(200)
  return readEvents(stream)
}

test.each(['SIGTERM', 'SIGINT'] as const)('on %s open streams end, and then the service', async (signal) => {
  const host = await createHost({ origins: [ORIGIN] })
  const { child, at } = await startService(host)
  const { ended } = await openStream(at, host)
  child.kill(signal)
  expect(await ended).toBe('ended')
  // A stream that went on would have held it up until it gives up, with another exit code.
  expect((await child.ended).code).toBe(0)
})
