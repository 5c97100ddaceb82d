import { Worker } from 'node:worker_threads'
import { SECOND_MS } from '../clock.ts'
import { Problem } from '../problem.ts'
import type { LetterToPrint } from './letter-pdf.ts'
import type { PasswordStrength } from './password-policy.ts'
import type { LetterPdfs } from './schema.ts'

/** The first one waits for the word lists, on a busy machine for seconds. */
const SCORE_WITHIN_MS = 20 * SECOND_MS
/** Somebody stands at the desk and waits for the letter; the browser can print it too. */
const LETTER_WITHIN_MS = 8 * SECOND_MS

/** Keeps what the thread adds to the service near 100 MB; left alone it takes 300 before it tidies up. */
const MEMORY = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 160 }

export type Task =
  | { kind: 'score'; password: string; inputs: string[] }
  | { kind: 'letter'; letter: LetterToPrint }
export type Answer = { id: number; value: unknown } | { id: number; failed: true }

/** What would hold up other people if it were done where requests are answered. */
export type Background = PasswordStrength & {
  /** The letter on both papers in both sizes; null where it cannot be set, or not now. */
  letterPdfs: (letter: LetterToPrint) => Promise<LetterPdfs | null>
  close(): Promise<void>
}

/**
 * A thread of its own for scoring passwords (the word lists take 375 ms to load, a check up to 200 ms) and for setting
 * letters. It starts with the first of either, reads what that needs, and is kept.
 */
export function createBackground(): Background {
  const thread = createThread()
  return {
    /** @throws Problem `busy` when the thread died or does not answer in time */
    async score(password, inputs) {
      try {
        return (await thread.ask({ kind: 'score', password, inputs }, SCORE_WITHIN_MS)) as number
      } catch (cause) {
        throw new Problem('busy', 'A lot is going on right now. Try again in a moment.', {
          retryAfter: 2,
          cause,
        })
      }
    },
    async letterPdfs(letter) {
      try {
        return (await thread.ask({ kind: 'letter', letter }, LETTER_WITHIN_MS)) as LetterPdfs | null
      } catch {
        return null
      }
    },
    close: thread.stop,
  }
}

type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void }

function createThread() {
  const waiting = new Map<number, Waiting>()
  let current: Worker | undefined
  let lastId = 0

  /** Ends the thread; the next task starts another one. */
  async function stop() {
    const ended = current
    current = undefined
    for (const { reject } of waiting.values()) reject(new Error('The thread ended.'))
    waiting.clear()
    await ended?.terminate()
  }
  function start(): Worker {
    const worker = new Worker(new URL('./background-worker.ts', import.meta.url), { resourceLimits: MEMORY })
    worker.on('message', (answer: Answer) => {
      const asked = waiting.get(answer.id)
      waiting.delete(answer.id)
      if ('failed' in answer) asked?.reject(new Error('The task failed.'))
      else asked?.resolve(answer.value)
    })
    worker.on('error', () => {
      if (current === worker) void stop()
    })
    worker.unref()
    return worker
  }
  function ask(task: Task, withinMs: number): Promise<unknown> {
    current ??= start()
    const worker = current
    const id = ++lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        if (!waiting.delete(id)) return
        reject(new Error('The task took too long.'))
        // Scoring ends sooner or later. A letter that does not might never: whoever comes next gets a fresh thread.
        if (task.kind === 'letter' && worker === current) void stop()
      }, withinMs)
      const settle =
        <Value>(then: (value: Value) => void) =>
        (value: Value) => {
          clearTimeout(timer)
          then(value)
        }
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) })
      worker.postMessage({ id, task })
    })
  }
  return { ask, stop }
}
