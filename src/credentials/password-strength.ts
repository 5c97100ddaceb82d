import { Worker } from 'node:worker_threads'
import { Problem } from '../problem.ts'
import type { PasswordStrength } from './password-policy.ts'

/** The first one waits for the word lists, on a busy machine for seconds. */
const ANSWER_WITHIN_MS = 20_000

type Answer = { id: number; score: number }

/**
 * Scores passwords in a thread of its own: the word lists take 375 ms to load and a check up to 200 ms, which must not
 * hold up other people. The thread starts with the first password and is kept.
 */
export function createPasswordStrength(): PasswordStrength & { close(): Promise<void> } {
  const waiting = new Map<number, { resolve: (score: number) => void; reject: (error: Problem) => void }>()
  let worker: Worker | undefined
  let lastId = 0

  const failAll = () => {
    worker = undefined
    for (const { reject } of waiting.values()) reject(busy())
    waiting.clear()
  }
  const start = () => {
    const thread = new Worker(new URL('./password-strength-worker.ts', import.meta.url))
    thread.on('message', ({ id, score }: Answer) => {
      waiting.get(id)?.resolve(score)
      waiting.delete(id)
    })
    thread.on('error', failAll)
    thread.unref()
    return thread
  }

  /** @throws Problem `busy` when the thread died or does not answer in time */
  function score(password: string, inputs: string[]): Promise<number> {
    worker ??= start()
    const id = ++lastId
    const thread = worker
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => waiting.delete(id) && reject(busy()), ANSWER_WITHIN_MS)
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer)
          then(value)
        }
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) })
      thread.postMessage({ id, password, inputs })
    })
  }
  return {
    score,
    async close() {
      await worker?.terminate()
      worker = undefined
    },
  }
}

const busy = () =>
  new Problem('busy', 'A lot is going on right now. Try again in a moment.', { retryAfter: 2 })
