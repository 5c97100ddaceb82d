import type { LiveWatch } from './live.ts'
import { lead } from './live-lead.ts'
import { pause, SILENT_MS } from './live-stream.ts'

const LONGEST_BACK_OFF_MS = 30_000
/** What the service lets one stream ask for. */
const MOST_KEYS = 50

/** What those who share a stream say to each other. */
export type Message =
  | { say: 'who' }
  | { say: 'here'; who: string; key: string }
  | { say: 'gone'; who: string }
  | { say: 'changed'; key: string }
  /** The stream of these keys is alive. */
  | { say: 'heard'; keys: readonly string[] }
  | { say: 'lost' }

/** What a leader has to do with the others. */
export type Table = {
  /** Asks who is there. */
  ask: () => void
  /** Every key that somebody watches, one's own first. */
  keys: () => string[]
  /** To the others, and to oneself. */
  tell: (message: Message) => void
  /** Calls back when somebody comes or goes; answers the way to stop. */
  onKeys: (moved: () => void) => () => void
}

/**
 * Sits down with everybody in this browser who watches the same scope. Who holds its lock leads; the others say their
 * keys and are told what the leader's stream tells. Gets up with `signal`.
 *
 * @param refused called when this page may not watch: another page's session may be good
 */
export function takeSeat(
  { scope, key, open }: LiveWatch,
  hear: (message: Message) => void,
  refused: () => void,
  signal: AbortSignal,
): void {
  const name = `portico-live ${scope}`
  const channel = new BroadcastChannel(name)
  const who = crypto.randomUUID()
  const others = new Map<string, string>()
  const moves = new EventTarget()
  const send = (message: Message) => channel.postMessage(message)

  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.say === 'who') send({ say: 'here', who, key })
    else if (data.say === 'here') others.set(data.who, data.key)
    else if (data.say === 'gone') others.delete(data.who)
    else return hear(data)
    moves.dispatchEvent(new Event('moved'))
  })
  signal.addEventListener('abort', () => {
    send({ say: 'gone', who })
    channel.close()
  })
  const table: Table = {
    ask: () => {
      // Who went without a word does not answer.
      others.clear()
      send({ say: 'who' })
    },
    keys: () => [...new Set([key, ...others.values()])].slice(0, MOST_KEYS),
    tell: (message) => {
      if (signal.aborted) return
      send(message)
      hear(message)
    },
    onKeys: (moved) => {
      moves.addEventListener('moved', moved)
      return () => moves.removeEventListener('moved', moved)
    },
  }
  send({ say: 'here', who, key })
  void takeTurns(name, table, () => lead(open, table, refused, signal), signal)
}

/** Leads whenever it is one's turn. Who loses the stream gives the turn away: another tab may fare better. */
async function takeTurns(
  name: string,
  table: Table,
  turn: () => Promise<{ lastedMs: number; isBroken: boolean }>,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    const { lastedMs, isBroken } = await navigator.locks.request(name, { signal }, turn).catch(() => NEVER)
    if (signal.aborted) return
    const isLong = lastedMs > SILENT_MS
    failures = isLong && !isBroken ? 0 : isLong ? 1 : failures + 1
    if (failures === 0) continue
    table.tell({ say: 'lost' })
    const backOff = Math.min(1000 * 2 ** (failures - 1), LONGEST_BACK_OFF_MS)
    await pause(backOff * (0.5 + Math.random() / 2), signal)
  }
}

const NEVER = { lastedMs: 0, isBroken: true }
