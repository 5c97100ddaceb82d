import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLog } from '../../../src/log.ts'
import { createWorker } from '../../../src/store/worker.ts'

const log = createLog('silent')

test('a step runs again at once while there is more, then rests; a slow one holds up no other', async () => {
  let left = 3
  let runs = 0
  const release = Promise.withResolvers<boolean>()
  const busy = { name: 'busy', everyMs: 60_000, run: async () => (runs++, --left > 0) }
  const slow = { name: 'slow', everyMs: 10, run: () => release.promise }
  const worker = createWorker({ steps: [slow, busy], log })
  worker.start()
  worker.start()
  await expect.poll(() => runs).toBe(3)
  await delay(20)
  expect(runs).toBe(3)
  release.resolve(false)
  await worker.stop()
})

test('stop waits for the piece that is running, and nothing runs after it', async () => {
  let running = 0
  let runs = 0
  const step = {
    name: 'step',
    everyMs: 1,
    run: async () => {
      runs++
      running++
      await delay(30)
      running--
      return true
    },
  }
  const worker = createWorker({ steps: [step], log })
  worker.start()
  await expect.poll(() => runs).toBeGreaterThan(0)
  await worker.stop()
  const runsAtStop = runs
  expect(running).toBe(0)
  await delay(50)
  expect(runs).toBe(runsAtStop)
})

test('a step that fails is tried again after its rest', async () => {
  let runs = 0
  const step = {
    name: 'step',
    everyMs: 5,
    run: () => (++runs < 3 ? Promise.reject(new Error('down')) : delay(0, false)),
  }
  const worker = createWorker({ steps: [step], log })
  worker.start()
  await expect.poll(() => runs).toBeGreaterThanOrEqual(3)
  await worker.stop()
})

test('drain goes round until no step has more, and lets failures through', async () => {
  const done: string[] = []
  const queue = ['a', 'b']
  const first = { name: 'first', everyMs: 1, run: async () => done.push('looked') < 0 }
  const second = {
    name: 'second',
    everyMs: 1,
    run: async () => {
      const item = queue.shift()
      if (item) done.push(item)
      return item !== undefined
    },
  }
  await createWorker({ steps: [first, second], log }).drain()
  expect(done).toEqual(['looked', 'a', 'looked', 'b', 'looked'])
  const broken = { name: 'broken', everyMs: 1, run: () => Promise.reject(new Error('down')) }
  await expect(createWorker({ steps: [broken], log }).drain()).rejects.toThrow('down')
})
