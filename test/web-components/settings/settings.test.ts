import { beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { settingsView } from '../support/admin-fixtures.ts'
import { button, missing, openPage, said } from '../support/admin-stage.ts'
import { type Answer, focused, openStage } from '../support/stage.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/settings'
const SAVE = 'PUT staff/launches/L1/settings'
const field = (name: string) => page.getByLabelText(name, { exact: true })
const bar = () => page.getByRole('region', { name: 'Unsaved changes' })
const save = () => button('Save changes').click()
const sent = () => stage.asked(SAVE).map(({ body }) => body)

beforeEach(() => {
  stage.on(READ, () => ({ body: settingsView() }))
  stage.on(SAVE, () => ({ body: { ...settingsView(), version: 4 } }))
})

async function openSettings(view = settingsView()) {
  stage.on(READ, () => ({ body: view }))
  await openPage(stage, 'settings')
  await expect.element(page.getByRole('heading', { level: 2, name: 'Portal' })).toBeVisible()
}

describe('saving', () => {
  test('sends only what changed, with the version that was read', async () => {
    await openSettings()
    await field('Practice name').fill('  Fernwood Clinic ')
    await field('Address').fill('1 New Road\n\n  Fernwood, OR 97000  \n')
    await field('Help line').fill('(555) 010-0199')
    await field('Days that a letter is good for').fill('14')
    await page.getByRole('radio', { name: /^Portal ID, initials and birth date/ }).click()
    await page.getByRole('checkbox', { name: 'Trusted e-mail' }).click()
    await page.getByRole('switch', { name: 'Patient portal' }).click()
    await page.getByLabelText('Time zone').selectOptions('America/Chicago')
    await said('8 changes')
    await save()
    await vi.waitFor(() =>
      expect(sent()).toEqual([
        {
          version: 3,
          changes: {
            name: 'Fernwood Clinic',
            address: ['1 New Road', 'Fernwood, OR 97000'],
            helpLine: '(555) 010-0199',
            invitationDays: 14,
            activationMode: 'classic',
            requiredLines: ['trusted-email'],
            portalOpen: false,
            timeZone: 'America/Chicago',
          },
        },
      ]),
    )
    await said('Saved. It holds from now on.')
    expect(bar().elements()).toEqual([])
  })

  test('the bar counts changes, and a change that is taken back is none', async () => {
    await openSettings()
    expect(bar().elements()).toEqual([])
    await field('Phone').fill('(555) 010-0101')
    await expect.element(bar().getByText('1 change', { exact: true })).toBeVisible()
    await field('Practice name').fill('X')
    await said('2 changes')
    await field('Practice name').fill('Fernwood Family Practice ')
    await said('1 change')
    await field('Phone').fill('(555) 010-0100')
    await expect.element(bar()).not.toBeInTheDocument()
  })

  test('empty text means none, and Enter saves', async () => {
    await openSettings()
    await field('Phone').fill('')
    await userEvent.keyboard('{Enter}')
    await vi.waitFor(() => expect(sent()).toEqual([{ version: 3, changes: { phone: null } }]))
  })

  test('a double click saves once', async () => {
    await openSettings()
    stage.on(SAVE, () => 'never')
    await field('Phone').fill('1')
    await button('Save changes').dblClick()
    await expect.element(button('Saving…')).toHaveAttribute('aria-busy', 'true')
    expect(sent()).toHaveLength(1)
  })

  test('what is discarded can be brought back', async () => {
    await openSettings()
    await field('Practice name').fill('X')
    await button('Discard').click()
    await expect.element(field('Practice name')).toHaveValue('Fernwood Family Practice')
    await said('1 change discarded.')
    await button('Bring back').click()
    await expect.element(field('Practice name')).toHaveValue('X')
    await said('1 change')
  })

  test('hours are kept for each language, and none at all when all are empty', async () => {
    await openSettings()
    await field('Help line hours in English').fill('Monday to Friday, 9 to 5')
    await save()
    await vi.waitFor(() =>
      expect(sent()).toEqual([
        {
          version: 3,
          changes: { hours: { en: 'Monday to Friday, 9 to 5', es: 'de lunes a viernes, de 8 a 5' } },
        },
      ]),
    )
    await field('Help line hours in English').fill('')
    await field('Help line hours in Spanish').fill(' ')
    await save()
    await vi.waitFor(() => expect(sent()[1]).toEqual({ version: 4, changes: { hours: null } }))
  })

  test('the first language is the practice’s own; one has to stay', async () => {
    await openSettings()
    await page.getByLabelText("The practice's own language").selectOptions('Spanish')
    await save()
    await vi.waitFor(() => expect(sent()).toEqual([{ version: 3, changes: { languages: ['es', 'en'] } }]))
    await page.getByRole('checkbox', { name: 'English' }).click()
    await page.getByRole('checkbox', { name: 'Spanish' }).click()
    await said('Choose at least one language.')
    await save()
    expect(sent()).toHaveLength(1)
  })
})

describe('what is wrong is said at its field', () => {
  test.each([
    ['Practice name', ' ', 'Type the name of the practice.'],
    ['Address', 'a\nb\nc\nd\ne\nf', 'Use 5 lines at most.'],
    ['Days that a letter is good for', '91', 'A whole number from 1 to 90.'],
    ['Own portal from age', '12', 'A whole number from 13 to 25.'],
    ['Port', '0', 'A whole number from 1 to 65535.'],
    ['Port', '5a', 'A whole number from 1 to 65535.'],
    ['Sender', 'portal at fernwood', 'Type an address, or a name with the address in < >.'],
    ['Mail server', 'mail fernwood', 'Type a server name without spaces, like mail.fernwood.example.'],
  ])('%s: “%s”', async (name, text, words) => {
    await openSettings()
    await field(name).fill(text)
    await save()
    await said(words)
    await expect.element(field(name)).toHaveAttribute('aria-invalid', 'true')
    await vi.waitFor(() => expect(focused()?.getAttribute('aria-invalid')).toBe('true'))
    expect(sent()).toEqual([])
  })

  test('on leaving the field, and no longer once it is right', async () => {
    await openSettings()
    await field('Own portal from age').fill('99')
    missing('A whole number from 13 to 25.')
    await userEvent.keyboard('{Tab}')
    await said('A whole number from 13 to 25.')
    await field('Own portal from age').fill('18')
    await vi.waitFor(() => missing('A whole number from 13 to 25.'))
  })

  test('what only the service knows stands at the field that it names, until that is changed', async () => {
    await openSettings()
    const issues = [{ pointer: '/changes/mailSecurity', detail: 'Only a relay on this machine.' }]
    stage.on(SAVE, () => ({ status: 422, code: 'invalid-request', extra: { issues } }))
    await page.getByLabelText('Security').selectOptions('None (a local relay only)')
    await field('Password').fill('hunter2 hunter2')
    await save()
    await said('Without encryption only a relay on this machine may be used.')
    await page.getByLabelText('Security').selectOptions('TLS from the start (465)')
    await vi.waitFor(() => missing('Without encryption only a relay on this machine may be used.'))
  })
})

describe('refusals', () => {
  const refusals: [string, Answer, string][] = [
    [
      'offline',
      'offline',
      'What you typed is still here. Check your connection, then press “Save changes” again.',
    ],
    [
      'busy',
      { status: 503, code: 'busy' },
      'What you typed is still here. Press “Save changes” again in a moment.',
    ],
    [
      'too fast',
      { status: 429, code: 'too-many-tries', extra: { retryAfter: 30 } },
      'Try again in 30 seconds.',
    ],
    ['the launch is over', { status: 401, code: 'launch-ended' }, 'Your EMR session has ended.'],
    ['our fault', { status: 500, code: 'internal' }, "That didn't work. It's on us, not on you."],
  ]
  test.each(refusals)(
    '%s: said in words, with focus, and everything typed stays',
    async (_name, answer, words) => {
      await openSettings()
      stage.on(SAVE, () => answer)
      await field('Practice name').fill('X')
      await save()
      await said(words)
      await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
      await expect.element(field('Practice name')).toHaveValue('X')
      await said('1 change')
    },
  )

  test('somebody saved meanwhile: theirs in words, mine kept, and the next save follows their version', async () => {
    await openSettings()
    await field('Port').fill('2525')
    await field('Practice name').fill('X')
    stage.on(SAVE, () => ({ status: 409, code: 'conflict' }))
    stage.on(READ, () => ({
      body: { ...settingsView({ mailPort: 465, mailSecurity: 'tls' }), version: 9 },
    }))
    await save()
    await said('Someone saved settings while you were here.')
    await said('E-mail · Port: 587 became 465')
    await said('E-mail · Security: STARTTLS (usual, 587) became TLS from the start (465)')
    await said('Someone set this to 465 meanwhile. Yours is kept.')
    await expect.element(field('Port')).toHaveValue('2525')
    await expect.element(page.getByLabelText('Security')).toHaveValue('tls')
    stage.on(SAVE, () => ({ body: settingsView() }))
    await save()
    await vi.waitFor(() => expect(sent()[1]).toEqual({ version: 9, changes: { mailPort: 2525, name: 'X' } }))
  })

  test('or theirs is taken', async () => {
    await openSettings()
    await field('Port').fill('2525')
    stage.on(SAVE, () => ({ status: 409, code: 'conflict' }))
    stage.on(READ, () => ({ body: { ...settingsView({ mailPort: 465 }), version: 9 } }))
    await save()
    await button('Use theirs').click()
    await expect.element(field('Port')).toHaveValue('465')
    await expect.element(bar()).not.toBeInTheDocument()
  })

  test('the file fixes a value meanwhile: it stays as the file says, the rest is still here', async () => {
    await openSettings()
    await field('Practice name').fill('X')
    await field('Phone').fill('1')
    stage.on(SAVE, () => ({ status: 409, code: 'locked-by-file' }))
    stage.on(READ, () => ({ body: { ...settingsView({}, { locked: ['name'] }), version: 4 } }))
    await save()
    await said('The configuration file fixes some of this now.')
    await expect.element(field('Phone')).toHaveValue('1')
    expect(field('Practice name').elements()).toEqual([])
    await said('1 change')
  })

  test('settings that cannot be read can be asked for again', async () => {
    stage.on(READ, () => 'offline')
    await openPage(stage, 'settings')
    await said("We can't reach the portal.")
    stage.on(READ, () => ({ body: settingsView() }))
    await button('Try again').click()
    await expect.element(field('Practice name')).toHaveValue('Fernwood Family Practice')
  })
})

describe('what the configuration file fixes', () => {
  const everything = Object.keys(settingsView().values).concat('mailPassword')

  test('is read, not typed, and says why', async () => {
    await openSettings(settingsView({}, { locked: everything }))
    await vi.waitFor(() =>
      expect(page.getByText('Set in the configuration file').elements()).toHaveLength(everything.length),
    )
    for (const text of [
      'https://portal.fernwood.example',
      'Portal ID, initials, birth date and the code in the letter',
      '120 Wharf Road, Floor 2, Fernwood, OR 97000',
      "the practice's own number",
      'English: Monday to Friday, 8 to 5; Spanish: de lunes a viernes, de 8 a 5',
      'America/Los Angeles',
      'English, Spanish',
      'STARTTLS (usual, 587)',
    ])
      await expect.element(page.getByText(text, { exact: true })).toBeVisible()
    for (const role of ['textbox', 'switch', 'radio', 'checkbox', 'combobox'] as const)
      expect(page.getByRole(role).elements(), role).toEqual([])
  })

  test('never shows a password, only that there is one', async () => {
    await openSettings(settingsView({}, { locked: ['mailPassword'] }))
    await expect.element(page.getByText('set', { exact: true })).toBeVisible()
  })
})

describe('the parts of the page', () => {
  test('are reached beside it; the heading takes focus and the address names the part', async () => {
    await openSettings()
    const parts = page.getByRole('navigation', { name: 'Parts of this page' })
    expect(
      parts
        .getByRole('link')
        .elements()
        .map((one) => one.textContent.trim()),
    ).toEqual(['Portal', 'Getting in', 'E-mail', 'Practice', 'Languages'])
    await parts.getByRole('link', { name: 'Practice' }).click()
    expect(location.hash).toBe('#practice')
    expect(focused()?.id).toBe('practice-title')
    await expect
      .element(parts.getByRole('link', { name: 'Practice' }))
      .toHaveAttribute('aria-current', 'true')
  })
})
