import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { randomUUID } from 'node:crypto'
import type { BlockList } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { Problem } from '../problem.ts'
import { clientAddress } from './client-address.ts'
import type { EdgeEnv } from './env.ts'

const MAX_BODY_BYTES = 64 * 1024

/** First to meet a request: gives it an id, finds the caller's address, and writes its one log line. */
export const traceRequest = (deps: {
  log: Log
  now: Clock
  trustedProxies: BlockList
  count: (status: number) => void
}) =>
  createMiddleware<EdgeEnv>(async function trace(c, next) {
    const startedAt = deps.now()
    c.set('requestId', randomUUID())
    c.set('ip', clientAddress(c, deps.trustedProxies))
    c.set('framed', c.req.header('sec-fetch-dest') === 'iframe')
    c.header('x-request-id', c.var.requestId)
    await next()
    deps.count(c.res.status)
    deps.log.info(
      {
        requestId: c.var.requestId,
        method: c.req.method,
        route: routeOf(c.req.path),
        status: c.res.status,
        ms: deps.now() - startedAt,
      },
      'request',
    )
  })

export const limitBody = (maxSize = MAX_BODY_BYTES) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new Problem('too-large', `This is more than ${maxSize / 1024} kB. Send less at once.`)
    },
  })

/**
 * State changes on cookie routes: JSON from our own pages only. Browsers send Sec-Fetch-Site; where one does not,
 * Origin must be exactly ours. Hono's csrf() looks at form content types only.
 */
export const sameOriginWrites = (ownOrigins: ReadonlySet<string>) =>
  createMiddleware<EdgeEnv>(async function sameOrigin(c, next) {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const site = c.req.header('sec-fetch-site')
    const origin = c.req.header('origin')
    const ours = site === undefined ? origin !== undefined && ownOrigins.has(origin) : site === 'same-origin'
    if (!ours) throw new Problem('cross-site', 'Open this page on its own address and try again.')
    const isJson = /^application\/json\b/i.test(c.req.header('content-type') ?? '')
    if (!isJson && c.req.method !== 'DELETE') throw new Problem('unsupported-media-type', 'Send JSON.')
    return next()
  })

/** Patients and staff may have two hostnames; then each answers only its own routes. */
export const splitHosts = (portalUrls: readonly string[], staffUrl: string) => {
  const portalHosts = portalUrls.map((url) => new URL(url).host)
  const staffHost = new URL(staffUrl).host
  return createMiddleware<EdgeEnv>(async function split(c, next) {
    if (portalHosts.every((host) => host === staffHost)) return next()
    const host = c.req.header('host')
    const path = c.req.path
    const isPatients = /^\/[^/]+\/(portal\/|api\/portal\/)/.test(path)
    const isStaffs =
      /^\/([^/]+\/)?(launch|callback)$|^\/[^/]+\/(staff\/|embed\/|slip$|cds-services(\/|$)|api\/(staff\/|slip$))/.test(
        path,
      )
    if ((isPatients && !portalHosts.includes(host ?? '')) || (isStaffs && host !== staffHost))
      throw new Problem('not-found')
    return next()
  })
}

/** Ids in a path are not names, but a log needs none of them to be useful: keep the shape only. */
const routeOf = (path: string) => path.replace(/\/(launches|patients|l)\/[^/]+/g, '/$1/:id')
