import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import * as z from 'zod'
import type { EventFeed } from '../events/events.ts'
import type { EventStreams, Watching } from '../events/streams.ts'
import type { EdgeEnv } from './env.ts'

const LiveKey = z.string().regex(/^[\w-]{1,64}$/)

/** Query of a live stream: `for=<live key>`, once for each patient on the screen. */
export const WatchEvents = z.object({ for: z.union([LiveKey, z.array(LiveKey).min(1).max(50)]) })
export type WatchEvents = z.infer<typeof WatchEvents>

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would keep what is small until it is worth sending.
  'x-accel-buffering': 'no',
  // Once it ends the connection has no further use, and must not hold up a stop.
  connection: 'close',
}

/**
 * Answers with the live events of some patients: `data: <live key>` says that something about that patient changed. It
 * goes to Node's own answer past Hono's streams, which weigh twice as much.
 */
export function sendEvents(
  streams: EventStreams,
  c: Context,
  watching: Omit<Watching, 'keys'> & { query: WatchEvents },
): Response {
  if (c.req.method === 'HEAD') return c.body(null, 200, HEADERS)
  const { outgoing } = c.env as EdgeEnv['Bindings']
  if (!outgoing) throw new Error('Live events need a connection of Node')
  const { headers } = c.body(null, 200, HEADERS)
  outgoing.writeHead(200, Object.fromEntries(headers))
  const { query, ...who } = watching
  streams.open(outgoing, { ...who, keys: [...new Set([query.for].flat())] })
  return RESPONSE_ALREADY_SENT
}

/** Once a change is through, this node's own screens hear of it at once. Nobody waits for that. */
export const hearOwnChanges = (feed: EventFeed) =>
  createMiddleware<EdgeEnv>(async function hear(c, next) {
    await next()
    if (c.req.method !== 'GET' && c.res.status < 400) void feed.refresh()
  })
