import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { button, field, openCard, READ, SAVE, said, toggle } from '../support/card.ts'
import { CARDS, cardOf, cardWithMail, LOOK_ONLY, lines, MAIL } from '../support/fixtures.ts'
import { focused, openStage } from '../support/stage.ts'

const stage = openStage()
const open = (card: (typeof CARDS)[string] | undefined) => openCard(stage, card)
const same = () => page.getByRole('checkbox', { name: 'Same as contact e-mail' })
const sent = () => stage.asked(SAVE).map(({ body }) => body)
const expectFocusOn = (id: string) => vi.waitFor(() => expect(focused()?.id).toBe(id))
const openFold = (text: string | RegExp) => page.getByText(text).click()

describe('in place', () => {
  test('everything that is missing is typed into the card and goes out with one Save', async () => {
    await open(CARDS['everything missing'])
    stage.on(SAVE, () => ({ body: CARDS['ready, with e-mail'] }))
    await field('Home phone').fill(' (555) 010-0142 ')
    await field('Contact e-mail').fill(MAIL)
    await same().click()
    await toggle('Allow e-mail').click()
    await toggle('Allow patient portal').click()
    await button('Save').click()
    await said('Everything is in place for Walter.')
    expect(sent()).toEqual([
      {
        allowPortal: true,
        allowEmail: true,
        contacts: {
          homePhone: { from: null, to: '(555) 010-0142' },
          contactEmail: { from: null, to: MAIL },
          trustedEmail: { from: null, to: MAIL },
        },
      },
    ])
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Everything is in place for Walter.'))
  })

  test('each field says what it is, offers nothing from before and the right keyboard', async () => {
    await open(CARDS['everything missing'])
    for (const [name, mode] of [
      ['Home phone', 'tel'],
      ['Mobile phone', 'tel'],
      ['Contact e-mail', 'email'],
      ['Trusted e-mail', 'email'],
    ] as const) {
      await expect.element(field(name)).toHaveAttribute('inputmode', mode)
      await expect.element(field(name)).toHaveAttribute('autocomplete', 'off')
    }
    await expect
      .element(field('Trusted e-mail'))
      .toHaveAccessibleDescription('Only Walter reads it. Links to sign in go there.')
  })

  test('the tick takes the field’s place and keeps the focus; without it the field is there again', async () => {
    await open(CARDS['everything missing'])
    await field('Contact e-mail').fill(MAIL)
    await same().click()
    expect(field('Trusted e-mail').elements()).toEqual([])
    expect(focused()?.getAttribute('type')).toBe('checkbox')
    await same().click()
    await expect.element(field('Trusted e-mail')).toHaveValue('')
  })

  test('what is there already shows its value and is changed behind "Change…"', async () => {
    await open(CARDS['ready'])
    await openFold('Good to have: 4 missing')
    await said('(555) 010-0142')
    await button('Change… Home or mobile phone').click()
    await expectFocusOn('homePhone')
    await expect.element(field('Home phone')).toHaveValue('(555) 010-0142')
    expect(button('Save').elements()).toEqual([])
    stage.on(SAVE, () => ({ body: CARDS['ready'] }))
    await field('Home phone').fill('')
    await field('Mobile phone').fill('(555) 010-0199')
    await expect.element(button('Create credentials')).toHaveAccessibleDescription('Save first.')
    await button('Save').click()
    await vi.waitFor(() =>
      expect(sent()).toEqual([
        {
          contacts: {
            homePhone: { from: '(555) 010-0142', to: null },
            mobilePhone: { from: null, to: '(555) 010-0199' },
          },
        },
      ]),
    )
    await expect.element(page.getByRole('status').filter({ hasText: 'Saved.' })).toBeInTheDocument()
    expect(field('Home phone').elements()).toEqual([])
  })

  test('a trusted e-mail that is the contact e-mail opens with it, and follows where everybody sees it', async () => {
    await open(CARDS['ready, with e-mail'])
    await openFold('Good to have: nothing missing')
    await button('Change… Contact e-mail').click()
    await expect.element(same()).toBeChecked()
    stage.on(SAVE, () => ({ body: CARDS['ready, with e-mail'] }))
    await field('Contact e-mail').fill('w.okafor@mail.example')
    await button('Save').click()
    const to = 'w.okafor@mail.example'
    await vi.waitFor(() =>
      expect(sent()).toEqual([
        { contacts: { contactEmail: { from: MAIL, to }, trustedEmail: { from: MAIL, to } } },
      ]),
    )
  })

  test('it stays open after a look at the EMR, and what was typed is still there', async () => {
    await open(CARDS['almost ready'])
    await field('Contact e-mail').fill(MAIL)
    stage.on(READ, () => ({ body: CARDS['not ready'] }))
    await button('Check again').click()
    await said('2 things missing')
    await expect.element(field('Contact e-mail')).toHaveValue(MAIL)
  })

  test('phone and e-mail can still be changed while an invitation waits', async () => {
    await open(CARDS['invited, mail came back'])
    await openFold('Contact and permissions')
    await button('Change… Trusted e-mail').click()
    await same().click()
    stage.on(SAVE, () => ({ body: CARDS['invited, mail sent'] }))
    await field('Trusted e-mail').fill('walter@other.example')
    await expect.element(button('Resend e-mail')).toHaveAccessibleDescription('Save first.')
    await button('Save').click()
    await vi.waitFor(() =>
      expect(sent()).toEqual([{ contacts: { trustedEmail: { from: MAIL, to: 'walter@other.example' } } }]),
    )
  })

  test('the page’s language can be switched while something is typed', async () => {
    await open(CARDS['everything missing'])
    await field('Contact e-mail').fill(MAIL)
    await button('Ver en español').click()
    await expect.element(field('Correo de contacto')).toHaveValue(MAIL)
    await expect.element(field('Teléfono de casa')).toBeVisible()
  })

  test('the practice’s own lines lead to its settings for who may open them', async () => {
    await open(CARDS['everything missing'])
    const links = page.getByRole('link', { name: 'Open settings' })
    expect(links.elements().map((link) => link.getAttribute('href'))).toEqual([
      '/fernwood/staff/l/L1/settings#portal',
      '/fernwood/staff/l/L1/settings#mail',
    ])
    await open(cardOf('not-ready', { lines: lines({ 'portal-on': 'portal-off' }) }))
    await said('It is switched off. Ask an administrator.')
    expect(links.elements()).toEqual([])
  })

  test('a chart that cannot be changed from here shows its values and where to change them', async () => {
    await open(CARDS['chart not to be changed here'])
    await openFold('Good to have: 4 missing')
    await said('Phone and e-mail are changed in the EMR. Then check again.')
    await said('(555) 010-0142')
    expect(page.getByRole('textbox').elements()).toEqual([])
    expect(button(/^Change…/).elements()).toEqual([])
    await expect.element(toggle('Allow e-mail')).toBeVisible()
  })

  test('who looks only sees values and no control at all', async () => {
    await open(cardWithMail('ready', { may: LOOK_ONLY }))
    await openFold('Good to have: nothing missing')
    await expect.element(page.getByText(MAIL).first()).toBeVisible()
    expect(page.getByRole('switch').elements()).toEqual([])
    expect(page.getByRole('textbox').elements()).toEqual([])
    expect(button(/^(Change…|Not now…|Save)/).elements()).toEqual([])
  })

  test('where an address is needed, "No e-mail address?" leads to a day to ask again', async () => {
    await open(CARDS['everything missing'])
    await button('No e-mail address?').click()
    await expect.element(page.getByRole('radio', { name: 'No e-mail address' })).toBeChecked()
  })
})

