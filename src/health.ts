import { Hono, type Context } from 'hono'
import { MINUTE_MS, type Clock } from './clock.ts'
import type { EdgeEnv } from './http/env.ts'
import { sameText } from './crypto/tokens.ts'
import { Problem } from './problem.ts'
import type { Store } from './store/open.ts'

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
/** Mail that waits longer than this past its time means that nobody is sending. */
const OUTBOX_LATE_MS = 15 * MINUTE_MS

type Counters = { requests: Map<string, number> }
export type HealthDeps = {
  store: Store
  now: Clock
  counters: Counters
  metricsToken: string | undefined
  startedAt: number
  /** The same on every node of this Portico, and says nothing: by it an address is known to lead here. */
  instance: string
}

/** For load balancers, supervisors and monitors: no practice, no patient, no secret. */
export const healthRoutes = (deps: HealthDeps) =>
  new Hono<EdgeEnv>()
    .get('/healthz', (c) => c.json({ status: 'ok', instance: deps.instance }))
    .get('/readyz', async (c) => {
      const { late } = await readQueues(deps)
      return c.json({ status: 'ready', outboxLate: late })
    })
    .get('/metrics', async (c) => {
      const bearer = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1]
      const allowed = deps.metricsToken ? sameText(bearer ?? '', deps.metricsToken) : isFromHere(c)
      if (!allowed) throw new Problem('not-found')
      return c.text(await writeMetrics(deps), 200, { 'content-type': 'text/plain; version=0.0.4' })
    })

/** The socket's own word: a proxy on this machine speaks for others. */
function isFromHere(c: Context<EdgeEnv>) {
  const address = c.env?.incoming?.socket.remoteAddress ?? '127.0.0.1'
  return LOOPBACK.has(address) && c.req.header('x-forwarded-for') === undefined
}

async function readQueues({ store, now }: HealthDeps) {
  await store.db.selectFrom('schema_migration').select('id').limit(1).executeTakeFirstOrThrow()
  const waiting = store.db.selectFrom('outbox').where('sent_at', 'is', null).where('failed_at', 'is', null)
  const counted = await waiting
    .select((eb) => [
      eb.fn.countAll<number>().as('due'),
      eb.fn
        .sum<number | null>(
          eb
            .case()
            .when('run_at', '<', now() - OUTBOX_LATE_MS)
            .then(1)
            .else(0)
            .end(),
        )
        .as('late'),
    ])
    .executeTakeFirstOrThrow()
  return { due: counted.due, late: counted.late ?? 0 }
}

async function writeMetrics(deps: HealthDeps): Promise<string> {
  const { due, late } = await readQueues(deps)
  const requests = [...deps.counters.requests].map(
    ([status, count]) => `portico_requests_total{status="${status}"} ${count}`,
  )
  return [
    '# TYPE portico_requests_total counter',
    ...requests,
    '# TYPE portico_outbox_due gauge',
    `portico_outbox_due ${due}`,
    `portico_outbox_late ${late}`,
    '# TYPE portico_uptime_seconds gauge',
    `portico_uptime_seconds ${Math.round((deps.now() - deps.startedAt) / 1000)}`,
    '# TYPE portico_resident_bytes gauge',
    `portico_resident_bytes ${process.memoryUsage.rss()}`,
    '',
  ].join('\n')
}
