import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { watchLive } from '../../web-components/live.ts'
import { hide, openSource, type Source } from './support/live-source.ts'

let scope = ''
let leave: (() => void)[] = []
beforeEach(() => {
  scope = `/fernwood/${crypto.randomUUID()}/`
})
afterEach(async () => {
  for (const stop of leave) stop()
  leave = []
  hide(false)
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** One card that watches; each is on its own, as if it were a tab. */
function watch(source: Source, key = 'walter') {
  const gone = new AbortController()
  const changed = vi.fn()
  watchLive({ scope, key, open: source.open, changed, signal: gone.signal })
  const stop = () => gone.abort()
  leave.push(stop)
  return { changed, stop }
}

const { locks } = navigator
const useClock = () =>
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
/** Time goes by, and what is sent between tabs meanwhile arrives. */
async function pass(ms: number) {
  for (let left = ms; left > 0; left -= 500) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 500))
    // The browser answers in order: what it was asked before is done by then.
    await locks.request(crypto.randomUUID(), () => {})
  }
}
const oneStream = (source: Source, keys: readonly string[]) =>
  vi.waitFor(() =>
    expect(source.streams().map(({ keys: asked }) => asked.toSorted())).toEqual([[...keys].toSorted()]),
  )

describe('one stream for all', () => {
  test('ten cards share one, and each hears of its own patient only', async () => {
    const source = openSource()
    const keys = Array.from({ length: 10 }, (_, n) => `patient-${n}`)
    const cards = keys.map((key) => watch(source, key))
    await oneStream(source, keys)
    source.say('patient-3')
    source.say('patient-3')
    await vi.waitFor(() => expect(cards[3]?.changed).toHaveBeenCalledTimes(2))
    expect(cards.map(({ changed }) => changed.mock.calls.length)).toEqual([0, 0, 0, 2, 0, 0, 0, 0, 0, 0])
    expect(source.asked).toHaveLength(1)
  })

  test('two cards of one patient are asked for once, and both hear of it', async () => {
    const source = openSource()
    const cards = [watch(source), watch(source)]
    await oneStream(source, ['walter'])
    source.say('walter')
    await vi.waitFor(() => expect(cards.map(({ changed }) => changed.mock.calls.length)).toEqual([1, 1]))
  })

  test('for a card that comes later the new stream is there before the old one goes', async () => {
    const source = openSource()
    const first = watch(source)
    await oneStream(source, ['walter'])
    source.beatsByItself = false
    watch(source, 'maria')
    await vi.waitFor(() => expect(source.streams()).toHaveLength(2))
    source.say('walter', 0)
    await vi.waitFor(() => expect(first.changed).toHaveBeenCalledOnce())
    source.beat(1)
    await oneStream(source, ['maria', 'walter'])
  })

  test('another takes over from who goes, with everybody who is left', async () => {
    const source = openSource()
    const cards = ['walter', 'maria', 'piotr'].map((key) => watch(source, key))
    await oneStream(source, ['walter', 'maria', 'piotr'])
    cards[0]?.stop()
    await oneStream(source, ['maria', 'piotr'])
    source.say('piotr')
    await vi.waitFor(() => expect(cards[2]?.changed).toHaveBeenCalledOnce())
    expect(cards[1]?.changed).not.toHaveBeenCalled()
    expect(cards[2]?.changed).toHaveBeenCalledOnce()
  })

  test('no more than fifty are asked for', async () => {
    const source = openSource()
    for (let n = 0; n < 55; n++) watch(source, `patient-${n}`)
    await vi.waitFor(() => expect(source.streams().map(({ keys }) => keys.length)).toEqual([50]), {
      timeout: 5000,
    })
  })

  test('when the last one goes nothing is left behind', async () => {
    const source = openSource()
    const card = watch(source)
    await oneStream(source, ['walter'])
    useClock()
    const later = watch(source, 'maria')
    card.stop()
    later.stop()
    await oneStreamGone(source)
    expect(vi.getTimerCount()).toBe(0)
    const { held = [], pending = [] } = await navigator.locks.query()
    expect([...held, ...pending].filter(({ name }) => name?.includes(scope))).toEqual([])
  })
})

const oneStreamGone = (source: Source) => vi.waitFor(() => expect(source.streams()).toEqual([]))

