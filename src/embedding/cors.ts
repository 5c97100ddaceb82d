import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from '../http/env.ts'
import type { PracticeDirectory } from '../practices/directory.ts'
import { Problem } from '../problem.ts'

const METHODS = 'GET, HEAD, POST, PUT, DELETE'
const HEADERS = 'authorization, content-type, idempotency-key'
const EXPOSED = 'date, retry-after, x-request-id'
const KEPT_SECONDS = 600

/**
 * Lets the pages of a practice's hosts, and no others, read our answers, refusals included; without credentials, as
 * the token is all that counts. Comes before whatever may refuse.
 *
 * @throws Problem `cross-site` for a preflight from anywhere else
 * @see Fetch §3.3
 */
export const embedCors = (practices: PracticeDirectory) =>
  createMiddleware<EdgeEnv>(async function cors(c, next) {
    c.header('vary', 'Origin', { append: true })
    const origin = c.req.header('origin')
    const practice = await practices.find(c.req.param('practice') ?? '')
    const isHost = origin !== undefined && practice?.hosts.some(({ origins }) => origins.includes(origin))
    if (isHost) c.header('access-control-allow-origin', origin)
    if (c.req.method !== 'OPTIONS') {
      if (isHost) c.header('access-control-expose-headers', EXPOSED)
      return next()
    }
    if (!isHost) throw new Problem('cross-site', 'This practice knows no page of that origin.')
    c.header('access-control-allow-methods', METHODS)
    c.header('access-control-allow-headers', HEADERS)
    c.header('access-control-max-age', String(KEPT_SECONDS))
    return c.body(null, 204)
  })
