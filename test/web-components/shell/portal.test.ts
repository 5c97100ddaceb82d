import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/portal.ts'
import { fernwood, maria, sessionFor } from '../support/fixtures.ts'
import { focused, openStage, show, type Look } from '../support/stage.ts'

const stage = openStage()
const HOME = '/fernwood/portal/'

async function openPortal(path = HOME, look: Look = {}) {
  await show('portico-portal', path, look)
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
}

function signedInAsMaria() {
  stage.on('GET portal/session', () => ({ body: sessionFor('maria.nunez') }))
  stage.on('GET portal/home', () => ({ body: maria }))
}

async function signIn() {
  await page.getByLabelText('Username').fill('maria.nunez')
  await page.getByRole('textbox', { name: 'Password' }).fill('copper kettle moon')
  await userEvent.keyboard('{Enter}')
}

describe('sign-in', () => {
  test('nobody signed in finds the sign-in page, the practice and a phone number', async () => {
    await openPortal()
    expect(location.pathname).toBe('/fernwood/portal/sign-in')
    expect(document.title).toBe('Welcome back · Fernwood Family Practice')
    await expect.element(page.getByText('Fernwood Family Practice')).toBeVisible()
    await expect
      .element(page.getByRole('link', { name: '(555) 010-0100' }))
      .toHaveAttribute('href', 'tel:+15550100100')
    await expect.element(page.getByText(/In an emergency call 911\./)).toBeVisible()
  })

  test('Enter signs in and leads home, where the heading takes focus', async () => {
    stage.on('POST portal/session', () => ({ status: 201, body: sessionFor('maria.nunez') }))
    stage.on('GET portal/home', () => ({ body: maria }))
    await openPortal()
    await signIn()
    await expect.element(page.getByRole('heading', { level: 1, name: /, Maria$/ })).toBeVisible()
    expect(location.pathname).toBe(HOME)
    expect(document.title).toBe('Home · Fernwood Family Practice')
    await vi.waitFor(() => expect(focused()?.tagName).toBe('H1'))
    expect(stage.asked('POST portal/session')[0]?.body).toEqual({
      username: 'maria.nunez',
      password: 'copper kettle moon',
    })
  })

  test('an empty field says what to do and takes focus; nothing is sent', async () => {
    await openPortal()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect.element(page.getByText('Type your username.')).toBeVisible()
    await expect.element(page.getByLabelText('Username')).toHaveAttribute('aria-invalid', 'true')
    await vi.waitFor(() => expect(focused()?.id).toBe('username'))
    expect(stage.asked('POST portal/session')).toEqual([])
  })

  test('a refusal keeps what was typed, takes focus and names a person to call', async () => {
    stage.on('POST portal/session', () => ({ status: 401, code: 'sign-in-refused' }))
    await openPortal()
    await signIn()
    await expect.element(page.getByRole('heading', { name: "Let's try that again" })).toBeVisible()
    await vi.waitFor(() =>
      expect(focused()?.textContent).toContain("That username and password don't go together."),
    )
    await expect.element(page.getByLabelText('Username')).toHaveValue('maria.nunez')
    await expect.element(page.getByRole('textbox', { name: 'Password' })).toHaveValue('copper kettle moon')
    await expect.element(page.getByRole('link', { name: 'Call (555) 010-0100' })).toBeVisible()
  })

  test('a double click asks once; after a lost answer the same goes out under the same key', async () => {
    stage.on('POST portal/session', () => 'offline')
    await openPortal()
    await signIn()
    await expect.element(page.getByText("We can't reach the portal.")).toBeVisible()
    stage.on('POST portal/session', () => 'never')
    await page.getByRole('button', { name: 'Sign in' }).dblClick()
    const keys = stage.asked('POST portal/session').map(({ key }) => key)
    expect(keys).toHaveLength(2)
    expect(keys[1]).toBe(keys[0])
  })

  test('too many tries say how long to wait; paused access says whom to call', async () => {
    stage.on('POST portal/session', () => ({
      status: 429,
      code: 'too-many-tries',
      extra: { retryAfter: 300 },
    }))
    await openPortal()
    await signIn()
    await expect.element(page.getByText('Try again in 5 minutes.')).toBeVisible()
    stage.on('POST portal/session', () => ({ status: 403, code: 'access-paused' }))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect.element(page.getByText('Your access is paused right now.')).toBeVisible()
  })

  test('the eye shows the password and hides it again', async () => {
    await openPortal()
    const password = page.getByRole('textbox', { name: 'Password' })
    await expect.element(password).toHaveAttribute('type', 'password')
    await page.getByRole('button', { name: 'Show password' }).click()
    await expect.element(password).toHaveAttribute('type', 'text')
    await expect
      .element(page.getByRole('button', { name: 'Show password' }))
      .toHaveAttribute('aria-pressed', 'true')
  })

  test('a practice that has switched the portal off says so instead of a form', async () => {
    stage.on('GET practice', () => ({ body: { ...fernwood, portalOpen: false } }))
    await openPortal()
    await expect.element(page.getByText('The portal is switched off right now.')).toBeVisible()
    expect(page.getByRole('button', { name: 'Sign in' }).elements()).toEqual([])
  })
})

