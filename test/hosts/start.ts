import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Demo, startDemo } from '../journeys/demo.ts'
import { freePorts } from '../support/ports.ts'
import { bundle } from './bundle.ts'
import { createHost, type HostServer } from './plain/server.ts'
import { loadHelper } from './readme.ts'

export type HostName = 'plain' | 'react' | 'strict'
export type Host = HostServer & { origin: string }

const NAMES: HostName[] = ['plain', 'react', 'strict']

const BASE = [
  "default-src 'none'",
  "script-src 'self' PORTAL",
  "connect-src 'self' PORTAL",
  "style-src 'self'",
]
const IMAGES = "img-src 'self' data:"
const POLICIES: Record<HostName, string[]> = {
  plain: [...BASE, IMAGES, 'frame-src http:'],
  react: [...BASE, IMAGES],
  strict: [
    ...BASE,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html 'allow-duplicates'",
  ],
}

/** The demo with three hosts beside its EMR, each with a key and an origin of its own. */
export async function startHosts(): Promise<{
  demo: Demo
  hosts: Record<HostName, Host>
  stop: () => Promise<void>
}> {
  const folder = mkdtempSync(join(tmpdir(), 'portico-hosts-'))
  const firstPort = await freePorts(NAMES.length)
  const registered = NAMES.map((name, index) => register(folder, name, firstPort + index))
  const file = join(folder, 'hosts.json')
  writeFileSync(file, JSON.stringify(registered.map(({ entry }) => entry)))
  const demo = await startDemo({ hosts: file })
  const helper = await loadHelper()
  const started = await Promise.all(
    registered.map(async ({ name, origin, port, key, entry }) => {
      const main = name === 'plain' ? undefined : new URL(`./${name}/main.ts`, import.meta.url)
      const page = {
        folder: new URL(`./${name}/`, import.meta.url),
        csp: POLICIES[name],
        ...(main ? { script: await bundle(main) } : {}),
      }
      const host = createHost(
        helper,
        { portico: `${demo.service}/fernwood`, host: entry.id, origin, key },
        page,
      )
      await once(host.server.listen(port, '127.0.0.1'), 'listening')
      return [name, { ...host, origin }] as const
    }),
  )
  const hosts = Object.fromEntries(started) as Record<HostName, Host>
  const stop = async () => {
    for (const { server } of Object.values(hosts)) {
      server.close()
      server.closeAllConnections()
    }
    await demo.stop()
    rmSync(folder, { recursive: true })
  }
  return { demo, hosts, stop }
}

/** What steps 1 and 2 of README.md do. */
function register(folder: string, name: HostName, port: number) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const jwks = `${name}.jwks.json`
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'EdDSA' }
  writeFileSync(join(folder, jwks), JSON.stringify({ keys: [jwk] }))
  const origin = `http://127.0.0.1:${port}`
  const entry = { id: `${name}-emr`, name: `${name} EMR`, origins: [origin], jwks }
  return { name, port, origin, entry, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
}