describe('when a stream ends', () => {
  test('by itself after a while, the next one is opened at once and nobody reads again', async () => {
    useClock()
    const source = openSource()
    const card = watch(source)
    await oneStream(source, ['walter'])
    for (let n = 0; n < 3; n++) {
      await pass(20_000)
      source.beat()
    }
    expect(source.asked).toHaveLength(1)
    source.end()
    await vi.waitFor(() => expect(source.streams()).toHaveLength(1), { timeout: 1000 })
    expect(source.asked).toHaveLength(2)
    await pass(1000)
    expect(card.changed).not.toHaveBeenCalled()
  })

  test('after a break everybody reads once more, as something may have happened', async () => {
    useClock()
    const source = openSource()
    const cards = [watch(source), watch(source, 'maria')]
    await oneStream(source, ['maria', 'walter'])
    await pass(10_000)
    source.refuses = 'offline'
    source.break()
    await pass(20_000)
    expect(source.streams()).toEqual([])
    source.refuses = null
    await pass(20_000)
    await vi.waitFor(() => expect(source.streams()).toHaveLength(1))
    await vi.waitFor(() => expect(cards.map(({ changed }) => changed.mock.calls.length)).toEqual([1, 1]))
  })

  test('tries are further and further apart, and never two at once', async () => {
    useClock()
    const source = openSource()
    source.refuses = 'offline'
    watch(source)
    await pass(10_000)
    const early = source.asked.length
    expect(early).toBeGreaterThanOrEqual(3)
    await pass(110_000)
    const late = source.asked.length
    await pass(120_000)
    expect(source.asked.length - late).toBeLessThanOrEqual(8)
    expect(source.asked.length - late).toBeGreaterThanOrEqual(4)
  })

  test('one that has fallen silent is given up', async () => {
    useClock()
    const source = openSource()
    source.beatsByItself = false
    watch(source)
    await oneStream(source, ['walter'])
    source.beat()
    await pass(39_000)
    expect(source.asked).toHaveLength(1)
    await pass(3000)
    await vi.waitFor(() => expect(source.streams()).toHaveLength(1))
    expect(source.asked).toHaveLength(2)
  })

  test('its time is never over before the next one is there', async () => {
    useClock()
    const source = openSource()
    watch(source)
    await oneStream(source, ['walter'])
    for (let n = 0; n < 12; n++) {
      await pass(25_000)
      source.beat()
    }
    expect(source.asked).toHaveLength(2)
    expect(source.streams()).toHaveLength(1)
  })
})

describe('without a stream', () => {
  test('every visible card looks for itself each 30 s', async () => {
    useClock()
    const source = openSource()
    source.refuses = 'offline'
    const card = watch(source)
    await pass(61_000)
    expect(card.changed).toHaveBeenCalledTimes(2)
    hide(true)
    await pass(45_000)
    expect(card.changed).toHaveBeenCalledTimes(2)
  })

  test('a page without a secure address does the same and asks for none', async () => {
    useClock()
    vi.stubGlobal('navigator', { onLine: true })
    const source = openSource()
    const card = watch(source)
    await pass(31_000)
    expect(card.changed).toHaveBeenCalledOnce()
    expect(source.asked).toEqual([])
  })

  test('while there is one, nobody looks by themselves', async () => {
    useClock()
    const source = openSource()
    const cards = [watch(source), watch(source, 'maria')]
    await oneStream(source, ['maria', 'walter'])
    for (let n = 0; n < 8; n++) {
      await pass(25_000)
      source.beat()
    }
    for (const { changed } of cards) expect(changed).not.toHaveBeenCalled()
  })

  test('whoever may not watch is left alone until somebody looks again', async () => {
    useClock()
    const source = openSource()
    source.refuses = 401
    const card = watch(source)
    await pass(120_000)
    expect(source.asked).toHaveLength(1)
    expect(card.changed).not.toHaveBeenCalled()
    source.refuses = null
    hide(true)
    hide(false)
    await vi.waitFor(() => expect(card.changed).toHaveBeenCalledOnce())
    expect(source.streams()).toHaveLength(1)
  })

  test('one whose session has ended leaves the lead to one whose session is good', async () => {
    const [ended, good] = [openSource(), openSource()]
    ended.refuses = 401
    watch(ended)
    watch(good, 'maria')
    await oneStream(good, ['maria'])
    expect(ended.asked).toHaveLength(1)
  })
})

describe('a hidden tab', () => {
  test('hears, but reads only once it is seen', async () => {
    const source = openSource()
    const card = watch(source)
    await oneStream(source, ['walter'])
    hide(true)
    source.say('walter')
    source.say('walter')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(card.changed).not.toHaveBeenCalled()
    hide(false)
    expect(card.changed).toHaveBeenCalledOnce()
  })

  test('leaves after a minute, comes back when it is seen, and looks at once', async () => {
    useClock()
    const source = openSource()
    const card = watch(source)
    await oneStream(source, ['walter'])
    hide(true)
    await pass(59_000)
    expect(source.streams()).toHaveLength(1)
    await pass(2000)
    expect(source.streams()).toEqual([])
    await pass(120_000)
    expect(card.changed).not.toHaveBeenCalled()
    hide(false)
    expect(card.changed).toHaveBeenCalledOnce()
    await vi.waitFor(() => expect(source.streams()).toHaveLength(1))
  })

  test('that is looked at now and then stays', async () => {
    useClock()
    const source = openSource()
    watch(source)
    await oneStream(source, ['walter'])
    for (let n = 0; n < 4; n++) {
      hide(true)
      await pass(30_000)
      source.beat()
      hide(false)
    }
    expect(source.asked).toHaveLength(1)
  })
})
