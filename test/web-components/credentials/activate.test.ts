import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/portal.ts'
import type { ConfirmActivation } from '../../../src/credentials/schema.ts'
import { fernwood, maria, sessionFor, ticketForWalter } from '../support/fixtures.ts'
import { focused, openStage, paste, show } from '../support/stage.ts'

const stage = openStage()
const ACTIVATE = '/fernwood/portal/activate'
const CONFIRM = 'POST portal/activation'
const CHOOSE = 'POST portal/activation/credentials'
const press = (name: string) => page.getByRole('button', { name }).click()
const box = (name: string) => page.getByRole('textbox', { name })
const heading = (name: string) => expect.element(page.getByRole('heading', { level: 1, name })).toBeVisible()

async function openAt(step: 1 | 2 | 3) {
  stage.on(CONFIRM, () => ({ body: ticketForWalter() }))
  await show('portico-portal', `${ACTIVATE}#id=482913&code=K7RM4XWD`)
  await heading('Have your letter ready')
  if (step === 1) return
  await press('Continue')
  await heading('Now, a little about you')
  if (step === 2) return
  await fillPerson()
  await press('Continue')
  await heading('Choose how you sign in')
}

async function fillPerson() {
  await box('First name').fill('w')
  await box('Last name').fill('O')
  await box('Month').fill('3')
  await box('Day').fill('14')
  await box('Year').fill('1948')
}

describe('the letter', () => {
  test('the QR code’s address fills in ID and code and is gone from the address bar', async () => {
    await openAt(1)
    expect(location.hash).toBe('')
    await expect.element(box('Portal ID')).toHaveValue('482 913')
    await expect.element(box('Activation code')).toHaveValue('K7RM 4XWD')
    await expect.element(page.getByText('Step 1 of 3')).toBeVisible()
  })

  test('what is missing is said in words, at the field, once it was left', async () => {
    await openAt(1)
    await box('Portal ID').fill('4829')
    await box('Activation code').fill('k7rm-4xw')
    expect(page.getByText('One character is missing. The code has 8.').elements()).toEqual([])
    await userEvent.tab()
    await expect.element(page.getByText('2 digits are missing. The portal ID has 6.')).toBeVisible()
    await expect.element(page.getByText('One character is missing. The code has 8.')).toBeVisible()
    await press('Continue')
    await vi.waitFor(() => expect(focused()?.id).toBe('portal-id'))
    await box('Portal ID').fill('482-913')
    expect(page.getByText('2 digits are missing. The portal ID has 6.').elements()).toEqual([])
  })

  test('one press on the button is enough, however much there is to say', async () => {
    await show('portico-portal', ACTIVATE)
    await box('Portal ID').fill('4829')
    await press('Continue')
    await expect.element(page.getByText('2 digits are missing. The portal ID has 6.')).toBeVisible()
    await expect.element(page.getByText('Type the 8 characters from your letter.')).toBeVisible()
    await vi.waitFor(() => expect(focused()?.id).toBe('portal-id'))
  })

  test('a character that no code has is named', async () => {
    await openAt(1)
    await box('Activation code').fill('K7RM 4XO0')
    await press('Continue')
    await expect
      .element(page.getByText('The code never has 0, O, 1, I or L in it. Look at your letter again.'))
      .toBeVisible()
  })

  test('classic mode asks for no code and sends none', async () => {
    stage.on('GET practice', () => ({ body: { ...fernwood, activationMode: 'classic' } }))
    await openAt(3)
    expect(stage.asked(CONFIRM)[0]?.body).toEqual({
      portalId: '482913',
      firstInitial: 'w',
      lastInitial: 'O',
      birthDate: '1948-03-14',
    } satisfies ConfirmActivation)
  })
})

