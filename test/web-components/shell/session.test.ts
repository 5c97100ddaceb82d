import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/portal.ts'
import type { SessionView } from '../../../src/accounts/schema.ts'
import { maria, sessionFor } from '../support/fixtures.ts'
import { expectSound, focused, type Look, openStage, show } from '../support/stage.ts'

const stage = openStage()
const HOME = '/fernwood/portal/'
const SESSION = 'GET portal/session'
const STAY = 'POST portal/session/stay'
const MINUTE_MS = 60_000
/** How long a session lives that nobody touches: the service's to say, and short here. */
const IDLE_MS = 5 * MINUTE_MS
const SECRET = 'July 2, 1985'
const dialog = page.getByRole('dialog')
const press = (name: string) => dialog.getByRole('button', { name }).click()
const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()
const gone = () => expect(page.getByText(SECRET).elements()).toEqual([])
const signedOut = () => ({ status: 401, code: 'signed-out' as const })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** The service's side of a session, which prolongs it from the last thing it heard. */
function openSession(changes: Partial<SessionView> = {}) {
  let session = { ...sessionFor('maria.nunez'), idleEndsAt: Date.now() + IDLE_MS, ...changes }
  const stay = () => {
    session = { ...session, idleEndsAt: Math.min(Date.now() + IDLE_MS, session.endsAt) }
    return { body: session }
  }
  stage.on(SESSION, () => (Date.now() < session.idleEndsAt ? { body: session } : signedOut()))
  stage.on(STAY, stay)
  stage.on('GET portal/home', () => ({ body: maria }))
  return { stay }
}

async function openHome(look: Look = {}) {
  await show('portico-portal', HOME, look)
  await said(look.language === 'es' ? '2 de julio de 1985' : SECRET)
  stage.calls.length = 0
}

/** Time passes, as much as a tick at a time, so that answers come in between. */
async function pass(ms: number) {
  for (let left = ms; left > 0; left -= 5000) await vi.advanceTimersByTimeAsync(Math.min(5000, left))
}

