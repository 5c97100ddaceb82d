import { type Browser, chromium } from 'playwright'
import { launchOptions } from '../support/chromium.ts'
import { atMost, type Figure, median, reported } from './figure.ts'
import { openHostPages } from './host-pages.ts'

/** The first rounds also start what a browser keeps for its life; they count for neither. */
const WARM_UP = 2
const ROUNDS = 15
/** A clinic's line, and a computer that is not new. */
const NETWORK = { offline: false, latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 625_000 }
const CPU_SLOWER = 4

/**
 * From the press on the link until the card can be used, against an empty Lit element of a host's own in the same page:
 * with a script to load, a token to ask the host for and one answer of Portico to draw, as no element of this kind can
 * do with less. In turns, each first as often as second, on the same throttled browser, with nothing kept from before.
 */
export async function measureHostReady(): Promise<Figure[]> {
  const pages = await openHostPages()
  const browser = await chromium.launch(launchOptions())
  try {
    const times: Record<'card' | 'empty', number[]> = { card: [], empty: [] }
    for (let round = 0; round < WARM_UP + ROUNDS; round++)
      for (const kind of round % 2 === 0 ? (['card', 'empty'] as const) : (['empty', 'card'] as const)) {
        const time = await open(browser, pages[kind])
        if (round >= WARM_UP) times[kind].push(time)
      }
    const [card, empty] = [median(times.card), median(times.empty)]
    return [
      reported('host-ready-ms', card),
      reported('host-ready-empty-element-ms', empty),
      atMost('host-ready-vs-empty-element', card / empty, 1.35),
    ]
  } finally {
    await browser.close()
    pages.close()
  }
}

/** The page tells when it is ready: to be asked all the time would cost its slow processor what is measured. */
async function open(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', NETWORK)
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWER })
  await session.send('Runtime.enable')
  await session.send('Runtime.addBinding', { name: 'tellReady' })
  const ready = new Promise<number>((resolve) => {
    session.on('Runtime.bindingCalled', ({ payload }) => resolve(Number(payload)))
  })
  await page.goto(address, { waitUntil: 'commit' })
  const time = await ready
  await context.close()
  return time
}
