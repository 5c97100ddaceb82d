import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import * as z from 'zod'
import { DemoError } from './options.ts'

const DemoKeys = z.object({
  /** PORTICO_KEYS. */
  service: z.string(),
  /** A private JWK per practice, by slug. */
  clients: z.record(z.string(), z.looseObject({ kty: z.literal('EC') })),
})
export type DemoKeys = { service: string; clients: Record<string, JWK> }

/**
 * Fresh keys, or those that belong to a store which is kept: without them nobody could read what it holds.
 * @throws DemoError when the kept ones cannot be read.
 */
export async function readOrMakeKeys(slugs: string[], store: string | undefined): Promise<DemoKeys> {
  const path = store === undefined ? undefined : keysPath(store)
  if (path && existsSync(path)) return readKeys(path)
  const clients = await Promise.all(
    slugs.map(async (slug): Promise<[string, JWK]> => [slug, await makeClientKey()]),
  )
  const keys = {
    service: `demo:${randomBytes(32).toString('base64url')}`,
    clients: Object.fromEntries(clients),
  }
  if (path) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, JSON.stringify(keys, null, 2), { mode: 0o600 })
  }
  return keys
}

/** Beside the SQLite file; for a server in the folder for temporary files, named after the address. */
export function keysPath(store: string): string {
  if (store.startsWith('sqlite:'))
    return join(dirname(resolve(store.slice('sqlite:'.length))), 'portico-demo-keys.json')
  const name = createHash('sha256').update(store).digest('hex').slice(0, 16)
  return join(tmpdir(), `portico-demo-keys-${name}.json`)
}

function readKeys(path: string): DemoKeys {
  try {
    return DemoKeys.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new DemoError(`${path} does not hold the demo's keys. Remove it together with the store.`)
  }
}

async function makeClientKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES384', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, alg: 'ES384', use: 'sig', kid: await calculateJwkThumbprint(jwk) }
}
