import { afterEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { CARDS, cardOf } from '../support/fixtures.ts'
import { openSource } from '../support/live-source.ts'
import {
  add,
  button,
  CONTEXT,
  contextOf,
  dialog,
  expectSound,
  inner,
  INVITE,
  openHost,
  READ,
  ready,
  said,
  SAVE,
  TOKEN,
  tokenFor,
} from './host.ts'

const host = openHost()
const waitTruly = window.setTimeout.bind(window)
const later = (ms = 30) => new Promise((resolve) => waitTruly(resolve, ms))

/** What is asked at an address that ends so waits until the answer is let go. */
function hold(end: string) {
  let letGo = () => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const fetchNow = window.fetch
  window.fetch = async (input, init) => {
    const answer = await fetchNow(input, init)
    if (new URL(new Request(input, init).url).pathname.endsWith(end)) await held
    return answer
  }
  return letGo
}
const rosa = () => cardOf('active', { patient: { ...cardOf('active').patient, id: '13', firstName: 'Rosa' } })

describe('a card that was taken out of the page', () => {
  test.each([
    ['while its token is on its way', '/portico-token', {}],
    [
      'while the card is read, which then fails',
      '/access',
      { status: 503, code: 'ehr-unavailable' as const },
    ],
    [
      'while the card is read with a token that has ended',
      '/access',
      { status: 401, code: 'token-ended' as const },
    ],
    ['while the EMR’s own session ends', '/access', { status: 401, code: 'ehr-session-ended' as const }],
  ])('%s asks for nothing more', async (_, end, refusal) => {
    host.on(READ, () => ({ body: {}, ...refusal }))
    const letGo = hold(end)
    const element = host.add()
    await vi.waitFor(() => expect(host.calls.some(({ url }) => url.pathname.endsWith(end))).toBe(true))
    await vi.waitFor(() => expect(element.shadowRoot?.querySelector('[lang], [aria-busy]')).not.toBeNull())
    await later()
    const before = host.calls.length
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    element.remove()
    await vi.advanceTimersByTimeAsync(1)
    letGo()
    await later()
    await vi.advanceTimersByTimeAsync(60_000)
    vi.useRealTimers()
    await later()
    expect(host.calls.length).toBe(before)
  })

  test('while it looks again asks for nothing more', async () => {
    const element = await host.open(CARDS['almost ready'])
    host.on(READ, () => ({ status: 503, code: 'ehr-unavailable' }))
    host.on(SAVE, () => ({ status: 409, code: 'conflict' }))
    const letGo = hold('/access')
    await page.getByRole('switch', { name: 'Allow patient portal' }).click()
    await button('Save').click()
    await vi.waitFor(() => expect(host.asked(SAVE)).toHaveLength(1))
    const before = host.calls.length
    element.remove()
    await later()
    letGo()
    await later()
    expect(host.calls.length).toBe(before)
  })
})

describe('the page around', () => {
  afterEach(() => document.documentElement.removeAttribute('dir'))

  test('is measured again where the card is moved to', async () => {
    document.body.innerHTML =
      '<main style="background:#111;color:#eee"><h1>Chart</h1></main><aside style="background:#fff;color:#111"></aside>'
    const element = await host.open(CARDS['ready'], { theme: 'auto' })
    const card = () => element.shadowRoot?.querySelector<HTMLElement>('portico-access-card')?.dataset['theme']
    await vi.waitFor(() => expect(card()).toBe('dark'))
    document.querySelector('aside')?.append(element)
    await vi.waitFor(() => expect(card()).toBe('light'))
  })

  test('that is written from right to left leaves the card’s own direction', async () => {
    document.documentElement.dir = 'rtl'
    const element = await host.open(CARDS['almost ready'])
    const card = inner(element)?.querySelector('.card')
    expect(card && getComputedStyle(card).direction).toBe('ltr')
    await expectSound()
    host.on(CONTEXT, () => ({ body: contextOf({ permissions: [] }) }))
    element.setAttribute('patient', '13')
    await said("You can't see portal access here.")
    const notice = element.shadowRoot?.querySelector('.notice')
    expect(notice && getComputedStyle(notice).direction).toBe('ltr')
  })
})

describe('another attribute', () => {
  test('token-url is used from the next token on, and what was typed stays', async () => {
    const element = await host.open(CARDS['almost ready'])
    await page.getByRole('switch', { name: 'Allow patient portal' }).click()
    host.on('POST /other-token', () => ({ body: tokenFor() }))
    element.setAttribute('token-url', '/other-token')
    await later()
    expect(host.asked('POST /other-token')).toEqual([])
    await expect.element(page.getByRole('switch', { name: 'Allow patient portal' })).toBeChecked()
    const first = host.asked(READ)[0]?.token
    host.on(SAVE, ({ token }) =>
      token === first ? { status: 401, code: 'token-ended' } : { body: CARDS['ready'] },
    )
    await button('Save').click()
    await said('Everything is in place for Walter.')
    expect(host.asked('POST /other-token')).toHaveLength(1)
    expect(host.asked(TOKEN)).toHaveLength(1)
  })

  test('token-url before the first token came is the one that counts', async () => {
    host.on(READ, () => ({ body: CARDS['ready'] }))
    host.on(TOKEN, () => 'never')
    host.on('POST /other-token', () => ({ body: tokenFor() }))
    const element = host.add()
    element.setAttribute('token-url', '/other-token')
    await said('Everything is in place for Walter.')
    expect(host.asked(TOKEN)).toHaveLength(1)
  })

  test('intent opens the question on the card that is there', async () => {
    const element = await host.open(CARDS['ready'])
    const card = element.shadowRoot?.querySelector('portico-access-card')
    const before = host.asked(READ).length
    element.setAttribute('intent', 'create-credentials')
    await expect.element(dialog()).toBeVisible()
    expect(element.shadowRoot?.querySelector('portico-access-card')).toBe(card)
    expect(host.asked(READ)).toHaveLength(before)
    expect(host.asked(TOKEN)).toHaveLength(1)
  })

  test('intent leaves what is typed alone', async () => {
    const element = await host.open(CARDS['ready'])
    for (const part of inner(element)?.querySelectorAll('details') ?? []) part.open = true
    await page.getByRole('switch', { name: 'Allow patient portal' }).click()
    element.setAttribute('intent', 'create-credentials')
    await later()
    await expect.element(page.getByRole('switch', { name: 'Allow patient portal' })).not.toBeChecked()
    expect(dialog().elements()).toEqual([])
  })
})

test('what was made for a patient is told also when the page shows another by then', async () => {
  const element = await host.open(CARDS['ready'])
  const told: string[] = []
  for (const name of ['portico-invited', 'portico-access-changed'])
    element.addEventListener(name, () => told.push(name))
  vi.spyOn(window, 'open').mockReturnValue(null)
  host.on(INVITE, () => ({
    status: 201,
    body: { slipUrl: `${location.origin}/x`, validUntil: Date.now() + 86_400_000, mailedTo: null },
  }))
  host.on('GET patients/13/access', () => ({ body: rosa() }))
  const letGo = hold('/invitations')
  await button('Create credentials').click()
  await dialog().getByRole('button', { name: 'Create credentials' }).click()
  await vi.waitFor(() => expect(host.asked(INVITE)).toHaveLength(1))
  element.setAttribute('patient', '13')
  await said('Rosa is using the portal.')
  letGo()
  await vi.waitFor(() => expect(told).toEqual(['portico-invited']))
})

test('each event is heard once, from the element itself', async () => {
  const heard: unknown[] = []
  const hear = (event: Event) => heard.push((event as CustomEvent).detail)
  document.addEventListener('portico-ready', hear)
  host.on(READ, () => ({ body: CARDS['ready'] }))
  const element = add()
  await ready(element)
  document.removeEventListener('portico-ready', hear)
  expect(heard).toEqual([{ state: 'ready' }])
})

test('a card that hears of a change when the reader is signed out says so, and keeps what was typed', async () => {
  const source = openSource()
  const fetchNow = window.fetch
  window.fetch = (input, init) =>
    new Request(input, init).url.includes('/events')
      ? source.open(new URL(new Request(input).url).searchParams.getAll('for'), init?.signal as AbortSignal)
      : fetchNow(input, init)
  const key = crypto.randomUUID()
  host.on(CONTEXT, () => ({ body: contextOf({ liveKey: key }) }))
  await host.open(CARDS['almost ready'])
  await page.getByRole('switch', { name: 'Allow patient portal' }).click()
  await vi.waitFor(() => expect(source.streams()).toHaveLength(1))
  host.on(TOKEN, () => ({ status: 401, code: 'signed-out' }))
  host.on(READ, () => ({ status: 401, code: 'token-ended' }))
  source.say(key)
  await said('Your EMR session has ended.')
  await said('Sign in to the EMR again; what you typed is still here.')
  await said('Almost ready for Walter.')
  await expect.element(page.getByRole('switch', { name: 'Allow patient portal' })).toBeChecked()
})

describe('without a network', () => {
  const goOffline = () => {
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    window.dispatchEvent(new Event('offline'))
  }

  test('the card says so in its own colours, and of what was typed only when something was', async () => {
    const element = await host.open(CARDS['almost ready'], { theme: 'dark' })
    goOffline()
    const bar = () => inner(element)?.querySelector('.offline')
    await vi.waitFor(() => expect(bar()?.textContent).toBe("You're offline."))
    expect(bar()?.closest('[role=status]')).not.toBeNull()
    await expectSound()
    await page.getByRole('switch', { name: 'Allow patient portal' }).click()
    await vi.waitFor(() => expect(bar()?.textContent).toBe("You're offline. What you typed is still here."))
  })

  test('it says so once', async () => {
    const element = await host.open(CARDS['ready'])
    goOffline()
    await vi.waitFor(() => expect(inner(element)?.querySelector('.offline')).not.toBeNull())
    host.on(READ, () => 'offline')
    await button('Check again').click()
    await said("We can't reach the portal.")
    expect(inner(element)?.querySelector('.offline')).toBeNull()
  })
})
