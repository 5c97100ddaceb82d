import type { LiveEvents } from '../../../web-components/client.ts'

type Opened = {
  keys: readonly string[]
  signal: AbortSignal
  controller: ReadableStreamDefaultController<Uint8Array>
}

/** A service's live streams, as a page sees them. */
export type Source = ReturnType<typeof openSource>

export function openSource() {
  const opened: Opened[] = []
  const asked: (readonly string[])[] = []
  const encoder = new TextEncoder()
  const open: LiveEvents['open'] = async (keys, signal) => {
    asked.push(keys)
    if (source.refuses === 'offline') throw new TypeError('Failed to fetch')
    if (source.refuses !== null) return new Response('{}', { status: source.refuses })
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const own = { keys, signal, controller }
        opened.push(own)
        const gone = () => opened.splice(opened.indexOf(own), 1)
        signal.addEventListener('abort', () => {
          if (!opened.includes(own)) return
          gone()
          controller.error(new DOMException('aborted', 'AbortError'))
        })
        if (source.beatsByItself) controller.enqueue(encoder.encode(': \n\n'))
      },
    })
    return new Response(body)
  }
  const write = (text: string, at?: number) => {
    for (const { controller } of at === undefined ? opened : opened.slice(at, at + 1))
      controller.enqueue(encoder.encode(text))
  }
  const source = {
    open,
    /** The keys of every time that a stream was asked for. */
    asked,
    /** Streams that are open now. */
    streams: (): readonly Opened[] => opened,
    /** Says nothing at first: nobody knows yet whether the stream gets through. */
    beatsByItself: true,
    refuses: null as number | 'offline' | null,
    say: (key: string, at?: number) => write(`data: ${key}\n\n`, at),
    beat: (at?: number) => write(': \n\n', at),
    end: () => {
      for (const { controller } of opened.splice(0)) controller.close()
    },
    break: () => {
      for (const { controller } of opened.splice(0)) controller.error(new TypeError('network error'))
    },
  }
  return source
}

/** Puts the tab into the background, or back. */
export function hide(isHidden: boolean): void {
  if (document.hidden === isHidden) return
  Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}
