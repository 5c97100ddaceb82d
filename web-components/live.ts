import type { LiveEvents } from './client.ts'
import { type Message, takeSeat } from './live-seat.ts'
import { SILENT_MS } from './live-stream.ts'

export type LiveWatch = {
  /** Address of the API: all who watch the same one in this browser share one stream. */
  scope: string
  /** Live key of one patient. */
  key: string
  open: LiveEvents['open']
  /** Something about the patient changed, or may have: read again. Called only while somebody can look. */
  changed: () => void
  signal: AbortSignal
}

/** A tab that nobody has looked at for so long watches no more. */
const HIDDEN_MS = 60_000
/** So often everybody looks for themselves while there is no stream. */
const POLL_MS = 30_000
/** What happened in the last seconds before a stream began comes with it. After a longer gap everybody reads again. */
const GAP_MS = 3000

/**
 * Tells when something about a patient changes. However many cards and tabs watch, a browser keeps ONE stream. A hidden
 * tab leaves after a minute and looks once when it is seen again. Where there is no stream each visible card looks every
 * 30 s. Ends with `signal`.
 *
 * @see design §9 "Live updates"
 */
export function watchLive(watch: LiveWatch): void {
  const { changed, signal } = watch
  if (signal.aborted) return
  let seat: AbortController | null = null
  let owed = false
  let hiding: ReturnType<typeof setTimeout> | undefined

  const tell = () => {
    owed = document.hidden
    if (!owed) changed()
  }
  const leave = () => {
    seat?.abort()
    seat = null
  }
  const ear = createEar(watch.key, tell)
  const refused = () => {
    leave()
    ear.hear({ say: 'lost' })
  }
  const rest = () => {
    leave()
    owed = true
  }
  const join = () => {
    seat = new AbortController()
    // A page without a secure address has no locks: it looks for itself.
    if ('locks' in navigator) takeSeat(watch, ear.hear, refused, seat.signal)
  }
  const look = () => {
    clearTimeout(hiding)
    if (document.hidden) hiding = setTimeout(rest, HIDDEN_MS)
    else {
      if (!seat) join()
      if (owed) tell()
    }
  }
  const poll = setInterval(() => {
    if (seat && !document.hidden && ear.isDeaf()) changed()
  }, POLL_MS)

  document.addEventListener('visibilitychange', look, { signal })
  signal.addEventListener('abort', () => {
    clearInterval(poll)
    clearTimeout(hiding)
    seat?.abort()
  })
  join()
  look()
}

/** Makes of what is said about all patients what matters to one card. */
function createEar(key: string, tell: () => void) {
  let heardAt = 0
  let lostAt: number | null = null
  return {
    hear: (message: Message) => {
      if (message.say === 'changed' && message.key === key) tell()
      if (message.say === 'lost') lostAt ??= heardAt
      if (message.say !== 'heard' || !message.keys.includes(key)) return
      if (lostAt !== null && Date.now() - lostAt > GAP_MS) tell()
      lostAt = null
      heardAt = Date.now()
    },
    isDeaf: () => Date.now() - heardAt > SILENT_MS,
  }
}
