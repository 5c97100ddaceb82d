import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import * as z from 'zod'
import { DemoError } from './options.ts'

const PrivateKeys = z.record(z.string(), z.looseObject({ kty: z.literal('EC') }))
const DemoKeys = z.object({
  /** PORTICO_KEYS. */
  service: z.string(),
  /** A private JWK per practice, by slug: Portico's own as an app of the EMR. */
  clients: PrivateKeys,
  /** The EMR's own for the card in its pages, by slug; a store that was kept before there was a card has none. */
  hosts: PrivateKeys.optional(),
})
export type DemoKeys = { service: string; clients: Record<string, JWK>; hosts: Record<string, JWK> }

const SQLITE = 'sqlite:'
const fileOf = (store: string) => resolve(store.slice(SQLITE.length))

/**
 * Fresh keys, or those that belong to a store which is kept: without them nobody could read what it holds.
 * @throws DemoError when the kept ones cannot be read, or are gone while an SQLite store is still there.
 */
export async function readOrMakeKeys(slugs: string[], store: string | undefined): Promise<DemoKeys> {
  const path = store === undefined ? undefined : keysPath(store)
  const makeHosts = () => makePrivateKeys(slugs)
  if (path && existsSync(path)) {
    const { hosts, ...kept } = readKeys(path)
    return hosts ? { ...kept, hosts } : write(path, { ...kept, hosts: await makeHosts() })
  }
  if (path && store?.startsWith(SQLITE)) refuseStoreWithoutKeys(fileOf(store), path)
  const keys = {
    service: `demo:${randomBytes(32).toString('base64url')}`,
    clients: await makePrivateKeys(slugs),
    hosts: await makeHosts(),
  }
  return path ? write(path, keys) : keys
}

function write(path: string, keys: DemoKeys) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(keys, null, 2), { mode: 0o600 })
  return keys
}

/** Beside the SQLite file; for a server in the folder for temporary files, named after the address. */
export function keysPath(store: string): string {
  if (store.startsWith(SQLITE)) return join(dirname(fileOf(store)), 'portico-demo-keys.json')
  const name = createHash('sha256').update(store).digest('hex').slice(0, 16)
  return join(tmpdir(), `portico-demo-keys-${name}.json`)
}

/** New keys would start a service that can read nothing of what it kept. */
function refuseStoreWithoutKeys(file: string, path: string) {
  if (!existsSync(file)) return
  throw new DemoError(
    `${file} is there, but its keys are not: put ${path} back, or remove the store to start anew.`,
  )
}

function readKeys(path: string) {
  try {
    return DemoKeys.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new DemoError(`${path} does not hold the demo's keys. Remove it together with the store.`)
  }
}

const makePrivateKeys = async (slugs: string[]): Promise<Record<string, JWK>> =>
  Object.fromEntries(await Promise.all(slugs.map(async (slug) => [slug, await makePrivateKey()] as const)))

/** What may be published of a private key. */
export const publicHalf = ({ kty, crv, x, y, kid, alg, use }: JWK) => ({ kty, crv, x, y, kid, alg, use })

async function makePrivateKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES384', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, alg: 'ES384', use: 'sig', kid: await calculateJwkThumbprint(jwk) }
}