describe('two minutes before the end', () => {
  test('somebody who is not there is asked, after a look that does not prolong', async () => {
    openSession()
    await openHome()
    await pass(2.9 * MINUTE_MS)
    expect(dialog.elements()).toEqual([])
    expect(stage.calls).toEqual([])
    await pass(0.2 * MINUTE_MS)
    await expect.element(dialog.getByRole('heading', { name: 'Still there?' })).toBeVisible()
    await said("We'll sign you out in 2 minutes to keep your record safe.")
    expect(new Set(stage.calls.map(({ route }) => route))).toEqual(new Set([SESSION]))
    expect(document.title).toBe('Still there?')
    expect(focused()?.textContent.trim()).toBe('Stay')
  })

  test('the count goes on for the eye, and is read out three times only', async () => {
    openSession()
    await openHome()
    await pass(3.1 * MINUTE_MS)
    const spoken = () => dialog.getByRole('status').element().textContent.trim()
    expect(spoken()).toBe('')
    const heard = new Set<string>()
    for (let seconds = 0; seconds < 112; seconds++) {
      await vi.advanceTimersByTimeAsync(1000)
      heard.add(spoken())
    }
    expect([...heard].filter(Boolean)).toEqual(
      ['60', '30', '10'].map((count) => `We'll sign you out in ${count} seconds to keep your record safe.`),
    )
    expect(dialog.getByText(/in [1-8] seconds? to keep/).elements()).toHaveLength(1)
  })

  test('Stay asks the service once, takes the question away and gives the tab its name back', async () => {
    openSession()
    await openHome()
    await pass(3.1 * MINUTE_MS)
    await press('Stay')
    await vi.waitFor(() => expect(dialog.elements()).toEqual([]))
    expect(stage.asked(STAY)).toHaveLength(1)
    expect(document.title).toBe('Home · Fernwood Family Practice')
    await pass(2.5 * MINUTE_MS)
    expect(dialog.elements()).toEqual([])
    await said(SECRET)
    await pass(MINUTE_MS)
    await expect.element(dialog).toBeVisible()
  })

  test('Escape stays as well: whoever presses a key is there', async () => {
    openSession()
    await openHome()
    await pass(3.1 * MINUTE_MS)
    const native = dialog.element() as HTMLDialogElement
    native.dispatchEvent(new Event('cancel', { cancelable: true }))
    await vi.waitFor(() => expect(stage.asked(STAY)).toHaveLength(1))
    await vi.waitFor(() => expect(dialog.elements()).toEqual([]))
  })

  test('Stay that reaches nobody says so and can be pressed again', async () => {
    const { stay } = openSession()
    await openHome()
    await pass(3.1 * MINUTE_MS)
    stage.on(STAY, () => 'offline')
    await press('Stay')
    await said('Check your connection, then press Stay again.')
    stage.on(STAY, stay)
    await press('Stay')
    await vi.waitFor(() => expect(dialog.elements()).toEqual([]))
  })

  test('Sign out signs out', async () => {
    openSession()
    stage.on('DELETE portal/session', () => ({ status: 204, body: null }))
    await openHome()
    await pass(3.1 * MINUTE_MS)
    await press('Sign out')
    await said("You're signed out.")
    gone()
  })

  test('a sign-out that did not arrive is said on the page, not behind the question', async () => {
    openSession()
    stage.on('DELETE portal/session', () => 'offline')
    await openHome()
    await pass(3.1 * MINUTE_MS)
    await press('Sign out')
    await said("You're still signed in.")
    expect(dialog.elements()).toEqual([])
  })

  test('nobody is asked where another tab has kept the session alive', async () => {
    const { stay } = openSession()
    await openHome()
    await pass(2.5 * MINUTE_MS)
    stay()
    await pass(1.5 * MINUTE_MS)
    expect(dialog.elements()).toEqual([])
    expect(stage.asked(SESSION)).toHaveLength(1)
  })

  test('a question that another tab has answered goes away by itself', async () => {
    const { stay } = openSession()
    await openHome()
    await pass(3.1 * MINUTE_MS)
    await expect.element(dialog).toBeVisible()
    stay()
    const other = new BroadcastChannel('portico-session-fernwood')
    other.postMessage(null)
    await vi.waitFor(() => expect(dialog.elements()).toEqual([]))
    other.close()
  })

  test('without a network the question comes by what is known', async () => {
    openSession()
    await openHome()
    stage.on(SESSION, () => 'offline')
    await pass(3.1 * MINUTE_MS)
    await expect.element(dialog).toBeVisible()
  })

  test.each([
    { name: 'idle', look: { language: 'en', theme: 'light', width: 1280 } as const },
    { name: 'idle', look: { language: 'es', theme: 'dark', width: 360 } as const },
    { name: 'last', look: { language: 'en', theme: 'light', width: 360 } as const },
    { name: 'restricted', look: { language: 'es', theme: 'light', width: 360 } as const },
  ])('no axe rule is broken: $name, $look', async ({ name, look }) => {
    vi.useRealTimers()
    const end = Date.now() + 118_000
    const session = { idleEndsAt: end, ...(name === 'idle' ? {} : { endsAt: end }) }
    openSession({ ...session, restricted: name === 'restricted' })
    await show('portico-portal', HOME, look)
    await expect.element(dialog).toBeVisible()
    await expectSound()
  })
})

