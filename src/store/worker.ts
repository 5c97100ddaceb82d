import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import { causesOf, type Log } from '../log.ts'

/** One kind of background work, e.g. sending mail. */
export type Step = {
  name: string
  /** How long to rest when there was nothing to do. */
  everyMs: number
  /** Does a bounded piece; true when there may be more. */
  run(): Promise<boolean>
  /** Waits for what a piece has left running. */
  finish?(): Promise<void>
}

export type Worker = {
  start(): void
  /** Waits for the pieces that are running; nothing new begins. */
  stop(): Promise<void>
  /** Does everything that is due, then returns; for tests and for a last round. */
  drain(): Promise<void>
}

/**
 * Works off what requests leave behind. Each step has a loop of its own, so that a slow mail server does not hold up
 * the audit chain. Several nodes may work at once: the steps lease what they take.
 */
export function createWorker({ steps, log }: { steps: readonly Step[]; log: Log }): Worker {
  const stopping = new AbortController()
  let loops: Promise<void>[] = []
  return {
    start: () => {
      if (loops.length === 0) loops = steps.map((step) => keepRunning(step, log, stopping.signal))
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
      for (const step of steps) await step.finish?.()
    },
    drain: async () => {
      for (let more = true; more;) {
        more = false
        for (const step of steps) if (await step.run()) more = true
      }
    },
  }
}

async function keepRunning(step: Step, log: Log, signal: AbortSignal) {
  while (!signal.aborted)
    if (await runOnce(step, log)) await setImmediate()
    else await rest(step.everyMs, signal)
}

/** A step that fails (no database, say) is tried again after its rest. */
async function runOnce(step: Step, log: Log) {
  try {
    return await step.run()
  } catch (error) {
    log.error({ step: step.name, causes: causesOf(error) }, 'worker.failed')
    return false
  }
}

const rest = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal, ref: false }).catch(() => {})
