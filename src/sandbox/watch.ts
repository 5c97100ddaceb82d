import type { MiddlewareHandler } from 'hono'
import { type createFaults, type FaultKind, type FaultTarget, refusalOf } from './faults.ts'

/** A request to the EMR's interfaces, for whoever counts round trips; `from` and `to` in ms, null while it is answered. */
export type SeenRequest = {
  method: string
  path: string
  target: FaultTarget
  from: number
  to: number | null
}

export type FaultEnv = { Variables: { fault: FaultKind | undefined } }

/** Counts the request and plays the fault that it meets. */
export const watch =
  (
    prefix: string,
    faults: ReturnType<typeof createFaults>,
    requests: SeenRequest[],
  ): MiddlewareHandler<FaultEnv> =>
  async (c, next) => {
    const url = new URL(c.req.url)
    const target = targetOf(url.pathname.slice(prefix.length))
    if (!target) return next()
    const from = performance.now()
    const seen: SeenRequest = { method: c.req.method, path: url.pathname, target, from, to: null }
    requests.push(seen)
    const fault = faults.take(target, c.req.method)
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.delayMs))
    c.set('fault', fault?.kind)
    const refused = fault && refusalOf(fault.kind, target)
    if (!refused) await next()
    seen.to = performance.now()
    return refused
  }

function targetOf(path: string): FaultTarget | undefined {
  if (path.includes('/.well-known/') || path === '/oauth/jwks.json') return 'discovery'
  if (path === '/oauth/token') return 'token'
  if (path === '/oauth/authorize') return 'authorize'
  if (path === '/portico-token') return 'portico-token'
  if (path.startsWith('/api/')) return 'api'
  return path.startsWith('/fhir') ? 'fhir' : undefined
}
