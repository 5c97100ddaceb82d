import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/portal.ts'
import type { SessionView } from '../../../src/accounts/schema.ts'
import { maria, sessionFor } from '../support/fixtures.ts'
import { expectSound, focused, type Look, openStage, show } from '../support/stage.ts'

const stage = openStage()
const PORTAL = '/fernwood/portal/'
const CHANGE = 'PUT portal/credentials'
const SESSION = 'GET portal/session'
const FIVE_WORDS = 'copper kettle moon river sand'
const press = (name: string) => page.getByRole('button', { name }).click()
const box = (name: string) => page.getByRole('textbox', { name })
const heading = (name: string) => expect.element(page.getByRole('heading', { level: 1, name })).toBeVisible()
const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()

const restricted = (): SessionView => {
  const end = Date.now() + 15 * 60_000
  return {
    ...sessionFor('walter.okafor'),
    idleEndsAt: end,
    endsAt: end,
    restricted: true,
    firstName: 'Walter',
  }
}

/** Signed in with a temporary password. */
async function openChange(path = PORTAL, look: Look = {}) {
  stage.on(SESSION, () => ({ body: restricted() }))
  await show('portico-portal', path, look)
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
}

async function save(password = 'violet harbor nine lamps') {
  await box('New password').fill(password)
  await press('Save my password')
}

describe('a temporary password', () => {
  test('signs in and leads to the page where it ends; what was typed goes out as typed', async () => {
    const session = restricted()
    stage.on('POST portal/session', () => ({ status: 201, body: session }))
    await show('portico-portal', PORTAL)
    await box('Username').fill('walter.okafor')
    await box('Password').fill(`  ${FIVE_WORDS.toUpperCase()} `)
    stage.on(SESSION, () => ({ body: session }))
    await userEvent.keyboard('{Enter}')
    await heading('Welcome, Walter. Choose your own password')
    await vi.waitFor(() => expect(focused()?.tagName).toBe('H1'))
    expect(location.pathname).toBe(`${PORTAL}change`)
    expect(document.title).toBe('Welcome, Walter. Choose your own password · Fernwood Family Practice')
    await said('The temporary one ends when you save yours. After that only you know it.')
    expect(stage.asked('POST portal/session')[0]?.body).toMatchObject({
      password: `  ${FIVE_WORDS.toUpperCase()} `,
    })
  })

  test.each(['', 'sign-in', 'change', 'nowhere'])('opens nothing else: /%s', async (path) => {
    await openChange(`${PORTAL}${path}`)
    await heading('Welcome, Walter. Choose your own password')
    expect(location.pathname).toBe(`${PORTAL}change`)
    history.pushState(null, '', `${PORTAL}activate`)
    window.dispatchEvent(new PopStateEvent('popstate'))
    await vi.waitFor(() => expect(location.pathname).toBe(`${PORTAL}change`))
    expect(stage.asked('GET portal/home')).toEqual([])
  })

  test('the page is not there for anybody else', async () => {
    await show('portico-portal', `${PORTAL}change`)
    await heading('Welcome back')
    stage.on(SESSION, () => ({ body: sessionFor('maria.nunez') }))
    stage.on('GET portal/home', () => ({ body: maria }))
    await show('portico-portal', `${PORTAL}change`)
    await expect.element(page.getByRole('heading', { level: 1, name: /, Maria$/ })).toBeVisible()
    expect(location.pathname).toBe(PORTAL)
  })

  test('without a first name the greeting is short', async () => {
    stage.on(SESSION, () => ({ body: { ...restricted(), firstName: null } }))
    await show('portico-portal', PORTAL)
    await expect
      .element(page.getByRole('heading', { level: 1, name: /^Choose your own password$/ }))
      .toBeVisible()
  })
})

