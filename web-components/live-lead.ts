import type { LiveEvents } from './client.ts'
import type { Table } from './live-seat.ts'
import { isRefused, pause, readStream } from './live-stream.ts'

/** Several cards of a page come one after the other: they are asked for together. */
const SETTLE_MS = 100
/** Before the service ends it: the next stream is there before this one goes. */
const RENEW_MS = 270_000

/**
 * Keeps the one stream until it ends by itself or by `signal`. For other keys, or before its time is over, a new one is
 * opened, and the old one goes when that is there: nothing falls in between.
 */
export async function lead(
  open: LiveEvents['open'],
  table: Table,
  refused: () => void,
  signal: AbortSignal,
): Promise<{ lastedMs: number; isBroken: boolean }> {
  const since = Date.now()
  const over = new AbortController()
  let current = null as { stop: AbortController; keys: string } | null
  let isBroken = false

  const begin = async () => {
    if (over.signal.aborted) return
    const keys = table.keys()
    const before = current
    const own = { stop: new AbortController(), keys: toText(keys) }
    current = own
    const hear = (changed: readonly string[]) => {
      before?.stop.abort()
      table.tell({ say: 'heard', keys })
      for (const key of changed) table.tell({ say: 'changed', key })
    }
    const fault: unknown = await readStream(open, keys, own.stop, hear).catch((error: unknown) => error)
    before?.stop.abort()
    if (current !== own) return
    isBroken = fault !== undefined
    over.abort()
    if (isRefused(fault)) refused()
  }
  const renew = async () => {
    table.ask()
    await pause(SETTLE_MS, over.signal)
    await begin()
  }
  const end = () => over.abort()
  const settle = createSettle(() => current?.keys !== toText(table.keys()) && void begin())
  const deafen = table.onKeys(settle.soon)
  const renewal = setInterval(() => void renew(), RENEW_MS)
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  else void renew()
  await pause(Number.POSITIVE_INFINITY, over.signal)
  for (const stop of [deafen, settle.cancel, () => clearInterval(renewal)]) stop()
  signal.removeEventListener('abort', end)
  current?.stop.abort()
  return { lastedMs: Date.now() - since, isBroken }
}

const toText = (keys: readonly string[]) => keys.toSorted().join()

/** Waits until nobody comes or goes any more. */
function createSettle(done: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const cancel = () => clearTimeout(timer)
  return {
    cancel,
    soon: () => {
      cancel()
      timer = setTimeout(done, SETTLE_MS)
    },
  }
}
