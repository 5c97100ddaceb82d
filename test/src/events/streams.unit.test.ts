import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import type { EventFeed, PorticoEvent } from '../../../src/events/events.ts'
import { liveKeyOf } from '../../../src/events/live-key.ts'
import { createEventStreams } from '../../../src/events/streams.ts'

const keyring = createKeyring(`test:${randomBytes(32).toString('base64url')}`)
const WALTER = liveKeyOf(keyring, 'fernwood', 'walter')
const changed: PorticoEvent = { practiceId: 'fernwood', topic: 'access', patientId: 'walter' }
const MINUTE = 60_000

/** A feed that says what it is told to, and whether anybody listens. */
function openFeed() {
  const listeners = new Set<(event: PorticoEvent) => void>()
  const feed: EventFeed = {
    refresh: async () => {},
    subscribe: (_practice, listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const happen = (event: PorticoEvent) => {
    for (const listener of listeners) listener(event)
  }
  return { feed, listeners, happen }
}

const watching = (more: object = {}) => ({
  practiceId: 'fernwood',
  keys: [WALTER],
  reader: 'staff-1',
  endsAt: Date.now() + MINUTE,
  ...more,
})

let feed: ReturnType<typeof openFeed>
let streams: ReturnType<typeof createEventStreams>
beforeEach(() => {
  feed = openFeed()
  streams = createEventStreams({ feed: feed.feed, keyring, now: Date.now })
})
afterEach(() => {
  streams.close()
  vi.useRealTimers()
})

/** An answer on the wire, and what the reader has got of it. */
async function openAnswer() {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>()
  const server = createServer((_request, response) => {
    response.writeHead(200)
    resolve(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  const response = await promise
  server.close()
  return { response, socket }
}

test('who reads nothing is dropped; the others go on', async () => {
  const [slow, quick] = [await openAnswer(), await openAnswer()]
  // What the system would take first is megabytes: here it takes nothing from the start.
  slow.response.socket?.cork()
  quick.socket.resume()
  streams.open(slow.response, watching())
  streams.open(quick.response, watching({ reader: 'staff-2' }))
  const closed = once(slow.response, 'close')
  for (let turn = 0; turn < 50 && !slow.response.destroyed; turn++) {
    for (let event = 0; event < 200; event++) feed.happen(changed)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closed
  expect(slow.response.destroyed).toBe(true)
  expect(quick.response.destroyed).toBe(false)
  for (const { socket } of [slow, quick]) socket.destroy()
})

test('a heart beats every 25 s, and nobody is kept when nobody is there', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  const written: string[] = []
  const { response, socket } = await openAnswer()
  vi.spyOn(response, 'write').mockImplementation((text: unknown) => written.push(String(text)) > 0)
  streams.open(response, watching({ endsAt: Date.now() + 4 * MINUTE }))
  expect(feed.listeners.size).toBe(1)
  vi.advanceTimersByTime(75_000)
  expect(written).toEqual([': \n\n', ': \n\n', ': \n\n', ': \n\n'])
  socket.destroy()
  await once(response, 'close')
  expect(feed.listeners.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('an event of no patient, or of another practice’s, is nobody’s', async () => {
  const { response, socket } = await openAnswer()
  const write = vi.spyOn(response, 'write')
  streams.open(response, watching())
  write.mockClear()
  feed.happen({ ...changed, patientId: null })
  feed.happen({ ...changed, practiceId: 'harbor' })
  expect(write).not.toHaveBeenCalled()
  feed.happen(changed)
  expect(write.mock.calls).toEqual([[`data: ${WALTER}\n\n`]])
  socket.destroy()
})

test('when people or rights of a practice change its streams end, and no others', async () => {
  const [own, other] = [await openAnswer(), await openAnswer()]
  streams.open(own.response, watching())
  streams.open(other.response, watching({ practiceId: 'harbor' }))
  const staff = { practiceId: 'fernwood', topic: 'staff', patientId: null }
  const [first] = feed.listeners
  first?.(staff)
  expect([own.response.writableEnded, other.response.writableEnded]).toEqual([true, false])
  expect(feed.listeners.size).toBe(1)
  for (const { socket } of [own, other]) socket.destroy()
})

test('who has gone before the stream begins, and who comes after the stop, is not kept', async () => {
  const gone = await openAnswer()
  gone.socket.destroy()
  await once(gone.response, 'close')
  streams.open(gone.response, watching())
  expect(feed.listeners.size).toBe(0)

  streams.close()
  const late = await openAnswer()
  streams.open(late.response, watching())
  expect(late.response.writableEnded).toBe(true)
  expect(feed.listeners.size).toBe(0)
  late.socket.destroy()
})
