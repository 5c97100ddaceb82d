import type { EmbedToken } from '../../src/embedding/schema.ts'
import { Refusal } from '../client.ts'

/** Long enough for a request on its way to be answered under the token it left with. */
const RENEW_BEFORE_END_MS = 30_000
/** A host whose backend is silent for so long is as good as down. */
const HOST_TIMEOUT_MS = 15_000

export type KeeperDeps = {
  /** FHIR id that a token has to be for. */
  patient: string
  /** Asks the host: a token, or the answer of its backend that holds one. */
  ask: () => Promise<unknown>
  /** The host gave none. */
  expired: () => void
  signal: AbortSignal
}

export type TokenKeeper = {
  /** A token that has not ended. @throws Refusal `host-signed-out` when the host gives none. */
  token: () => Promise<EmbedToken>
  /** Another one than the one that was refused. */
  tokenAfter: (refused: string) => Promise<EmbedToken>
}

/**
 * Keeps the token of one card for one patient: in memory, asked for once however many need it, and renewed before it
 * ends while somebody looks. Ends with `signal`.
 */
export function createTokenKeeper({ patient, ask, expired, signal }: KeeperDeps): TokenKeeper {
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
    const askedAt = Date.now()
    const token = await tokenOf(ask, patient).catch((error: unknown) => {
      const refusal = toRefusal(error)
      if (refusal.code === 'host-signed-out' && !signal.aborted) expired()
      throw refusal
    })
    const lifeMs = token.expires_in * 1000
    held = { token, endsAt: askedAt + lifeMs }
    renewal.schedule(Math.max(lifeMs - RENEW_BEFORE_END_MS, lifeMs / 2))
    return token
  }
  signal.addEventListener('abort', () => (held = null), { once: true })
  return {
    token: async () => (held && held.endsAt > Date.now() ? held.token : renew()),
    tokenAfter: async (refused) => (held && held.token.access_token !== refused ? held.token : renew()),
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

async function tokenOf(ask: () => Promise<unknown>, patient: string): Promise<EmbedToken> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Refusal('timeout')), HOST_TIMEOUT_MS)
  })
  const given = await Promise.race([ask(), late])
  const token = given instanceof Response ? await readToken(given) : given
  if (isTokenFor(token, patient)) return token
  console.error(`<portico-access>: no token as …/embed/token answers it, for patient ${patient}`)
  throw new Refusal('internal')
}

/** A backend whose reader is signed out answers 401, or sends to its own sign-in page. */
async function readToken(response: Response): Promise<unknown> {
  if (response.status >= 500) throw new Refusal('ehr-unavailable')
  if (!response.ok || response.redirected) throw new Refusal('host-signed-out')
  return response.json().catch(() => {
    throw new Refusal('host-signed-out')
  })
}

/** The practice becomes a part of addresses, the token of a header. */
function isTokenFor(given: unknown, whose: string): given is EmbedToken {
  const { access_token, expires_in, practice, patient } = Object(given) as Partial<EmbedToken>
  return (
    /^[\w-]+\.[\w-]+\.[\w-]+$/.test(`${access_token}`) &&
    Number(expires_in) > 0 &&
    /^[a-z0-9-]{2,40}$/.test(`${practice}`) &&
    patient === whose
  )
}

const toRefusal = (error: unknown): Refusal => {
  if (error instanceof Refusal) return error
  return new Refusal(navigator.onLine ? 'host-signed-out' : 'offline')
}
