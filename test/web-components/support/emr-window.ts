import { afterEach, vi } from 'vitest'

/** A request of SMART Web Messaging, as the EMR's page gets it. */
export type Asked = {
  messagingHandle: string
  messageId: string
  messageType: string
  payload: Record<string, unknown>
}
/** What it answers: the whole message, or nothing at all. */
type Answer = (asked: Asked) => object | null

export const HANDLE = 'handle-1'
/** What a launch says of the page around it. */
export const offer = () => ({ handle: HANDLE, origin: location.origin })

/** An answer as it should be. */
export const answerTo = ({ messageId }: Asked, payload: object = {}) => ({
  messageId: crypto.randomUUID(),
  responseToMessageId: messageId,
  payload,
})

/** The usual EMR: it knows its handle, and does what is asked. */
export const willing: Answer = (asked) => {
  if (asked.messagingHandle !== HANDLE) return null
  return answerTo(asked, asked.messageType === 'status.handshake' ? {} : { status: 'success' })
}

/**
 * A frame that takes the place of the page around us. It answers from a window and an origin of its own, so that what is
 * checked of both is truly checked.
 * @param options `sandbox`: its origin is nobody's
 */
export async function openEmrWindow(answer: Answer, options: { sandbox?: boolean } = {}) {
  const asked: Asked[] = []
  const frame = document.createElement('iframe')
  frame.title = 'EMR'
  frame.hidden = true
  if (options.sandbox) frame.setAttribute('sandbox', 'allow-scripts')
  // It passes on what it hears to the test, and posts what the test gives it.
  frame.srcdoc = `<script>
    addEventListener('message', ({ data, ports }) => {
      if (ports[0]) {
        window.test = ports[0]
        window.test.onmessage = ({ data }) => parent.postMessage(data, '*')
        window.test.postMessage({ isReady: true })
      } else window.test?.postMessage(data)
    })
  </script>`
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
  document.documentElement.append(frame)
  await loaded
  const emr = frame.contentWindow
  if (!emr) throw new Error('The frame has no window')
  const { port1, port2 } = new MessageChannel()
  const ready = new Promise<void>((resolve) => {
    port1.addEventListener('message', ({ data }: MessageEvent<Asked & { isReady?: true }>) => {
      if (data.isReady) return resolve()
      asked.push(data)
      const reply = answer(data)
      if (reply) port1.postMessage(reply)
    })
  })
  port1.start()
  emr.postMessage(null, '*', [port2])
  await ready
  const parent = vi.spyOn(window, 'parent', 'get').mockReturnValue(emr)
  opened.push(() => {
    parent.mockRestore()
    frame.remove()
  })
  return { asked, say: (message: object) => port1.postMessage(message) }
}

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0)) close()
})
