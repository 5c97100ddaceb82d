import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { CARDS } from '../support/fixtures.ts'
import { button, inner, openHost, READ, said, TOKEN, tokenFor } from './host.ts'

const host = openHost()
const OURS = "That didn't work. It's on us, not on you."
const SILENT = "The EMR isn't answering."
const UNREACHED = "We can't reach the portal."
const WAITS = "We'll try again by ourselves."
const oauth = (error_description: string, reason: string) => ({
  error: 'invalid_grant',
  error_description,
  reason,
})
const json = (status: number, body: unknown, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** The host's backend answers so, at its address. */
function answers(respond: () => Response | Promise<Response>) {
  const fetchNow = window.fetch
  window.fetch = async (input, init) => {
    const { url } = new Request(input, init)
    if (!url.endsWith('/portico-token')) return fetchNow(input, init)
    await fetchNow(input, init)
    return Object.defineProperty(await respond(), 'url', { value: url })
  }
  const expired = vi.fn()
  document.addEventListener('portico-session-expired', expired, { once: true })
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  return { expired, log }
}

type Case = [
  what: string,
  respond: () => Response | Promise<Response>,
  words: string[],
  logged: string | null,
]

describe('a host that gives no token', () => {
  test.each<Case>([
    [
      'because its assertion is wrong',
      () => json(400, oauth('iss is not a host of this practice', 'unknown-host')),
      [OURS],
      '<portico-access>: iss is not a host of this practice',
    ],
    [
      'because the person is stopped',
      () => json(400, oauth('an administrator has stopped this person', 'person-stopped')),
      ['Portico is switched off here.'],
      '<portico-access>: an administrator has stopped this person',
    ],
    [
      'because the host is stopped',
      () => json(400, oauth('an administrator has stopped this host', 'host-stopped')),
      ['Portico is switched off here.'],
      '<portico-access>: an administrator has stopped this host',
    ],
    [
      'because its own administrator has yet to let Portico in',
      () => json(403, { title: 'Not enabled', reason: 'client-not-enabled' }),
      ['Portico is not switched on in the EMR yet.'],
      '<portico-access>: /portico-token answered 403',
    ],
    ['because it forbids that', () => json(403, {}), [OURS], '<portico-access>: /portico-token answered 403'],
    [
      'because nothing is at that address',
      () => new Response('<h1>Not found</h1>', { status: 404 }),
      [OURS],
      '<portico-access>: /portico-token answered 404',
    ],
    [
      'because it was asked too often, and says for how long',
      () => json(429, {}, { 'retry-after': '20' }),
      ['That was a lot at once.', 'Try again in 20 seconds.'],
      null,
    ],
    ['because it was asked too often', () => json(429, {}), ["It's busy for a moment.", WAITS], null],
    ['because it fails', () => new Response('', { status: 500 }), [SILENT, WAITS], null],
    ['because it is down', () => new Response('', { status: 503 }), [SILENT, WAITS], null],
    [
      'because the network is gone',
      () => Promise.reject<Response>(new TypeError('Failed to fetch')),
      [UNREACHED, WAITS],
      null,
    ],
  ])('%s, is not called a session that has ended', async (_, respond, words, logged) => {
    const { expired, log } = answers(respond)
    host.add()
    for (const text of words) await said(text)
    expect(expired).not.toHaveBeenCalled()
    expect(log.mock.calls).toEqual(logged === null ? [] : [[logged]])
  })

  test.each([
    ['answers 401', () => json(401, {})],
    [
      'sends to a sign-in page',
      () => Object.defineProperty(new Response(''), 'type', { value: 'opaqueredirect' }),
    ],
    [
      'shows a sign-in page',
      () => new Response('<h1>Sign in</h1>', { headers: { 'content-type': 'text/html' } }),
    ],
  ])('and %s has a reader who is signed out, who typed nothing yet', async (_, respond) => {
    const { expired, log } = answers(respond)
    host.add()
    await said('Your EMR session has ended.')
    await said('Sign in to the EMR again, then press “Try again”.')
    expect(page.getByText(/typed/).elements()).toEqual([])
    expect(expired).toHaveBeenCalledOnce()
    expect(log).not.toHaveBeenCalled()
    expect(host.asked(TOKEN)[0]?.request.redirect).toBe('manual')
  })

  test('by a function of the page’s that fails, has a reader who is signed out', async () => {
    const expired = vi.fn()
    document.addEventListener('portico-session-expired', expired, { once: true })
    const element = document.createElement('portico-access')
    element.tokenProvider = () => Promise.reject(new Error('no session'))
    element.setAttribute('patient', '12')
    document.body.append(element)
    await said('Your EMR session has ended.')
    expect(expired).toHaveBeenCalledOnce()
  })

  test('is asked again by itself once it was away', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    host.on(TOKEN, () => 'offline')
    host.on(READ, () => ({ body: CARDS['ready'] }))
    const element = host.add()
    await vi.waitFor(() => expect(element.shadowRoot?.querySelector('[role=status]')).not.toBeNull())
    host.on(TOKEN, () => ({ body: tokenFor() }))
    vi.advanceTimersByTime(15_000)
    vi.useRealTimers()
    await said('Everything is in place for Walter.')
  })

  test('is said in a status that holds no button', async () => {
    answers(() => new Response('', { status: 500 }))
    const element = host.add()
    await said(SILENT)
    const status = element.shadowRoot?.querySelector('[role=status]')
    expect(status?.textContent).toContain(SILENT)
    expect(status?.querySelector('button')).toBeNull()
    await expect.element(button('Try again')).toBeVisible()
  })
})

describe('a host’s developer', () => {
  test('reads once that there is no such patient', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    host.add()
    await said("We can't find this patient.")
    await button('Try again').click()
    await vi.waitFor(() => expect(host.asked(READ).length).toBeGreaterThan(1))
    expect(log).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^<portico-access>: .*Patient\/12$/))
  })
})

test('what was typed is still here only where something was', async () => {
  const element = await host.open(CARDS['almost ready'])
  host.on(TOKEN, () => ({ status: 401, code: 'signed-out' }))
  host.on(READ, () => ({ status: 401, code: 'token-ended' }))
  await button('Check again').click()
  await said('Sign in to the EMR again, then press “Try again”.')
  await page.getByRole('switch', { name: 'Allow patient portal' }).click()
  await said('Sign in to the EMR again; what you typed is still here.')
  host.on(TOKEN, () => ({ body: tokenFor() }))
  host.on(READ, () => ({ body: CARDS['almost ready'] }))
  await button('Try again').click()
  await vi.waitFor(() => expect(inner(element)?.querySelector('[data-notice]')).toBeNull())
})
