import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { cardOf, CARDS, invitationOf } from '../support/fixtures.ts'
import type { Answer } from '../support/answers.ts'
import {
  button,
  contextOf,
  CONTEXT,
  dialog,
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
const ENDED: Answer = { status: 401, code: 'token-ended' }
const later = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms))
/** Refuses the first token that comes, as the service does when it has ended. */
const endFirst = (then: () => Answer) => {
  let first: string | null = null
  return ({ token }: { token: string | null }) => {
    first ??= token
    return token === first ? ENDED : then()
  }
}
const signOut = () => host.on(TOKEN, () => ({ status: 401, code: 'signed-out' }))
const expired = () => {
  const heard = vi.fn()
  document.addEventListener('portico-session-expired', heard, { once: true })
  return heard
}

describe('a token', () => {
  test('that has ended is renewed and the question asked once more, whoever asks at the same time', async () => {
    host.on(
      CONTEXT,
      endFirst(() => ({ body: contextOf() })),
    )
    await host.open(CARDS['ready'])
    host.on(
      READ,
      endFirst(() => ({ body: CARDS['active'] })),
    )
    await button('Check again').click()
    await said('Walter is using the portal.')
    expect(host.asked(TOKEN)).toHaveLength(3)
    expect(
      new Set(
        host
          .asked(READ)
          .slice(-2)
          .map(({ token }) => token),
      ).size,
    ).toBe(2)
  })

  test('is renewed when the EMR no longer takes its own behind it, and a dead one again is asked past once', async () => {
    await host.open(CARDS['ready'])
    const over: Answer = { status: 401, code: 'ehr-session-ended' }
    const answers: Answer[] = [over, over, { body: CARDS['active'] }]
    host.on(READ, () => answers.shift() ?? over)
    await button('Check again').click()
    await said('Walter is using the portal.')
    const tokens = host.asked(READ).map(({ token }) => token)
    const [first = '', second = ''] = new Set(tokens)
    expect(tokens).toEqual([first, first, second, second])
    expect(host.asked(TOKEN)).toHaveLength(2)
  })

  test('is renewed before it ends while somebody looks, and not while nobody does', async () => {
    host.on(TOKEN, () => ({ body: tokenFor('12', { expires_in: 0.4 }) }))
    await host.open(CARDS['ready'])
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    await later(300)
    const before = host.asked(TOKEN).length
    await later(500)
    expect(host.asked(TOKEN)).toHaveLength(before)
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.waitFor(() => expect(host.asked(TOKEN).length).toBeGreaterThan(before))
  })

  test('is asked for once, however many questions need it', async () => {
    const provider = vi.fn(async (patient: string) => {
      await later(50)
      return tokenFor(patient)
    })
    host.on(READ, () => ({ body: CARDS['ready'] }))
    const element = document.createElement('portico-access')
    element.tokenProvider = provider
    element.setAttribute('patient', '12')
    document.body.append(element)
    await ready(element)
    expect(provider).toHaveBeenCalledOnce()
  })

  test.each([
    ['for another patient', tokenFor('13')],
    ['without a practice', { ...tokenFor(), practice: '../evil' }],
    ['that is none', { ...tokenFor(), access_token: 'a b' }],
    ['without an end', { ...tokenFor(), expires_in: 'soon' }],
    ['that is a sentence', 'token'],
  ])('%s is not sent anywhere', async (_, body) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    host.on(TOKEN, () => ({ body }))
    host.add()
    await said("That didn't work. It's on us, not on you.")
    expect(host.calls.map(({ route }) => route)).toEqual([TOKEN])
    expect(log).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('<portico-access>'))
  })

  test('is never asked for at another origin', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    host.add({ 'token-url': 'https://elsewhere.example/portico-token' })
    await said('The patient portal is not set up on this page yet.')
    expect(host.calls).toEqual([])
    expect(log).toHaveBeenCalledOnce()
  })
})

