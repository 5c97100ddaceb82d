import type { ServerResponse } from 'node:http'
import { MINUTE_MS, SECOND_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { EventFeed, PorticoEvent } from './events.ts'
import { liveKeysOf } from './live-key.ts'

/** Whose screen asks for which patients' events, and until when it may. */
export type Watching = {
  practiceId: string
  /** Live keys. */
  keys: readonly string[]
  /** One person, however many screens. */
  reader: string
  /** Epoch ms: the end of the session or token. */
  endsAt: number
}

export type EventStreams = {
  /** Writes events onto an answer whose head is out, until its end, five minutes at most. */
  open(response: ServerResponse, watching: Watching): void
  /** Ends every stream; none begins any more. */
  close(): void
}

type Stream = Watching & {
  response: ServerResponse
  /** The second, of each 25, in which its heart beats. */
  beat: number
}

/** One practice's streams by live key: an event costs nothing to who did not ask for it. */
type Practice = {
  byKey: Map<string, Set<Stream>>
  /** What has just happened, for who comes back after a moment. */
  recent: { at: number; keys: readonly string[] }[]
  streams: number
  leave: (() => void) | null
}

const LONGEST_MS = 5 * MINUTE_MS
const BEAT_SECONDS = 25
const MOST_PER_READER = 20
/** A screen that reads slower than this is better off to come again. */
const MOST_WAITING_BYTES = 64 * 1024
/** A card is read some time before its stream opens, and a stream is opened anew: nothing falls in between. */
const RECENT_MS = 5 * SECOND_MS

/**
 * All live screens of this node: plain writes to Node's own answers, one timer and one look at the store for all, so
 * that ten thousand of them fit.
 * @see design §9 "Live updates"
 */
export function createEventStreams(deps: { feed: EventFeed; keyring: Keyring; now: Clock }): EventStreams {
  const practices = new Map<string, Practice>()
  const readers = new Map<string, Set<Stream>>()
  const streams = new Set<Stream>()
  let timer: NodeJS.Timeout | undefined
  let seconds = 0
  let opened = 0
  let isClosed = false

  const leave = (stream: Stream) => {
    if (!streams.delete(stream)) return
    forget(practices, readers, stream)
    if (streams.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
  const end = (stream: Stream) => {
    leave(stream)
    stream.response.end()
  }
  const endAllOf = (practiceId: string) => {
    for (const stream of streams) if (stream.practiceId === practiceId) end(stream)
  }
  const everySecond = () => {
    const now = deps.now()
    const beat = seconds++ % BEAT_SECONDS
    for (const stream of streams)
      if (stream.endsAt <= now) end(stream)
      else if (stream.beat === beat) write(stream, HEARTBEAT)
  }
  return {
    open: (response, watching) => {
      if (isClosed || response.destroyed) return void response.end()
      const endsAt = Math.min(watching.endsAt, deps.now() + LONGEST_MS)
      const stream: Stream = { ...watching, endsAt, response, beat: opened++ % BEAT_SECONDS }
      response.once('close', () => leave(stream))
      streams.add(stream)
      const oldest = addReader(readers, stream)
      if (oldest) end(oldest)
      write(stream, HEARTBEAT)
      enter(deps, practices, stream, endAllOf)
      timer ??= setInterval(everySecond, SECOND_MS).unref()
    },
    close: () => {
      isClosed = true
      for (const stream of streams) end(stream)
    },
  }
}

const HEARTBEAT = ': \n\n'

function write({ response }: Stream, text: string): void {
  if (response.writableLength > MOST_WAITING_BYTES) response.destroy()
  else response.write(text)
}

/** @returns the stream that has to make room */
function addReader(readers: Map<string, Set<Stream>>, stream: Stream): Stream | undefined {
  const own = readers.get(stream.reader) ?? new Set()
  readers.set(stream.reader, own.add(stream))
  return own.size > MOST_PER_READER ? own.values().next().value : undefined
}

type Hearing = Parameters<typeof createEventStreams>[0]

function enter(
  deps: Hearing,
  practices: Map<string, Practice>,
  stream: Stream,
  endAllOf: (practiceId: string) => void,
): void {
  const { practiceId, keys } = stream
  const practice = practices.get(practiceId) ?? { byKey: new Map(), recent: [], streams: 0, leave: null }
  practices.set(practiceId, practice)
  practice.streams++
  practice.leave ??= deps.feed.subscribe(practiceId, (event) => {
    // Somebody may no longer do what they could: who comes again is asked anew at the door.
    if (event.topic === 'staff') endAllOf(practiceId)
    else deliver(deps, practice, event)
  })
  dropOld(practice, deps.now())
  const missed = new Set(practice.recent.flatMap((event) => event.keys))
  for (const key of keys) {
    const watchers = practice.byKey.get(key) ?? new Set()
    practice.byKey.set(key, watchers.add(stream))
    if (missed.has(key)) write(stream, toLine(key))
  }
}

function forget(practices: Map<string, Practice>, readers: Map<string, Set<Stream>>, stream: Stream): void {
  const own = readers.get(stream.reader)
  own?.delete(stream)
  if (own?.size === 0) readers.delete(stream.reader)
  const practice = practices.get(stream.practiceId)
  if (!practice) return
  for (const key of stream.keys) {
    const watchers = practice.byKey.get(key)
    watchers?.delete(stream)
    if (watchers?.size === 0) practice.byKey.delete(key)
  }
  if (--practice.streams > 0) return
  practice.leave?.()
  practice.leave = null
}

function deliver({ keyring, now }: Hearing, practice: Practice, { practiceId, patientId }: PorticoEvent) {
  if (patientId === null) return
  const at = now()
  dropOld(practice, at)
  const keys = liveKeysOf(keyring, practiceId, patientId)
  practice.recent.push({ at, keys })
  for (const key of keys) for (const stream of practice.byKey.get(key) ?? []) write(stream, toLine(key))
}

function dropOld({ recent }: Practice, now: number): void {
  const firstKept = recent.findIndex(({ at }) => at > now - RECENT_MS)
  recent.splice(0, firstKept === -1 ? recent.length : firstKept)
}

const toLine = (key: string) => `data: ${key}\n\n`
