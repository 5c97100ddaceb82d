import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { causesOf, type Log } from '../log.ts'
import { Problem } from '../problem.ts'
import type { EdgeEnv } from './env.ts'

/** The only place that writes an error: whatever was thrown becomes RFC 9457 `application/problem+json`. */
export const handleError = (log: Log) =>
  function onError(error: Error, c: Context<EdgeEnv>): Response {
    const problem = toProblem(error)
    if (problem.status >= 500)
      log.error({ requestId: c.var.requestId, code: problem.code, causes: causesOf(error) }, 'problem')
    return problemResponse(c, problem)
  }

export const handleNotFound = (c: Context<EdgeEnv>) => problemResponse(c, new Problem('not-found'))

function problemResponse(c: Context<EdgeEnv>, problem: Problem): Response {
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  }
  if (problem.retryAfter !== undefined) headers['retry-after'] = String(problem.retryAfter)
  const body = JSON.stringify(problem.toBody(`urn:portico:request:${c.var.requestId ?? 'unknown'}`))
  return c.newResponse(body, problem.status as 400, headers)
}

function toProblem(error: Error): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException) {
    if (error.status === 413) return new Problem('too-large', undefined, { cause: error })
    if (error.status < 500)
      return new Problem('invalid-request', 'The request could not be read.', { cause: error })
  }
  return new Problem('internal', 'Something went wrong on our side. Try again in a moment.', { cause: error })
}