describe('a value that cannot be right', () => {
  test('is said when the field is left, not while it is typed, and goes once it is right', async () => {
    await open(CARDS['everything missing'])
    await field('Contact e-mail').fill('walter')
    expect(page.getByText(/Check this address/).elements()).toEqual([])
    await userEvent.tab()
    await said('Check this address. It looks like name@mail.example.')
    await expect.element(field('Contact e-mail')).toHaveAttribute('aria-invalid', 'true')
    await expect
      .element(field('Contact e-mail'))
      .toHaveAccessibleDescription(/Where the practice writes to Walter\. Check this address/)
    await field('Contact e-mail').fill(MAIL)
    expect(page.getByText(/Check this address/).elements()).toEqual([])
  })

  test('keeps Save from asking, and the first one at fault has the focus, out of its fold too', async () => {
    await open(CARDS['ready'])
    await openFold('Good to have: 4 missing')
    await field('Contact e-mail').fill('walter@mail')
    await openFold('Good to have: 4 missing')
    await button('Save').click()
    await said('Check this address. It looks like name@mail.example.')
    await expectFocusOn('contactEmail')
    expect(stage.asked(SAVE)).toEqual([])
  })

  test('a tick for "same" needs an address to be the same as', async () => {
    await open(CARDS['everything missing'])
    await same().click()
    await button('Save').click()
    await said('Enter the contact e-mail first.')
    await expectFocusOn('contactEmail')
  })

  test.each(['(555) 010-0142', '+1 555 010 0142', '555.010.0142 x12'])(
    '%s is a phone number',
    async (text) => {
      await open(CARDS['everything missing'])
      await field('Mobile phone').fill(text)
      await userEvent.tab()
      expect(page.getByText(/Check this phone number/).elements()).toEqual([])
    },
  )

  test.each([
    [
      'ehr-rejected' as const,
      '/contacts/mobilePhone',
      "The EMR doesn't accept this phone number. Try ten digits.",
    ],
    ['invalid-request' as const, '/contacts/mobilePhone/to', 'Check this phone number. Try ten digits.'],
  ])('%s: said at the field, which keeps what was typed', async (code, pointer, words) => {
    await open(CARDS['everything missing'])
    stage.on(SAVE, () => ({ status: 422, code, extra: { issues: [{ pointer, detail: 'no' }] } }))
    await field('Mobile phone').fill('555 010 0142')
    await button('Save').click()
    await said(words)
    await expectFocusOn('mobilePhone')
    await expect.element(field('Mobile phone')).toHaveValue('555 010 0142')
    expect(page.getByText(/accept this value|on us, not on you/).elements()).toEqual([])
    await field('Mobile phone').fill('555 010 0143')
    expect(page.getByText(words).elements()).toEqual([])
  })
})
