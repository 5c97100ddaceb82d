import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/portal.ts'
import { maria, sessionFor } from '../support/fixtures.ts'
import { openStage, show } from '../support/stage.ts'

const stage = openStage()
const HOME = '/fernwood/portal/'
const SESSION = 'GET portal/session'
const SECRET = 'July 2, 1985'
const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()
const gone = () => expect(page.getByText(SECRET).elements()).toEqual([])
const signedOut = () => ({ status: 401, code: 'signed-out' as const })

function openSession() {
  stage.on(SESSION, () => ({ body: sessionFor('maria.nunez') }))
  stage.on('GET portal/home', () => ({ body: maria }))
}

async function openHome() {
  await show('portico-portal', HOME)
  await said(SECRET)
  stage.calls.length = 0
}

describe('two tabs and Back', () => {
  test('a tab whose session was ended elsewhere leaves at its next focus', async () => {
    openSession()
    await openHome()
    stage.on(SESSION, signedOut)
    window.dispatchEvent(new Event('focus'))
    await said("You're signed out.")
    gone()
  })

  test('a sign-out makes the other tabs look at once, and so does a sign-in', async () => {
    openSession()
    const heard = vi.fn()
    const other = new BroadcastChannel('portico-session-fernwood')
    other.addEventListener('message', ({ data }) => heard(data))
    await openHome()
    await vi.waitFor(() => expect(heard).toHaveBeenCalledExactlyOnceWith(null))
    stage.on('DELETE portal/session', () => ({ status: 204, body: null }))
    await page.getByRole('button', { name: 'Sign out' }).click()
    await said("You're signed out.")
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(2))
    other.close()
  })

  test('a tab that hears of it looks, and leaves', async () => {
    openSession()
    await openHome()
    stage.on(SESSION, signedOut)
    const other = new BroadcastChannel('portico-session-fernwood')
    other.postMessage(null)
    await said("You're signed out.")
    gone()
    other.close()
  })

  test('somebody else who signed in elsewhere is shown here too, and not one line of the former', async () => {
    openSession()
    await openHome()
    stage.on(SESSION, () => ({ body: { ...sessionFor('walter.okafor'), accountId: 'PA00000000' } }))
    stage.on('GET portal/home', () => ({
      body: { ...maria, firstName: 'Walter', accountId: 'PA00000000', profile: null },
    }))
    window.dispatchEvent(new Event('focus'))
    await expect.element(page.getByRole('heading', { level: 1, name: /, Walter$/ })).toBeVisible()
    gone()
  })

  test('an answer that says signed out takes the record off at once', async () => {
    openSession()
    stage.on('GET portal/home', () => ({ body: { ...maria, chart: 'unavailable' } }))
    await openHome()
    stage.on('GET portal/home', signedOut)
    await page.getByRole('button', { name: 'Try again' }).click()
    await said("You're signed out.")
    gone()
  })

  const keep = () => window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
  const comeBack = () => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))

  test('a page kept in memory is put away empty, and Back shows it only after the service has said yes', async () => {
    openSession()
    await openHome()
    keep()
    await vi.waitFor(() => expect(page.getByText(SECRET).element()).not.toBeVisible())
    comeBack()
    await said(SECRET)
    expect(stage.asked(SESSION)).toHaveLength(1)
  })

  test.each([
    ['nobody is signed in', signedOut],
    ['nobody answers', () => 'offline' as const],
  ])('Back to a page kept in memory shows nothing where %s', async (_name, answer) => {
    openSession()
    await openHome()
    keep()
    stage.on(SESSION, answer)
    comeBack()
    await expect.element(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    gone()
  })
})
