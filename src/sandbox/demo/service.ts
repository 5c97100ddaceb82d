import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { DemoError } from './options.ts'

export type ServiceDeps = {
  /** The file to run. */
  main: string
  env: Record<string, string>
  readyUrl: string
  /** Called when it ends without being asked to. */
  onDeath: (how: string) => void
}

export type Service = ReturnType<typeof createService>

const READY_WITHIN_MS = 60_000
const ASK_EVERY_MS = 40
/** Leaves room for the rest of the demo to end within 2 s. */
const STOP_WITHIN_MS = 1300

/** Portico itself as a child process that can be stopped, killed and started again. */
export function createService(deps: ServiceDeps) {
  let child: ChildProcess | undefined
  /** Those that were told to end: their end is no death. */
  const told = new WeakSet<ChildProcess>()
  /** One start or stop at a time, in the order they were asked for. */
  let turn: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>) => {
    turn = turn.catch(() => undefined).then(work)
    return turn
  }

  async function start() {
    // Its lines go to our stderr: stdout belongs to whoever started the demo.
    const started = spawn(process.execPath, [deps.main], { env: deps.env, stdio: ['ignore', 2, 2] })
    child = started
    const died = new Promise<never>((_, reject) => {
      started.once('error', (error) =>
        reject(new DemoError(`Portico could not be started: ${error.message}.`)),
      )
      started.once('exit', (code, signal) =>
        reject(new DemoError(`Portico ended ${describe(code, signal)} before it was ready.`)),
      )
    })
    await Promise.race([waitUntilReady(deps.readyUrl), died])
    started.once('exit', (code, signal) => {
      if (!told.has(started)) deps.onDeath(describe(code, signal))
    })
  }

  async function end(signal: NodeJS.Signals) {
    const ending = child
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    told.add(ending)
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const late = await Promise.race([exited.then(() => false), sleep(STOP_WITHIN_MS, true, { ref: false })])
    if (late) ending.kill('SIGKILL')
    await exited
  }

  return {
    start: () => inTurn(start),
    /** SIGTERM lets it finish what it is doing, SIGKILL is a power cut. Settles when it is ready again. */
    restart: (signal: 'SIGTERM' | 'SIGKILL') =>
      inTurn(async () => {
        await end(signal)
        await start()
      }),
    /** Not in turn: a service that never gets ready must be stoppable. */
    stop: () => end('SIGTERM'),
    /** At once, for when this process itself is about to be gone. */
    kill: () => {
      child?.kill('SIGKILL')
    },
  }
}

async function waitUntilReady(url: string) {
  const triesLeft = READY_WITHIN_MS / ASK_EVERY_MS
  for (let tries = 0; tries < triesLeft; tries += 1) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    await sleep(ASK_EVERY_MS)
  }
  throw new DemoError(`Portico did not get ready within ${READY_WITHIN_MS / 1000} s.`)
}

const describe = (code: number | null, signal: NodeJS.Signals | null) =>
  signal ? `by ${signal}` : `with code ${code}`
