import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { createApp } from './app.ts'
import { systemClock } from './clock.ts'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { openStore } from './store/open.ts'
import { wire } from './wiring.ts'

/** A request that is still running at the end gets so long. */
const STOP_WITHIN_MS = 1500

const DIST = fileURLToPath(new URL('../dist/components', import.meta.url))

/**
 * Reads the configuration, wires, listens, and stops cleanly on a signal.
 * @param dist where the web components were built
 */
export async function start(environment: NodeJS.ProcessEnv, dist = DIST) {
  const config = readConfig(environment)
  const log = createLog(config.logLevel)
  const store = await openStore(config.databaseUrl)
  const wiring = await wire(config, { store, log, now: systemClock, fetch, dist })
  const server = serve(
    { fetch: createApp(wiring).fetch, hostname: config.bind, port: config.port },
    ({ port }) => {
      wiring.worker.start()
      // What the EHRs can do is asked before anybody waits for it. One that does not answer is asked again when needed.
      for (const { slug } of config.practices) wiring.capabilityOf(slug).catch(() => undefined)
      log.info({ port, practices: config.practices.map(({ slug }) => slug) }, 'ready')
    },
  )
  const stop = () => {
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
    wiring.streams.close()
    server.close(() => void wiring.close().then(() => process.exit(0)))
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}
