/** Asks again every so often while somebody looks; a hidden tab catches up when it is seen. Ends with `signal`. */
export function keepFresh(ask: () => void, everyMs: number, signal: AbortSignal): void {
  let isOverdue = false
  const due = () => {
    isOverdue = document.hidden
    if (!isOverdue) ask()
  }
  const timer = setInterval(due, everyMs)
  document.addEventListener('visibilitychange', () => isOverdue && due(), { signal })
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}
