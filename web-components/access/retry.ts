/** How long to wait before asking an EMR again that did not answer. */
const RETRY_MS = 15_000

export type Retry = { schedule: () => void; cancel: () => void }

/** Asks again by itself after a while; a hidden tab waits until somebody looks at it. Ends with `signal`. */
export function createRetry(again: () => void, signal: AbortSignal): Retry {
  let timer: ReturnType<typeof setTimeout> | undefined
  let overdue = false
  const cancel = () => {
    clearTimeout(timer)
    overdue = false
  }
  const due = () => {
    overdue = document.hidden
    if (!overdue) again()
  }
  const seen = () => {
    if (overdue) due()
  }
  document.addEventListener('visibilitychange', seen, { signal })
  signal.addEventListener('abort', cancel, { once: true })
  return {
    schedule: () => {
      if (signal.aborted) return
      cancel()
      timer = setTimeout(due, RETRY_MS)
    },
    cancel,
  }
}