describe('the end', () => {
  test('takes the record off the screen and says why', async () => {
    openSession()
    await openHome()
    await pass(5.1 * MINUTE_MS)
    await said('We signed you out to keep your record safe.')
    gone()
    expect(dialog.elements()).toEqual([])
    expect(location.pathname).toBe(`${HOME}sign-in`)
    await vi.waitFor(() => expect(document.title).toBe('Welcome back · Fernwood Family Practice'))
  })

  test('comes without a network too', async () => {
    openSession()
    await openHome()
    stage.on(SESSION, () => 'offline')
    await pass(5.1 * MINUTE_MS)
    await said('We signed you out to keep your record safe.')
    gone()
  })

  test('is noticed after a sleep that stopped every timer, and nothing is shown before the answer', async () => {
    openSession()
    await openHome()
    stage.on(SESSION, () => 'never')
    vi.setSystemTime(Date.now() + 60 * MINUTE_MS)
    window.dispatchEvent(new Event('focus'))
    await vi.waitFor(() => expect(page.getByText(SECRET).element()).not.toBeVisible())
  })

  test('after a sleep leads to the sign-in page at the next tick, if nobody touches anything', async () => {
    openSession()
    await openHome()
    vi.setSystemTime(Date.now() + 60 * MINUTE_MS)
    await vi.advanceTimersByTimeAsync(10_000)
    await said('We signed you out to keep your record safe.')
    gone()
  })

  test('of eight hours is said as such: it cannot be moved, and the reader goes on until then', async () => {
    const end = Date.now() + IDLE_MS
    openSession({ idleEndsAt: end, endsAt: end })
    await openHome()
    await pass(3.1 * MINUTE_MS)
    await expect.element(dialog.getByRole('heading', { name: 'Time to sign in again soon' })).toBeVisible()
    await said(/^We'll sign you out in 2 minutes\. Nobody stays signed in longer than 8 hours/)
    expect(dialog.getByRole('button', { name: 'Stay' }).elements()).toEqual([])
    await press('Go on')
    await vi.waitFor(() => expect(dialog.elements()).toEqual([]))
    await pass(1.5 * MINUTE_MS)
    expect(dialog.elements()).toEqual([])
    await said(SECRET)
    expect(stage.asked(STAY)).toEqual([])
    await pass(0.6 * MINUTE_MS)
    await said('We signed you out to keep your record safe.')
  })

  test('of a temporary password’s visit asks to save, and then says how to come back', async () => {
    const end = Date.now() + IDLE_MS
    openSession({ idleEndsAt: end, endsAt: end, restricted: true, firstName: 'Walter' })
    await show('portico-portal', HOME)
    await page.getByRole('textbox', { name: 'New password' }).fill('violet harbor')
    await pass(3.1 * MINUTE_MS)
    await expect.element(dialog.getByRole('heading', { name: 'Still choosing?' })).toBeVisible()
    await said(/^Save your new password in the next 2 minutes\./)
    await press('Go on')
    await vi.waitFor(() => expect(dialog.elements()).toEqual([]))
    await expect.element(page.getByRole('textbox', { name: 'New password' })).toHaveValue('violet harbor')
    await pass(2 * MINUTE_MS)
    await said('That page waited too long.')
    expect(stage.asked(STAY)).toEqual([])
  })
})

describe('somebody who is there', () => {
  const move = () => window.dispatchEvent(new PointerEvent('pointermove'))
  const type = () => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }))

  test('and asks nothing is made known once a minute at most, and never asked', async () => {
    openSession()
    await openHome()
    for (let minute = 0; minute < 8; minute++) {
      for (const act of [move, type, move, type]) {
        act()
        await pass(MINUTE_MS / 4)
      }
    }
    expect(dialog.elements()).toEqual([])
    await said(SECRET)
    const times = stage.asked(STAY).length
    expect(times).toBeGreaterThan(5)
    expect(times).toBeLessThanOrEqual(8)
  })

  test('is not made known within a minute of signing in, nor while the question stands', async () => {
    openSession()
    await openHome()
    move()
    await pass(0.9 * MINUTE_MS)
    move()
    expect(stage.asked(STAY)).toEqual([])
    await pass(2.5 * MINUTE_MS)
    await expect.element(dialog).toBeVisible()
    move()
    await pass(1000)
    expect(stage.asked(STAY)).toEqual([])
  })
})
