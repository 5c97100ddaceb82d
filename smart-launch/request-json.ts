import { SmartError } from './smart-error.ts'

const TIMEOUT_MS = 10_000

/** Milliseconds since 1970-01-01 UTC. */
export type Clock = () => number

export type HttpDeps = {
  fetch: typeof globalThis.fetch
  now: Clock
  /** How long the EHR may take to answer one request; 10 s unless told. */
  timeoutMs?: number
}

type JsonRequest = Pick<RequestInit, 'method' | 'body'>

export type JsonAnswer = { status: number; body: unknown }

/**
 * Asks an endpoint of the EHR's authorization server for JSON. Redirects are errors: they would carry a code
 * or an assertion to an address that nobody registered.
 *
 * @throws SmartError `ehr-unavailable` when there is no answer in time, or one that is not JSON, a 5xx or a 429
 */
export async function requestJson(deps: HttpDeps, url: string, init: JsonRequest = {}): Promise<JsonAnswer> {
  const response = await send(deps, url, init)
  if (response.status >= 500 || response.status === 429) {
    await response.body?.cancel()
    throw new SmartError('ehr-unavailable', `${new URL(url).host} answered ${response.status}`)
  }
  try {
    return { status: response.status, body: await response.json() }
  } catch (cause) {
    throw new SmartError('ehr-unavailable', `${new URL(url).host} did not answer with JSON`, {
      // A parser quotes what it could not read, and that may hold a token: only a broken connection is kept.
      cause: cause instanceof SyntaxError ? undefined : cause,
    })
  }
}

async function send(deps: HttpDeps, url: string, init: JsonRequest): Promise<Response> {
  try {
    return await deps.fetch(url, {
      ...init,
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(deps.timeoutMs ?? TIMEOUT_MS),
    })
  } catch (cause) {
    throw new SmartError('ehr-unavailable', `${new URL(url).host} did not answer`, { cause })
  }
}
