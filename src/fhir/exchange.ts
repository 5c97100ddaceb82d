import { setTimeout as sleep } from 'node:timers/promises'
import type { Problem } from '../problem.ts'
import { toProblem, problemOf, type FailedAnswer } from './outcome.ts'

export type Transport = {
  fetch: typeof fetch
  timeoutMs: number
  random: () => number
  /** What a refusal means where it is not told in FHIR's words. */
  problemOf?: (answer: FailedAnswer) => Problem
}

export type Answer = { body: unknown; location: string | null; etag: string | null }

type Request = { method?: string; headers?: HeadersInit; body?: BodyInit | null }

const RETRIES = 2
const FIRST_WAIT_MS = 100
/** What an EHR may ask a person to wait for. */
const LONGEST_WAIT_MS = 2000
const MOST_RETRY_SECONDS = 3600
const PASSING = new Set([429, 502, 503, 504])

/**
 * Sends one request to an EHR and brings its answer back whole, in the given time. Reads are tried again, twice at
 * most; a write never is, since nobody knows what became of the first. A body that is not JSON counts as none.
 * @throws Problem by the table in `outcome.ts`
 */
export async function exchange(transport: Transport, url: string, request: Request): Promise<Answer> {
  const signal = AbortSignal.timeout(transport.timeoutMs)
  const retries = request.method === 'GET' ? RETRIES : 0
  for (let retry = 0; ; retry += 1) {
    const attempt = await tryOnce(transport, url, request, signal)
    if ('answer' in attempt) return attempt.answer
    const waitMs = attempt.retryAfterMs ?? FIRST_WAIT_MS * 2 ** retry * (0.5 + transport.random())
    if (!attempt.passing || retry >= retries || waitMs > LONGEST_WAIT_MS || signal.aborted)
      throw attempt.problem
    await sleep(waitMs, undefined, { signal }).catch((error: unknown) => {
      throw toProblem(error)
    })
  }
}

type Attempt = { answer: Answer } | { problem: Error; passing: boolean; retryAfterMs?: number | undefined }

async function tryOnce(
  { fetch: send, problemOf: read = problemOf }: Transport,
  url: string,
  request: Request,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    const { method = 'GET', headers = {}, body = null } = request
    const response = await send(url, { method, headers, body, signal, redirect: 'manual' })
    const parsed = parse(await response.text())
    if (response.ok) {
      const { headers: got } = response
      return {
        answer: {
          body: parsed,
          location: got.get('location') ?? got.get('content-location'),
          etag: got.get('etag'),
        },
      }
    }
    const retryAfterMs = retryAfterOf(response.headers)
    const retryAfter =
      retryAfterMs === undefined ? undefined : Math.min(Math.ceil(retryAfterMs / 1000), MOST_RETRY_SECONDS)
    const problem = read({ status: response.status, body: parsed, retryAfter })
    return { problem, passing: PASSING.has(response.status), retryAfterMs }
  } catch (error) {
    return { problem: toProblem(error), passing: true }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the text, which may be about a patient: it is dropped here.
    return undefined
  }
}

/** Seconds, or a date that is measured against the EHR's own clock. */
function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const wait = Date.parse(text) - Date.parse(headers.get('date') ?? '')
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0)
}
