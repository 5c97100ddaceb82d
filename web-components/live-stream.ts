import { type LiveEvents, Refusal } from './client.ts'

/** The service's heart beats every 25 s: a stream that says nothing for longer is dead. */
export const SILENT_MS = 40_000

/** The service says no: asking again would change nothing. */
class Refused extends Error {}

export const isRefused = (fault: unknown): boolean =>
  fault instanceof Refused || (fault instanceof Refusal && fault.code === 'host-signed-out')

/**
 * Reads a stream of live events to its end.
 * @param hear called for every piece, with the keys that it names: none with a heartbeat
 * @throws whatever broke it: no network, no answer, silence, a refusal
 */
export async function readStream(
  open: LiveEvents['open'],
  keys: readonly string[],
  stop: AbortController,
  hear: (keys: readonly string[]) => void,
): Promise<void> {
  const watchdog = createWatchdog(() => stop.abort())
  try {
    const { status, body } = await open(keys, stop.signal)
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw new Refused()
    if (status !== 200 || !body) throw new Error('no stream')
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    stop.signal.addEventListener('abort', () => void reader.cancel().catch(() => {}))
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (stop.signal.aborted) throw new Error('silent, or not wanted any more')
      if (done) return
      watchdog.feed()
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      hear(lines.filter((line) => line.startsWith(DATA)).map((line) => line.slice(DATA.length)))
    }
  } finally {
    watchdog.rest()
  }
}

const DATA = 'data: '

function createWatchdog(bark: () => void) {
  let timer = setTimeout(bark, SILENT_MS)
  return {
    feed: () => {
      clearTimeout(timer)
      timer = setTimeout(bark, SILENT_MS)
    },
    rest: () => clearTimeout(timer),
  }
}

/** Waits so long, or until `signal`. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
