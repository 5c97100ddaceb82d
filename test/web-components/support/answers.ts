import type { ProblemCode } from '../../../src/problem.ts'

/** What the stubbed service answers: a value, a refusal, or nothing at all because the network is gone. */
export type Answer =
  | { status?: number; body: unknown }
  | { status: number; code: ProblemCode; extra?: Record<string, unknown> }
  | 'offline'
  | 'never'

export type Respond = (body: unknown) => Answer

/** The answer as a browser gets it. */
export async function respondWith(given: Answer): Promise<Response> {
  if (given === 'offline') throw new TypeError('Failed to fetch')
  if (given === 'never') return new Promise(() => {})
  return toResponse(given)
}

function toResponse(given: Exclude<Answer, string>): Response {
  if ('code' in given) {
    const { status, code, extra } = given
    const headers = { 'content-type': 'application/problem+json' }
    return new Response(JSON.stringify({ type: `urn:portico:problem:${code}`, status, code, ...extra }), {
      status,
      headers,
    })
  }
  if (given.status === 204) return new Response(null, { status: 204 })
  return new Response(JSON.stringify(given.body), {
    status: given.status ?? 200,
    headers: { 'content-type': 'application/json' },
  })
}