describe('the person', () => {
  test('a whole date pasted into any box fills all three', async () => {
    await openAt(2)
    paste(box('Day').element(), '03/14/1948')
    await expect.element(box('Month')).toHaveValue('03')
    await expect.element(box('Year')).toHaveValue('1948')
    paste(box('Month').element(), '1950-12-31')
    await expect.element(box('Day')).toHaveValue('31')
  })

  test('what was typed goes out folded, and Back keeps it', async () => {
    await openAt(3)
    expect(stage.asked(CONFIRM)[0]?.body).toEqual({
      portalId: '482913',
      code: 'K7RM4XWD',
      firstInitial: 'w',
      lastInitial: 'O',
      birthDate: '1948-03-14',
    } satisfies ConfirmActivation)
    await press('Back')
    await expect.element(box('Year')).toHaveValue('1948')
    await press('Back')
    await expect.element(box('Activation code')).toHaveValue('K7RM 4XWD')
  })

  test('the browser’s own Back goes one step back, keeps what was typed and sends nothing', async () => {
    await openAt(3)
    history.back()
    await heading('Now, a little about you')
    await expect.element(box('Year')).toHaveValue('1948')
    history.forward()
    await heading('Choose how you sign in')
    expect(stage.asked(CONFIRM)).toHaveLength(1)
  })

  test('each box at fault says so', async () => {
    await openAt(2)
    await fillPerson()
    await box('Day').fill('32')
    await box('Last name').fill('')
    await press('Continue')
    await expect.element(page.getByText("That month doesn't have this day.")).toBeVisible()
    await expect
      .element(page.getByText('Type the first letter of your first name and of your last name.'))
      .toBeVisible()
    await vi.waitFor(() => expect(focused()?.id).toBe('last-initial'))
    expect(stage.asked(CONFIRM)).toEqual([])
  })

  test('details that do not match: the notice takes focus, everything typed stays', async () => {
    await openAt(2)
    stage.on(CONFIRM, () => ({ status: 403, code: 'no-match' }))
    await fillPerson()
    await press('Continue')
    await heading("That didn't match our records")
    await vi.waitFor(() => expect(focused()?.textContent).toContain('Check each part against your letter.'))
    await expect.element(box('Year')).toHaveValue('1948')
    await expect.element(page.getByRole('link', { name: 'Call (555) 010-0100' })).toBeVisible()
    stage.on(CONFIRM, () => ({ body: ticketForWalter() }))
    await press('Try again')
    await heading('Choose how you sign in')
  })

  test.each([
    ['no network', 'offline' as const, "We can't reach the portal."],
    ['the EHR', { status: 502, code: 'ehr-unavailable' as const }, "We can't reach your records right now."],
    [
      'a letter out of date',
      { status: 410, code: 'ticket-ended' as const },
      'This letter is too old to use.',
    ],
    [
      'five tries',
      { status: 429, code: 'too-many-tries' as const, extra: { retryAfter: 80_000 } },
      'For safety this letter has stopped working.',
    ],
    ['our fault', { status: 500, code: 'internal' as const }, "That didn't work. It's on us, not on you."],
  ])('refused by %s: said in words, nothing typed is lost', async (_name, answer, words) => {
    await openAt(2)
    stage.on(CONFIRM, () => answer)
    await fillPerson()
    await press('Continue')
    await expect.element(page.getByText(words)).toBeVisible()
    await expect.element(box('First name')).toHaveValue('w')
    await expect.element(box('Day')).toHaveValue('14')
  })

  test('a double click asks once', async () => {
    await openAt(2)
    stage.on(CONFIRM, () => 'never')
    await fillPerson()
    await page.getByRole('button', { name: 'Continue' }).dblClick()
    expect(stage.asked(CONFIRM)).toHaveLength(1)
    await expect
      .element(page.getByRole('button', { name: 'One moment…' }))
      .toHaveAttribute('aria-busy', 'true')
  })
})

describe('the key', () => {
  test('counts along while typing and refuses a short password at the field', async () => {
    await openAt(3)
    await expect.element(box('Username')).toHaveValue('walter.okafor')
    await box('Password').fill('copperkettle')
    await expect.element(page.getByRole('status').filter({ hasText: '3 more to go' })).toBeVisible()
    await press('Finish and sign in')
    await vi.waitFor(() => expect(focused()?.id).toBe('password'))
    await expect.element(page.getByText('A password has at least 15 characters.')).toBeVisible()
    expect(page.getByText('3 more to go').elements()).toHaveLength(1)
    expect(stage.asked(CHOOSE)).toEqual([])
  })

  test('a taken username offers a free one', async () => {
    await openAt(3)
    stage.on(CHOOSE, () => ({ status: 409, code: 'username-taken', extra: { suggestion: 'walter.okafor2' } }))
    await box('Password').fill('copper kettle moon')
    await press('Finish and sign in')
    await expect.element(page.getByText(/Someone else has this username\. Try another one\./)).toBeVisible()
    await press('Use walter.okafor2')
    await expect.element(box('Username')).toHaveValue('walter.okafor2')
    await expect.element(box('Username')).not.toHaveAttribute('aria-invalid')
  })

  test.each([
    ['common', 'Many people use this one. Add a word or two.'],
    ['context', 'It has your name or username in it. Use other words.'],
  ])('a password that is too %s says what to do', async (reason, words) => {
    await openAt(3)
    stage.on(CHOOSE, () => ({ status: 422, code: 'weak-password', extra: { reason } }))
    await box('Password').fill('passwordpassword')
    await press('Finish and sign in')
    await expect.element(page.getByText(words)).toBeVisible()
    await expect.element(box('Password')).toHaveValue('passwordpassword')
  })

  test('a page that waited too long goes back one step with everything kept, and on again', async () => {
    await openAt(3)
    stage.on(CHOOSE, () => ({ status: 410, code: 'ticket-ended' }))
    await box('Password').fill('copper kettle moon')
    await press('Finish and sign in')
    await expect.element(page.getByText('This page waited too long.')).toBeVisible()
    await expect.element(box('Year')).toHaveValue('1948')
    await press('Continue')
    await expect.element(box('Password')).toHaveValue('copper kettle moon')
  })

  test('done: says who is in, under which name and account, and leads home', async () => {
    await openAt(3)
    stage.on(CHOOSE, () => ({ status: 201, body: sessionFor('walter.okafor') }))
    stage.on('GET portal/home', () => ({ body: { ...maria, firstName: 'Walter' } }))
    await box('Password').fill('copper kettle moon')
    await press('Finish and sign in')
    await heading("You're in, Walter.")
    expect(stage.asked(CHOOSE)[0]?.body).toEqual({
      ticket: ticketForWalter().ticket,
      username: 'walter.okafor',
      password: 'copper kettle moon',
    })
    await expect.element(page.getByText('PA 7F3K 92QD')).toBeVisible()
    await page.getByRole('link', { name: 'Go to my portal' }).click()
    await expect.element(page.getByRole('heading', { level: 1, name: /, Walter$/ })).toBeVisible()
  })
})
