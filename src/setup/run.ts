import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import type { Clock } from '../clock.ts'
import { createLog } from '../log.ts'
import { createDraftFile } from './draft.ts'
import { environmentIn } from './environment.ts'
import { OptionError, type SetupOptions } from './options.ts'
import { readRegistrationFiles } from './registration-files.ts'
import { createSetupApp } from './routes.ts'
import { createSetup, type Setup } from './setup.ts'
import { answerInTerminal, plainTerminal, type Terminal } from './terminal.ts'

export type RunDeps = {
  fetch: typeof globalThis.fetch
  now: Clock
  terminal: Terminal
  /** As the environment of this program says; where it does not, the file that the service will have decides. */
  port: string | undefined
  bind: string | undefined
  /** What the service is to keep its rows in, unless its environment says so already. */
  databaseUrl: string
}

/** The page is still to get its last words when they have been written. */
const LINGER_MS = 1000

/**
 * Runs set-up until the configuration is written, from whichever front: the page is always there, the terminal where
 * somebody sits at it.
 *
 * @throws OptionError when the port is taken; what `answerInTerminal` throws
 */
export async function runSetup(options: SetupOptions, deps: RunDeps): Promise<void> {
  const { port, bind } = whereToAnswer(options, deps)
  const token = randomBytes(32).toString('base64url')
  const setup = openSetup(options, deps, port)
  const done = Promise.withResolvers<void>()
  const app = createSetupApp({ setup, token, log: createLog('warn'), now: deps.now, onDone: done.resolve })
  const server = await listen(app.fetch, port, bind)
  try {
    const terminal = plainTerminal(deps.terminal)
    if (!options.yes) terminal.say(welcome(port, token, terminal.ask !== undefined))
    const page = done.promise.then(() => sleep(LINGER_MS))
    const isPageOnly = !options.yes && !terminal.ask
    await (isPageOnly ? page : Promise.race([answerInTerminal(setup, options, terminal), page]))
    for (const line of setup.view().next) terminal.say(`  ${line}`)
  } finally {
    server.close()
  }
}

const PORT = 8080

/** Where the service is to answer, as the proxy leads there already when a practice is added. */
function whereToAnswer({ port, env }: SetupOptions, deps: RunDeps) {
  const file = environmentIn(env)
  return {
    port: port ?? (Number(deps.port || file['PORT']) || PORT),
    bind: deps.bind || file['BIND'] || '127.0.0.1',
  }
}

function openSetup(options: SetupOptions, { fetch, now, databaseUrl }: RunDeps, port: number): Setup {
  return createSetup({
    fetch,
    now,
    port,
    databaseUrl,
    registrations: readRegistrationFiles(),
    draft: createDraftFile(join(dirname(options.config), '.portico-setup.json')),
    files: { config: options.config, env: options.env },
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
}

const welcome = (port: number, token: string, asks: boolean) => `
Connect Portico to your EMR: from its FHIR address to a written, checked configuration.

  As a page, on this machine:  http://localhost:${port}/setup#${token}
  With the browser on another machine, there first:  ssh -L ${port}:localhost:${port} THIS-MACHINE
${asks ? '  Or answer here. ' : '  '}If you stop it with Ctrl-C, it goes on where it was.
`

function listen(handle: (request: Request) => Response | Promise<Response>, port: number, hostname: string) {
  return new Promise<{ close: () => void }>((resolve, reject) => {
    const server = serve({ fetch: handle, port, hostname }, () => resolve(server))
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new OptionError(
              `Port ${port} is taken, by Portico itself perhaps: stop it for as long as set-up runs, or give --port N and let the public address lead there.`,
            )
          : error,
      ),
    )
  })
}
