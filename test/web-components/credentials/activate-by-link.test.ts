import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/portal.ts'
import type { ConfirmActivation } from '../../../src/credentials/schema.ts'
import { fernwood, maria, sessionFor, ticketForWalter } from '../support/fixtures.ts'
import { expectSound, focused, type Look, openStage, show } from '../support/stage.ts'

const stage = openStage()
const TOKEN = 'L'.repeat(43)
const ACTIVATE = '/fernwood/portal/activate'
const CONFIRM = 'POST portal/activation'
const CHOOSE = 'POST portal/activation/credentials'
const press = (name: string) => page.getByRole('button', { name }).click()
const box = (name: string) => page.getByRole('textbox', { name })
const heading = (name: string) => expect.element(page.getByRole('heading', { level: 1, name })).toBeVisible()
const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()

async function openLink(look: Look = {}) {
  stage.on(CONFIRM, () => ({ body: ticketForWalter() }))
  await show('portico-portal', `${ACTIVATE}#link=${TOKEN}`, look)
  await expect.element(page.getByRole('heading', { level: 1 })).toBeVisible()
}

async function fillPerson() {
  await box('First name').fill('W')
  await box('Last name').fill('O')
  await box('Month').fill('3')
  await box('Day').fill('14')
  await box('Year').fill('1948')
}

async function openKey() {
  await openLink()
  await fillPerson()
  await press('Continue')
  await heading('Choose how you sign in')
}