describe('home', () => {
  test('shows what the practice has on file, and the account ID in groups', async () => {
    signedInAsMaria()
    await openPortal()
    for (const text of [
      'Maria Núñez Łukasiewicz',
      'July 2, 1985',
      '(555) 010-0142',
      '18 Alder Court',
      'PA 7F3K 92QD',
      'Spanish',
    ])
      await expect.element(page.getByText(text, { exact: true })).toBeVisible()
    await expect.element(page.getByRole('heading', { name: 'Nothing to do today' })).toBeVisible()
    await expect.element(page.getByText("You're all set. Come back whenever you like.")).toBeVisible()
  })

  test('says what username and account ID are for', async () => {
    signedInAsMaria()
    await openPortal()
    await expect.element(page.getByText('You sign in with this.')).toBeVisible()
    await expect.element(page.getByText('Yours for good. Have it ready when you call us.')).toBeVisible()
  })

  test('an EMR that shows the chart to nobody but staff: home says what is missing and whom to call', async () => {
    signedInAsMaria()
    stage.on('GET portal/home', () => ({ body: { ...maria, chart: 'not-offered', profile: null } }))
    await openPortal()
    await expect
      .element(page.getByText("Your name, address and phone numbers can't be shown here."))
      .toBeVisible()
    await expect.element(page.getByText(/Call us to check or change them\./)).toBeVisible()
    await expect.element(page.getByText('PA 7F3K 92QD')).toBeVisible()
    expect(page.getByRole('button', { name: 'Try again' }).elements()).toEqual([])
  })

  test('an EHR that does not answer leaves a notice, the account and a way to try again', async () => {
    signedInAsMaria()
    stage.on('GET portal/home', () => ({ body: { ...maria, chart: 'unavailable', profile: null } }))
    await openPortal()
    await expect.element(page.getByText("We can't reach your records right now.")).toBeVisible()
    await expect.element(page.getByText('PA 7F3K 92QD')).toBeVisible()
    stage.on('GET portal/home', () => ({ body: maria }))
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.element(page.getByText('July 2, 1985')).toBeVisible()
  })

  test('signing out takes everything off the page, and Back does not bring it back', async () => {
    signedInAsMaria()
    stage.on('DELETE portal/session', () => ({ status: 204, body: null }))
    await openPortal()
    await expect.element(page.getByText('July 2, 1985')).toBeVisible()
    stage.on('GET portal/home', () => ({ status: 401, code: 'signed-out' }))
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect.element(page.getByText("You're signed out.")).toBeVisible()
    expect(page.getByText('July 2, 1985').elements()).toEqual([])
    history.pushState(null, '', HOME)
    window.dispatchEvent(new PopStateEvent('popstate'))
    await vi.waitFor(() => expect(location.pathname).toBe('/fernwood/portal/sign-in'))
    expect(page.getByText('July 2, 1985').elements()).toEqual([])
  })

  test('a second press on Sign out asks nothing more', async () => {
    signedInAsMaria()
    stage.on('DELETE portal/session', () => 'never')
    await openPortal()
    await page.getByRole('button', { name: 'Sign out' }).dblClick()
    expect(stage.asked('DELETE portal/session')).toHaveLength(1)
  })

  test('a sign-out that did not arrive says so and can be pressed again', async () => {
    signedInAsMaria()
    stage.on('DELETE portal/session', () => 'offline')
    await openPortal()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect.element(page.getByText("You're still signed in.")).toBeVisible()
    stage.on('DELETE portal/session', () => ({ status: 204, body: null }))
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.element(page.getByText("You're signed out.")).toBeVisible()
  })

  test('a session that ends while nobody looks leads to the sign-in page with a reason', async () => {
    const endsSoon = { ...sessionFor('maria.nunez'), idleEndsAt: Date.now() + 200 }
    stage.on('GET portal/session', () => ({ body: endsSoon }))
    stage.on('GET portal/home', () => ({ body: maria }))
    await openPortal()
    await expect.element(page.getByText('July 2, 1985')).toBeVisible()
    stage.on('GET portal/session', () => ({ status: 401, code: 'signed-out' }))
    await expect
      .element(page.getByText('We signed you out to keep your record safe.'), { timeout: 5000 })
      .toBeVisible()
    expect(page.getByText('July 2, 1985').elements()).toEqual([])
  })
})

describe('the app', () => {
  test('opens in Spanish for who chose it, switches on the page and remembers', async () => {
    await openPortal(HOME, { language: 'es' })
    await expect.element(page.getByRole('heading', { name: 'Bienvenido de nuevo' })).toBeVisible()
    expect(document.documentElement.lang).toBe('es')
    await page.getByRole('button', { name: 'View in English' }).click()
    await expect.element(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
    expect(document.documentElement.lang).toBe('en')
    expect(localStorage.getItem('portico-language')).toBe('en')
  })

  test('switching the language keeps what was typed', async () => {
    await openPortal()
    await page.getByLabelText('Username').fill('maria.nunez')
    await page.getByRole('button', { name: 'Ver en español' }).click()
    await expect.element(page.getByLabelText('Nombre de usuario')).toHaveValue('maria.nunez')
  })

  test('without a network it says so and opens on the second try', async () => {
    stage.on('GET practice', () => 'offline')
    await show('portico-portal', HOME)
    await expect.element(page.getByText("We can't reach the portal.")).toBeVisible()
    stage.on('GET practice', () => ({ body: fernwood }))
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.element(page.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
  })

  test('an unknown address has a way back', async () => {
    signedInAsMaria()
    await openPortal('/fernwood/portal/nowhere')
    await expect.element(page.getByRole('heading', { name: 'There is no page here' })).toBeVisible()
    await page.getByRole('link', { name: 'Go to the start of your portal' }).click()
    await expect.element(page.getByText('July 2, 1985')).toBeVisible()
  })
})
