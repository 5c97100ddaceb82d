import { afterEach, expect, test } from 'vitest'
import { createEventFeed, type PorticoEvent, publishEvent } from '../../../src/events/events.ts'
import { openStore, type Store } from '../../../src/store/open.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const store = await openTestStore()
let now = NOW
const clock = () => now
const stops: (() => void)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0)) stop()
  await store.db.deleteFrom('event').execute()
  now = NOW
})

const publish = (topic: string, at = now, practiceId = 'fernwood') =>
  publishEvent(store.db, { practiceId, topic, patientId: 'p1' }, at)

function listen(feed: ReturnType<typeof createEventFeed>, practiceId = 'fernwood') {
  const heard: PorticoEvent[] = []
  stops.push(feed.subscribe(practiceId, (event) => heard.push(event)))
  return { topics: () => heard.map((event) => event.topic), heard }
}

test('a listener hears each event of its practice once, in order', async () => {
  const feed = createEventFeed(store, clock)
  const fernwood = listen(feed)
  const harbor = listen(feed, 'harbor')
  await publish('access', NOW)
  await publish('account', NOW + 1)
  await publish('mail', NOW + 1, 'harbor')
  await Promise.all([feed.refresh(), feed.refresh(), feed.refresh()])
  now += 1000
  await publish('session', now)
  await feed.refresh()
  expect(fernwood.topics()).toEqual(['access', 'account', 'session'])
  expect(harbor.topics()).toEqual(['mail'])
  expect(fernwood.heard[0]).toEqual({ practiceId: 'fernwood', topic: 'access', patientId: 'p1' })
})

test('an event that commits late is heard all the same', async () => {
  const feed = createEventFeed(store, clock)
  const { topics } = listen(feed)
  const slow = NOW + 1000
  now = NOW + 4000
  await publish('quick')
  await feed.refresh()
  await publish('slow', slow)
  now = NOW + 5900
  await feed.refresh()
  expect(topics()).toEqual(['quick', 'slow'])
})

test('after an outage the gap is read too, and the store fault is told', async () => {
  let down = false
  const errors: unknown[] = []
  const shaky: Store = {
    ...store,
    get db() {
      if (down) throw new Error('store is away')
      return store.db
    },
  }
  const feed = createEventFeed(shaky, clock, (error) => errors.push(error))
  const { topics } = listen(feed)
  await feed.refresh()
  down = true
  now += 20_000
  await publish('meanwhile')
  now += 20_000
  await feed.refresh()
  expect(errors).toHaveLength(1)
  expect(topics()).toEqual([])
  down = false
  await feed.refresh()
  expect(topics()).toEqual(['meanwhile'])
})

test('a node hears what another one published, within about a second and without being told', async () => {
  const other = await openStore(store.url)
  const feed = createEventFeed(other, Date.now)
  const { topics } = listen(feed)
  await publish('access', Date.now())
  await expect.poll(topics, { timeout: 4000 }).toEqual(['access'])
  for (const stop of stops.splice(0)) stop()
  await other.close()
})

test('who has left hears nothing more, and a rolled back change is never heard of', async () => {
  const feed = createEventFeed(store, clock)
  const stays = listen(feed)
  const leaves = listen(feed)
  stops.pop()?.()
  const failed = store.transaction(async (tx) => {
    await publishEvent(tx, { practiceId: 'fernwood', topic: 'undone' }, now)
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  await publish('access')
  await feed.refresh()
  expect(stays.topics()).toEqual(['access'])
  expect(leaves.topics()).toEqual([])
})
