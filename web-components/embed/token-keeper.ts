import type { EmbedToken } from '../../src/embedding/schema.ts'
import { Refusal } from '../client.ts'
import type { isTokenFor } from './host-token.ts'
import { readToken } from './token-answer.ts'

/** Long enough for a request on its way to be answered under the token it left with. */
const RENEW_BEFORE_END_MS = 30_000
/** A host whose backend is silent for so long is as good as down. */
const HOST_TIMEOUT_MS = 15_000

export type KeeperDeps = {
  /** FHIR id that a token has to be for. */
  patient: string
  /** Asks the host: a token, or the answer of its backend that holds one. */
  ask: () => Promise<unknown>
  /** Checks what the host gave. */
  isTokenFor: typeof isTokenFor
  /** The host gave none: the reader has to sign in there again. */
  expired: () => void
  signal: AbortSignal
}

export type TokenKeeper = {
  /** A token that has not ended. @throws Refusal when the host gives none; `host-signed-out` calls `expired` too. */
  token: () => Promise<EmbedToken>
  /** Another one than the one that was refused. */
  tokenAfter: (refused: string) => Promise<EmbedToken>
}

/**
 * Keeps the token of one card for one patient: in memory, asked for once however many need it, and renewed before it
 * ends while somebody looks. Ends with `signal`.
 */
export function createTokenKeeper({ patient, ask, isTokenFor, expired, signal }: KeeperDeps): TokenKeeper {
  let held: { token: EmbedToken; endsAt: number } | null = null
  let asking: Promise<EmbedToken> | null = null
  const renewal = createRenewal(() => void renew().catch(() => {}), signal)

  const renew = (): Promise<EmbedToken> => {
    asking ??= take().finally(() => {
      asking = null
    })
    return asking
  }
  const take = async (): Promise<EmbedToken> => {
    // Whoever is gone from the page asks for nothing more.
    signal.throwIfAborted()
    const askedAt = Date.now()
    const token = await tokenOf(ask, patient, isTokenFor).catch((error: unknown) => {
      const refusal = toRefusal(error)
      if (refusal.code === 'host-signed-out' && !signal.aborted) expired()
      throw refusal
    })
    signal.throwIfAborted()
    const lifeMs = token.expires_in * 1000
    held = { token, endsAt: askedAt + lifeMs }
    renewal.schedule(Math.max(lifeMs - RENEW_BEFORE_END_MS, lifeMs / 2))
    return token
  }
  signal.addEventListener('abort', () => (held = null), { once: true })
  return {
    token: async () => (held && held.endsAt > Date.now() ? held.token : renew()),
    tokenAfter: async (refused) => {
      // What was refused is not tried again, whether or not the host gives another one now.
      if (held?.token.access_token === refused) held = null
      return held?.token ?? renew()
    },
  }
}

/** A hidden page renews nothing: it does so when it is seen again. */
function createRenewal(renew: () => void, signal: AbortSignal) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isDue = false
  const due = () => {
    isDue = document.hidden
    if (!isDue) renew()
  }
  document.addEventListener('visibilitychange', () => isDue && due(), { signal })
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  return {
    schedule: (ms: number) => {
      clearTimeout(timer)
      if (!signal.aborted) timer = setTimeout(due, ms)
    },
  }
}

async function tokenOf(
  ask: () => Promise<unknown>,
  patient: string,
  check: typeof isTokenFor,
): Promise<EmbedToken> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Refusal('timeout')), HOST_TIMEOUT_MS)
  })
  return readToken(await Promise.race([ask(), late]), patient, check)
}

/** A page's own `tokenProvider` that fails says no more than that it has no token. */
const toRefusal = (error: unknown): Refusal => {
  if (error instanceof Refusal) return error
  return new Refusal(navigator.onLine ? 'host-signed-out' : 'offline')
}
