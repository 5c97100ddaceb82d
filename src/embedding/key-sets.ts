import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { MINUTE_MS, SECOND_MS, type Clock } from '../clock.ts'
import { type JwksSource, usableKeys } from '../crypto/jwks.ts'

/** Finds the key that has signed something, among those of whoever says to have signed it. */
export type KeySets = { keysOf(source: JwksSource): JWTVerifyGetKey }

/** The keys are at an address that does not give them. */
export class KeysUnavailable extends Error {}

/** A key that was taken back stops counting so late at most. */
const KEPT_MS = 10 * MINUTE_MS
/** Somebody who makes up key ids must not make us ask again each time. */
const COOL_DOWN_MS = 30 * SECOND_MS
const TIMEOUT_MS = 5 * SECOND_MS
const MOST_BYTES = 64 * 1024

type Deps = { fetch: typeof fetch; now: Clock }

/** One reader of key sets for the whole service: each address is asked once for everybody, and again for a new key. */
export function createKeySets(deps: Deps): KeySets {
  const fetched = new Map<string, JWTVerifyGetKey>()
  const held = new WeakMap<object, JWTVerifyGetKey>()
  return {
    keysOf: (source) => {
      if ('keys' in source) return remember(held, source.keys, () => createLocalJWKSet(source))
      return remember(fetched, source.url, () => createFetchedSet(source.url, deps))
    },
  }
}

function remember<Key, Value>(
  known: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  make: () => Value,
): Value {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

/** @throws KeysUnavailable; of jose JWKSNoMatchingKey */
function createFetchedSet(url: string, deps: Deps): JWTVerifyGetKey {
  let kept: { getKey: JWTVerifyGetKey; readAt: number } | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<JWTVerifyGetKey> | undefined

  const ask = async () => {
    askedAt = deps.now()
    try {
      const getKey = createLocalJWKSet({ keys: usableKeys(await readJson(url, deps)) })
      kept = { getKey, readAt: askedAt }
      return getKey
    } finally {
      asking = undefined
    }
  }
  const isCooling = () => deps.now() - askedAt < COOL_DOWN_MS
  const current = () => {
    if (kept && deps.now() - kept.readAt < KEPT_MS) return kept.getKey
    if (!asking && isCooling()) throw new KeysUnavailable(`${url} gave no keys a moment ago`)
    return (asking ??= ask())
  }
  return async (header, token) => {
    const getKey = await current()
    try {
      return await getKey(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || (!asking && isCooling())) throw error
      const renewed = await (asking ??= ask())
      return renewed(header, token)
    }
  }
}

async function readJson(url: string, { fetch }: Deps): Promise<unknown> {
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!answer.ok) throw new Error(`answered ${answer.status}`)
    return JSON.parse(await readText(answer))
  } catch (cause) {
    throw new KeysUnavailable(`${url} gave no keys`, { cause })
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Error('too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