describe('the link of a mail', () => {
  test('opens at the person, leaves the address bar, and sends nothing: scanners open it too', async () => {
    await openLink()
    await heading('First, a little about you')
    await said('You opened the link from our e-mail. This makes sure that it is you.')
    await said('Step 1 of 2')
    expect(location.hash).toBe('')
    expect(page.getByLabelText('Portal ID').elements()).toEqual([])
    expect(stage.calls.map(({ route }) => route)).toEqual(['GET practice'])
  })

  test('goes out instead of ID and code, and ends at home', async () => {
    await openKey()
    expect(stage.asked(CONFIRM)[0]?.body).toEqual({
      link: TOKEN,
      firstInitial: 'W',
      lastInitial: 'O',
      birthDate: '1948-03-14',
    } satisfies ConfirmActivation)
    await said('Step 2 of 2')
    const session = sessionFor('walter.okafor')
    stage.on(CHOOSE, () => ({ status: 201, body: session }))
    stage.on('GET portal/session', () => ({ body: session }))
    stage.on('GET portal/home', () => ({ body: { ...maria, firstName: 'Walter' } }))
    await box('Password').fill('copper kettle moon')
    await press('Finish and sign in')
    await heading("You're in, Walter.")
    await said('Your link has done its job. From now on, sign in with your username.')
    await page.getByRole('link', { name: 'Go to my portal' }).click()
    await expect.element(page.getByRole('heading', { level: 1, name: /, Walter$/ })).toBeVisible()
  })

  test.each([
    [
      'too old or used',
      { status: 410, code: 'ticket-ended' as const },
      'That link has ended.',
      'Call us and we can send a new one. If you have a letter from us, you can use that.',
    ],
    [
      'cut in two by the mail program',
      {
        status: 422,
        code: 'invalid-request' as const,
        extra: { issues: [{ pointer: '/link', detail: 'Too small' }] },
      },
      'That link has ended.',
      'Call us and we can send a new one. If you have a letter from us, you can use that.',
    ],
    [
      'stopped after five tries',
      { status: 429, code: 'too-many-tries' as const, extra: { retryAfter: 80_000 } },
      'For safety this link has stopped working.',
      'Call us; it takes two minutes.',
    ],
  ])('%s: the filled button calls, the letter is a way on', async (_name, answer, title, text) => {
    await openLink()
    stage.on(CONFIRM, () => answer)
    await fillPerson()
    await press('Continue')
    await said(title)
    await vi.waitFor(() => expect(focused()?.textContent).toContain(title))
    await said(text)
    const call = page.getByRole('link', { name: 'Call (555) 010-0100' })
    await expect.element(call).toHaveAttribute('href', 'tel:+15550100100')
    expect(
      page
        .getByRole('button')
        .elements()
        .filter((one) => one.matches('.primary')),
    ).toEqual([])
    expect(call.element().matches('.primary')).toBe(true)
    await expectSound()
    await press('Use my letter instead')
    await heading('Have your letter ready')
    await said('Step 1 of 3')
    await box('Portal ID').fill('482913')
    await box('Activation code').fill('K7RM4XWD')
    stage.on(CONFIRM, () => ({ body: ticketForWalter() }))
    await press('Continue')
    await expect.element(box('Year')).toHaveValue('1948')
    await press('Continue')
    await heading('Choose how you sign in')
    expect(stage.asked(CONFIRM).at(-1)?.body).toMatchObject({ portalId: '482913', code: 'K7RM4XWD' })
    expect(stage.asked(CONFIRM).at(-1)?.body).not.toHaveProperty('link')
  })

  test('details that do not match speak of the link, and Back from the letter finds the link again', async () => {
    await openLink()
    stage.on(CONFIRM, () => ({ status: 403, code: 'no-match' }))
    await fillPerson()
    await press('Continue')
    await heading("That didn't match our records")
    await said('Check your initials and your birth date.')
    await press('Use my letter instead')
    await heading('Have your letter ready')
    history.back()
    await heading('First, a little about you')
    await expect.element(box('Year')).toHaveValue('1948')
    stage.on(CONFIRM, () => ({ body: ticketForWalter() }))
    await press('Continue')
    await heading('Choose how you sign in')
    expect(stage.asked(CONFIRM).at(-1)?.body).toHaveProperty('link', TOKEN)
  })

  test('a page that waited too long asks once more; a link that ended meanwhile is said as such', async () => {
    await openKey()
    stage.on(CHOOSE, () => ({ status: 410, code: 'ticket-ended' }))
    await box('Password').fill('copper kettle moon')
    await press('Finish and sign in')
    await said('This page waited too long.')
    await said(/^Your link still works/)
    stage.on(CONFIRM, () => ({ status: 410, code: 'ticket-ended' }))
    await press('Continue')
    await said('That link has ended.')
    await expect.element(box('Year')).toHaveValue('1948')
  })

  test('in a tab that shows the page already is taken as well', async () => {
    await show('portico-portal', ACTIVATE)
    await heading('Have your letter ready')
    await said('Got our e-mail? Open its link.')
    location.hash = `link=${TOKEN}`
    await heading('First, a little about you')
    expect(location.hash).toBe('')
  })

  test('opened again by somebody who is in already: one press leads to the sign-in page', async () => {
    await openLink()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await heading('Welcome back')
    expect(stage.asked('GET portal/session')).toHaveLength(1)
  })

  test('or straight home, when this browser is still signed in', async () => {
    stage.on('GET portal/session', () => ({ body: sessionFor('maria.nunez') }))
    stage.on('GET portal/home', () => ({ body: maria }))
    await openLink()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await expect.element(page.getByRole('heading', { level: 1, name: /, Maria$/ })).toBeVisible()
  })

  test('a practice without a phone number still has a button', async () => {
    stage.on('GET practice', () => ({ body: { ...fernwood, phone: null } }))
    await openLink()
    stage.on(CONFIRM, () => ({ status: 410, code: 'ticket-ended' }))
    await fillPerson()
    await press('Continue')
    await said('That link has ended.')
    expect(page.getByRole('button', { name: 'Try again' }).element().matches('.primary')).toBe(true)
  })

  test('works by keyboard alone', async () => {
    await openLink()
    await userEvent.click(box('First name'))
    for (const text of ['W', 'O', '3', '14', '1948']) {
      await userEvent.keyboard(text)
      if (text !== '1948') await userEvent.tab()
    }
    await userEvent.keyboard('{Enter}')
    await heading('Choose how you sign in')
    await vi.waitFor(() => expect(focused()?.tagName).toBe('H1'))
  })

  test('speaks Spanish too, and breaks no axe rule', async () => {
    await openLink({ language: 'es', width: 360 })
    await heading('Primero, un poco sobre usted')
    await expectSound()
  })
})