describe('the new password', () => {
  test('keeps the username or changes it, and ends in a session that opens everything', async () => {
    await openChange()
    await expect.element(box('Username')).toHaveValue('walter.okafor')
    await box('Username').fill(' walter48 ')
    const session = sessionFor('walter48')
    stage.on(CHANGE, () => ({ status: 201, body: session }))
    stage.on(SESSION, () => ({ body: session }))
    stage.on('GET portal/home', () => ({ body: { ...maria, firstName: 'Walter' } }))
    await save()
    await heading("You're in, Walter.")
    await vi.waitFor(() => expect(focused()?.tagName).toBe('H1'))
    expect(stage.asked(CHANGE)[0]?.body).toEqual({
      username: 'walter48',
      password: 'violet harbor nine lamps',
    })
    await said('The temporary password no longer works. You can throw it away.')
    await said('walter48')
    await said('PA 7F3K 92QD')
    await expectSound()
    await page.getByRole('link', { name: 'Go to my portal' }).click()
    await expect.element(page.getByRole('heading', { level: 1, name: /, Walter$/ })).toBeVisible()
  })

  test('empty or short is said at the field, with the same count as on activation', async () => {
    await openChange()
    await press('Save my password')
    await said('Choose a password.')
    await vi.waitFor(() => expect(focused()?.id).toBe('password'))
    await box('New password').fill('copperkettle')
    await expect.element(page.getByRole('status').filter({ hasText: '3 more to go' })).toBeVisible()
    await press('Save my password')
    await said('A password has at least 15 characters.')
    await expectSound()
    expect(stage.asked(CHANGE)).toEqual([])
  })

  test.each([
    ['common', 'Many people use this one. Add a word or two.'],
    ['context', 'It has your name or username in it. Use other words.'],
    ['temporary', 'These are the five words we gave you. Choose some of your own.'],
    ['long', 'That is more than 128 characters. Make it a little shorter.'],
  ])('too weak (%s) says what to do and is kept', async (reason, words) => {
    await openChange()
    stage.on(CHANGE, () => ({ status: 422, code: 'weak-password', extra: { reason } }))
    await save(FIVE_WORDS)
    await said(words)
    await vi.waitFor(() => expect(focused()?.id).toBe('password'))
    await expect.element(box('New password')).toHaveValue(FIVE_WORDS)
  })

  test('a username that is taken offers a free one, and the password stays', async () => {
    await openChange()
    stage.on(CHANGE, () => ({ status: 409, code: 'username-taken', extra: { suggestion: 'walter2' } }))
    await box('Username').fill('walter')
    await save()
    await said(/Someone else has this username\. Try another one\./)
    await press('Use walter2')
    await expect.element(box('Username')).toHaveValue('walter2')
    await expect.element(box('New password')).toHaveValue('violet harbor nine lamps')
    await expect.element(box('Username')).not.toHaveAttribute('aria-invalid')
  })

  test('a username of the wrong form says which characters there are', async () => {
    await openChange()
    stage.on(CHANGE, () => ({
      status: 422,
      code: 'invalid-request',
      extra: { issues: [{ pointer: '/username', detail: '' }] },
    }))
    await box('Username').fill('walter okafor')
    await save()
    await said('Use letters, digits and . _ - @ + only.')
    await vi.waitFor(() => expect(focused()?.id).toBe('username'))
  })

  test.each([
    ['offline', 'offline' as const, "We can't reach the portal."],
    ['busy', { status: 503, code: 'busy' as const }, "It's busy for a moment."],
    ['our fault', { status: 500, code: 'internal' as const }, "That didn't work. It's on us, not on you."],
  ])('%s keeps what was typed, in either language', async (_name, answer, words) => {
    await openChange()
    stage.on(CHANGE, () => answer)
    await save()
    await said(words)
    await vi.waitFor(() => expect(focused()?.textContent).toContain(words))
    await expect.element(box('New password')).toHaveValue('violet harbor nine lamps')
    await press('Ver en español')
    await expect.element(box('Contraseña nueva')).toHaveValue('violet harbor nine lamps')
  })

  test('after a lost answer the same goes out under the same key; a double click asks once', async () => {
    await openChange()
    stage.on(CHANGE, () => 'offline')
    await save()
    await said("We can't reach the portal.")
    stage.on(CHANGE, () => 'never')
    await page.getByRole('button', { name: 'Save my password' }).dblClick()
    const keys = stage.asked(CHANGE).map(({ key }) => key)
    expect(keys).toHaveLength(2)
    expect(keys[1]).toBe(keys[0])
    await expect.element(page.getByRole('button', { name: 'Saving…' })).toHaveAttribute('aria-busy', 'true')
  })

  test('a page that waited too long says how to come back', async () => {
    await openChange()
    stage.on(CHANGE, () => ({ status: 401, code: 'signed-out' }))
    stage.on(SESSION, () => ({ status: 401, code: 'signed-out' }))
    await save()
    await said('That page waited too long.')
    await said('Sign in with the temporary password once more.')
    expect(location.pathname).toBe(`${PORTAL}sign-in`)
    await expectSound()
  })

  test('when a lost answer may have saved it, the new password is named first', async () => {
    await openChange()
    stage.on(CHANGE, () => 'offline')
    await save()
    await said("We can't reach the portal.")
    stage.on(CHANGE, () => ({ status: 401, code: 'signed-out' }))
    await press('Save my password')
    await said('Your new password may be saved already.')
    await said("Sign in with it. If it doesn't work, use the temporary password once more.")
  })
})

describe('the way out', () => {
  test('is a button below', async () => {
    await openChange()
    stage.on('DELETE portal/session', () => ({ status: 204, body: null }))
    await press('Sign out')
    await said("You're signed out.")
    expect(stage.asked('DELETE portal/session')).toHaveLength(1)
  })

  test('what another tab has finished opens here too', async () => {
    await openChange()
    stage.on(SESSION, () => ({ body: sessionFor('walter.okafor') }))
    stage.on('GET portal/home', () => ({ body: { ...maria, firstName: 'Walter' } }))
    window.dispatchEvent(new Event('focus'))
    await expect.element(page.getByRole('heading', { level: 1, name: /, Walter$/ })).toBeVisible()
    expect(location.pathname).toBe(PORTAL)
  })

  test('and a temporary password used in another tab closes what is open here', async () => {
    stage.on(SESSION, () => ({ body: sessionFor('maria.nunez') }))
    stage.on('GET portal/home', () => ({ status: 403, code: 'password-due' }))
    await show('portico-portal', `${PORTAL}nowhere`)
    await expect.element(page.getByRole('heading', { name: 'There is no page here' })).toBeVisible()
    stage.on(SESSION, () => ({ body: restricted() }))
    await page.getByRole('link', { name: 'Go to the start of your portal' }).click()
    await heading('Welcome, Walter. Choose your own password')
  })

  test.each([
    { language: 'en', theme: 'light', width: 360 },
    { language: 'es', theme: 'dark', width: 360 },
    { language: 'es', theme: 'light', width: 1280 },
  ] as const)('no axe rule is broken: $language, $theme, $width px', async (look) => {
    await openChange(PORTAL, look)
    await expectSound()
  })
})