describe('a reader whose EMR session has ended', () => {
  test('reads so, and the card comes once they signed in again', async () => {
    const heard = expired()
    signOut()
    const element = host.add()
    await said('Your EMR session has ended.')
    expect(heard).toHaveBeenCalledOnce()
    host.on(TOKEN, () => ({ body: tokenFor() }))
    host.on(READ, () => ({ body: CARDS['ready'] }))
    await Promise.all([ready(element), button('Try again').click()])
  })

  test('is known by a sign-in page as well', async () => {
    const fetchNow = window.fetch
    window.fetch = async (input, init) =>
      new Request(input, init).url.endsWith('/portico-token')
        ? new Response('<h1>Sign in</h1>', { headers: { 'content-type': 'text/html' } })
        : fetchNow(input, init)
    host.add()
    await said('Your EMR session has ended.')
  })

  test('keeps the card and what was typed; the press works after the next sign-in', async () => {
    await host.open(CARDS['almost ready'])
    await page.getByRole('switch', { name: 'Allow patient portal' }).click()
    signOut()
    const heard = expired()
    host.on(SAVE, () => ENDED)
    await button('Save').click()
    await said('Sign in to the EMR again; what you typed is still here.')
    expect(heard).toHaveBeenCalledOnce()
    await expect.element(page.getByRole('switch', { name: 'Allow patient portal' })).toBeChecked()
    host.on(TOKEN, () => ({ body: tokenFor() }))
    host.on(SAVE, () => ({ body: CARDS['ready'] }))
    await button('Try again').click()
    await said('Everything is in place for Walter.')
    expect(host.asked(SAVE).map(({ body }) => body)).toEqual([{ allowPortal: true }, { allowPortal: true }])
  })

  test('with the question open loses nothing typed, and the press works after the renewal', async () => {
    await host.open(CARDS['ready'])
    await button('Create credentials').click()
    await page.getByRole('radio', { name: /password/ }).click()
    await page.getByRole('textbox', { name: 'Username' }).fill('walter.new')
    signOut()
    host.on(INVITE, () => ENDED)
    const create = dialog().getByRole('button', { name: 'Create credentials' })
    vi.spyOn(window, 'open').mockReturnValue(null)
    await create.click()
    await expect.element(dialog().getByText('Your EMR session has ended.')).toBeVisible()
    await expect.element(page.getByRole('textbox', { name: 'Username' })).toHaveValue('walter.new')
    host.on(TOKEN, () => ({ body: tokenFor() }))
    host.on(READ, () => ({
      body: cardOf('invited', { invitation: invitationOf({ kind: 'temporary-password' }) }),
    }))
    host.on(
      INVITE,
      endFirst(() => ({ status: 201, body: issued })),
    )
    await create.click()
    await said('Walter is invited.')
    const sent = host.asked(INVITE).slice(-2)
    expect(sent.map(({ body }) => body)).toEqual(
      Array(2).fill(expect.objectContaining({ username: 'walter.new' })),
    )
    const keys = sent.map(({ request }) => request.headers.get('idempotency-key'))
    expect(keys[0]).toBe(keys[1])
  })
})

const SLIP = 'https://portal.example/fernwood/slip#secret-of-the-slip'
const issued = { slipUrl: SLIP, validUntil: Date.now() + 86_400_000, mailedTo: null }

describe('the letter', () => {
  const invited = () => host.on(READ, () => ({ body: cardOf('invited', { invitation: invitationOf() }) }))
  const create = async () => {
    await button('Create credentials').click()
    host.on(INVITE, () => ({ status: 201, body: issued }))
    await dialog().getByRole('button', { name: 'Create credentials' }).click()
  }
  const everything = () => {
    const texts: string[] = []
    const walk = (node: ParentNode) => {
      texts.push((node as Element).outerHTML ?? (node as ShadowRoot).innerHTML)
      for (const element of node.querySelectorAll('*')) if (element.shadowRoot) walk(element.shadowRoot)
    }
    walk(document.documentElement)
    return texts.join('\n')
  }

  test('opens on Portico’s own origin, and neither page nor events hear its address', async () => {
    const replaced: string[] = []
    const letter = {
      document: { title: '' },
      closed: false,
      opener: window,
      location: { replace: (url: string) => replaced.push(url) },
    }
    vi.spyOn(window, 'open').mockReturnValue(letter as unknown as Window)
    await host.open(CARDS['ready'])
    const detail = new Promise((resolve) =>
      document.addEventListener('portico-invited', (event) => resolve((event as CustomEvent).detail), {
        once: true,
      }),
    )
    invited()
    await create()
    expect(await detail).toBeNull()
    await said(/Waiting for Walter/)
    expect(replaced).toEqual([SLIP])
    expect(letter.opener).toBeNull()
    expect(everything()).not.toContain('secret-of-the-slip')
  })

  test('whose window was blocked opens by a press, still without its address in the page', async () => {
    const open = vi.spyOn(window, 'open').mockReturnValue(null)
    await host.open(CARDS['ready'])
    invited()
    await create()
    const press = dialog().getByRole('button', { name: 'Open the letter' })
    await expect.element(press).toBeVisible()
    expect(everything()).not.toContain('secret-of-the-slip')
    await press.click()
    expect(open).toHaveBeenLastCalledWith(SLIP, '_blank', 'noopener')
    await expect.element(dialog()).not.toBeInTheDocument()
  })
})
