import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { causesOf, type Log } from '../log.ts'
import { Problem } from '../problem.ts'
import type { EdgeEnv } from './env.ts'
import type { NoticePage, Pages } from './pages.ts'

/**
 * The only place that writes an error: whatever was thrown becomes RFC 9457 `application/problem+json`, save for a
 * person who typed an address that is not there: they get a page.
 */
export const handleError = (log: Log, pages: Pick<Pages, 'notice'>) =>
  function onError(error: Error, c: Context<EdgeEnv>): Response | Promise<Response> {
    const problem = toProblem(error)
    if (problem.status >= 500)
      log.error({ requestId: c.var.requestId, code: problem.code, causes: causesOf(error) }, 'problem')
    return problem.code === 'not-found' && isPerson(c) ? nothingHere(c, pages) : problemResponse(c, problem)
  }

export const handleNotFound = (pages: Pick<Pages, 'notice'>) => (c: Context<EdgeEnv>) =>
  isPerson(c) ? nothingHere(c, pages) : problemResponse(c, new Problem('not-found'))

/** A browser that opens an address, not one of our pages asking for data. */
const isPerson = (c: Context<EdgeEnv>) =>
  c.req.method === 'GET' && /\btext\/html\b/.test(c.req.header('accept') ?? '')

const NOTHING_HERE: Record<'en' | 'es', NoticePage> = {
  en: {
    lang: 'en',
    title: 'There is nothing at this address',
    paragraphs: ['Check it against the letter from your practice, or call them.'],
  },
  es: {
    lang: 'es',
    title: 'No hay nada en esta dirección',
    paragraphs: ['Compárela con la carta de su clínica, o llámeles.'],
  },
}

async function nothingHere(c: Context<EdgeEnv>, pages: Pick<Pages, 'notice'>): Promise<Response> {
  const isSpanish = /^es\b/i.test(c.req.header('accept-language') ?? '')
  return c.html(await pages.notice(NOTHING_HERE[isSpanish ? 'es' : 'en']), 404)
}

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
