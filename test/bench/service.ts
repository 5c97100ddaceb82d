import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts } from '../support/ports.ts'
import { type Child, startNode } from './child.ts'
import { call } from './http.ts'

/** Portico as `npm start` runs it, on a fresh embedded store, with one practice on the EHR given. */
export type Service = Child & { url: string; readyMs: number; databaseUrl: string }

export const PRACTICE = 'bench'

/** The page that shows our card, with the key of its backend. */
export const HOST = {
  id: 'bench-pages',
  origins: ['https://emr.example'],
  kid: '1',
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
}
const HOST_KEYS = 'host.jwks.json'

export async function startService(fhirBase: string): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-bench-'))
  const port = await freePorts(1)
  const url = `http://localhost:${port}`
  const config = join(folder, 'portico.json')
  const databaseUrl = `sqlite:${join(folder, 'portico.sqlite')}`
  await writeFile(config, JSON.stringify(configuration(fhirBase)))
  const hostKey = { ...HOST.publicKey.export({ format: 'jwk' }), kid: HOST.kid, alg: 'ES256' }
  await writeFile(join(folder, HOST_KEYS), JSON.stringify({ keys: [hostKey] }))
  const startedAt = performance.now()
  const child = startNode('src/main.ts', [], {
    PORT: String(port),
    BIND: '127.0.0.1',
    PUBLIC_URL: url,
    DATABASE_URL: databaseUrl,
    PORTICO_KEYS: `1:${randomBytes(32).toString('base64url')}`,
    PORTICO_CONFIG: config,
    LOG_LEVEL: 'info',
  })
  child.stdout.resume()
  const stop = async () => {
    await child.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const gone = child.exited.then(() => Promise.reject(new Error('the service ended before it was ready')))
  gone.catch(() => {})
  try {
    await Promise.race([ready(url, startedAt), gone])
    return { pid: child.pid, url, databaseUrl, readyMs: performance.now() - startedAt, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function ready(url: string, startedAt: number): Promise<void> {
  while (performance.now() - startedAt < 20_000) {
    const answer = await call(`${url}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    await delay(5)
  }
  throw new Error('the service was not ready within 20 s')
}

function configuration(fhirBase: string) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const practice = {
    slug: PRACTICE,
    initial: { name: 'Bench' },
    firstRoles: { 'Practitioner/1': 'front-desk' },
    hosts: [{ id: HOST.id, name: 'Bench', origins: HOST.origins, jwks: HOST_KEYS }],
    fhirBase,
    client: {
      clientId: 'portico',
      privateKeyJwk: { ...privateKey.export({ format: 'jwk' }), kid: '1', alg: 'ES384' },
      scope: 'openid fhirUser launch online_access user/Patient.rs user/Consent.crus',
      serviceScope: 'system/Patient.rs system/Consent.crus',
    },
  }
  return { practices: [practice] }
}

/** Resident memory in megabytes (10^6), where the system tells it in the way of Linux. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? []
  return kilobytes === undefined ? Number.NaN : (Number(kilobytes) * 1024) / 1e6
}
