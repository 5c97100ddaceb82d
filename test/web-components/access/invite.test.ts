import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { button, dialog, field, inDialog, INVITE, OFFER, openCard, READ, said } from '../support/card.ts'
import { CARDS, DAY_MS, MAIL, offerForWalter } from '../support/fixtures.ts'
import { launchView } from '../support/launch-view.ts'
import { type Answer, focused, openStage } from '../support/stage.ts'

const stage = openStage()
const SLIP_URL = 'https://staff.fernwood.example/fernwood/slip#token'
const open = (card: (typeof CARDS)[string] | undefined, launch = launchView()) =>
  openCard(stage, card, launch)
const radio = (name: string) => page.getByRole('radio', { name })
const tick = (name: string | RegExp) => page.getByRole('checkbox', { name })
const issued = (changes: object = {}): Answer => ({
  status: 201,
  body: { slipUrl: SLIP_URL, validUntil: Date.now() + DAY_MS, mailedTo: null, ...changes },
})
const bodies = () => stage.asked(INVITE).map(({ body }) => body)

/** Stands in for the window that the letter opens in. */
function stubWindow() {
  const letter = {
    closed: false,
    opener: window as unknown,
    document: { title: '' },
    location: { replace: vi.fn<(url: string) => void>() },
    close: vi.fn<() => void>(),
  }
  const opened = vi.spyOn(window, 'open').mockReturnValue(letter as unknown as Window)
  return { letter, opened }
}

/** The question over a card, with the service's offer on it. */
async function ask(name = 'ready, with e-mail', offer = offerForWalter()) {
  await open(CARDS[name])
  stage.on(OFFER, () => ({ body: offer }))
  await button(/^(Create credentials|New letter…|New password…)$/).click()
  await expect.element(page.getByText(/^Valid for/)).toBeVisible()
}

describe('the question', () => {
  test('says whom it is about and has the focus on the first way in; Escape changes nothing', async () => {
    await ask()
    await expect.element(page.getByRole('dialog', { name: 'Create credentials for Walter?' })).toBeVisible()
    await said('Walter James Okafor, born March 14, 1948')
    expect(focused()?.getAttribute('type')).toBe('radio')
    await expect.element(radio('Activation letter')).toBeChecked()
    await said(/^Valid for 30 days, until /)
    await userEvent.keyboard('{Escape}')
    await expect.element(dialog()).not.toBeInTheDocument()
    await vi.waitFor(() => expect(focused()?.textContent.trim()).toBe('Create credentials'))
    expect(stage.asked(INVITE)).toEqual([])
  })

  test('the way in is chosen by keyboard; a password is valid for its own time and not mailed', async () => {
    await ask()
    await userEvent.keyboard('{ArrowDown}')
    await expect.element(radio('Temporary password')).toBeChecked()
    await said(/^Valid for 7 days, until /)
    await expect.element(tick('E-mail it')).not.toBeChecked()
    await expect
      .element(tick('E-mail it'))
      .toHaveAccessibleDescription('This practice does not e-mail passwords.')
    await expect.element(field('Username')).toHaveValue('walter.okafor')
  })

  test.each([
    ['no-trusted-email' as const, 'Walter has no trusted e-mail.'],
    ['not-allowed' as const, 'Walter has not allowed e-mail.'],
    ['no-server' as const, "The practice's e-mail is not set up."],
  ])('no mail can go (%s): the tick stays reachable, says why, and cannot be set', async (mailBar, why) => {
    await ask('ready', offerForWalter({ mailTo: null, mailBar }))
    const mail = tick('E-mail a link')
    await expect.element(mail).toHaveAccessibleDescription(why)
    await expect.element(mail).toHaveAttribute('aria-disabled', 'true')
    await mail.click({ force: true })
    await expect.element(mail).not.toBeChecked()
    expect(mail.element().matches(':disabled')).toBe(false)
  })

  test('an offer that does not come can be asked for again, and Create waits with its reason', async () => {
    await open(CARDS['ready'])
    stage.on(OFFER, () => ({ status: 504, code: 'ehr-timeout' }))
    await button('Create credentials').click()
    await said("The EMR isn't answering.")
    await expect.element(inDialog('Create credentials')).toHaveAttribute('aria-disabled', 'true')
    await expect
      .element(inDialog('Create credentials'))
      .toHaveAccessibleDescription('Asking where it can go…')
    stage.on(OFFER, () => ({ body: offerForWalter() }))
    await inDialog('Try again').click()
    await said(/^Valid for 30 days/)
    await expect.element(inDialog('Create credentials')).toHaveAttribute('aria-disabled', 'false')
  })

  test('a launch that asks for it opens the question at once', async () => {
    await open(CARDS['ready'], launchView({ intent: 'create-credentials' }))
    await expect.element(page.getByRole('dialog', { name: 'Create credentials for Walter?' })).toBeVisible()
  })

  test('a new letter says that the older one stops working', async () => {
    await ask('invited')
    await expect.element(page.getByRole('dialog', { name: 'Make a new letter for Walter?' })).toBeVisible()
    await said('The older letter for Walter stops working at once.')
    await expect.element(inDialog('Make new letter')).toBeVisible()
  })

  test('a new password says the same of the older password, and a letter can follow it', async () => {
    await ask('temporary password')
    await expect.element(radio('Temporary password')).toBeChecked()
    await said('The older password for Walter stops working at once.')
    await radio('Activation letter').click()
    await expect.element(inDialog('Make new letter')).toBeVisible()
  })
})

describe('making it', () => {
  test('the letter’s window opens on the click and then shows the slip; the card is Invited', async () => {
    const { letter, opened } = stubWindow()
    await ask()
    stage.on(INVITE, () => issued({ mailedTo: MAIL }))
    stage.on(READ, () => ({ body: CARDS['invited'] }))
    await inDialog('Create credentials').click()
    await said('Waiting for Walter. 14 days left.')
    expect(opened).toHaveBeenCalledTimes(1)
    expect(letter.location.replace).toHaveBeenCalledExactlyOnceWith(SLIP_URL)
    expect(letter.opener).toBeNull()
    expect(bodies()).toEqual([{ kind: 'activation', slip: true, mail: true }])
    expect(document.documentElement.outerHTML).not.toContain('#token')
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Waiting for Walter. 14 days left.'))
    opened.mockRestore()
  })

  test('a temporary password goes out with the username as it stands, and with no mail', async () => {
    const { opened } = stubWindow()
    await ask()
    stage.on(INVITE, () => issued())
    await radio('Temporary password').click()
    await field('Username').fill(' wokafor ')
    await inDialog('Create credentials').click()
    await vi.waitFor(() =>
      expect(bodies()).toEqual([
        { kind: 'temporary-password', username: 'wokafor', slip: true, mail: false },
      ]),
    )
    opened.mockRestore()
  })

  test('by mail only: no window opens, and the answer says where it went', async () => {
    const { opened } = stubWindow()
    await ask()
    stage.on(INVITE, () => issued({ slipUrl: null, mailedTo: MAIL }))
    stage.on(READ, () => ({ body: CARDS['invited, mail waiting'] }))
    await tick('Print the letter').click()
    await inDialog('Create credentials').click()
    await said(`We e-mailed a link to ${MAIL}.`)
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Walter is invited'))
    expect(opened).not.toHaveBeenCalled()
    expect(bodies()).toEqual([{ kind: 'activation', slip: false, mail: true }])
    await inDialog('Close').click()
    await said(`Waiting to be sent to ${MAIL}`)
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Waiting for Walter. 14 days left.'))
    opened.mockRestore()
  })

  test('where a practice mails passwords, it goes only when it is ticked', async () => {
    await ask('ready, with e-mail', offerForWalter({ passwordMailBar: null }))
    stage.on(INVITE, () => issued({ slipUrl: null, mailedTo: MAIL }))
    await radio('Temporary password').click()
    await expect.element(tick(`E-mail it to ${MAIL}`)).not.toBeChecked()
    await tick('Print the letter').click()
    await tick(`E-mail it to ${MAIL}`).click()
    await inDialog('Create credentials').click()
    await said(`We e-mailed the password to ${MAIL}.`)
    expect(bodies()[0]).toMatchObject({ kind: 'temporary-password', slip: false, mail: true })
  })

  test('neither a letter nor a mail: nothing is asked, and the first tick has the focus', async () => {
    await ask()
    await tick('Print the letter').click()
    await tick(`E-mail a link to ${MAIL}`).click()
    await inDialog('Create credentials').click()
    await said('Choose at least one.')
    await vi.waitFor(() => expect(focused()?.id).toBe('slip'))
    expect(stage.asked(INVITE)).toEqual([])
  })

  test('a double click makes one letter', async () => {
    const { opened } = stubWindow()
    await ask()
    stage.on(INVITE, () => 'never')
    await inDialog('Create credentials').dblClick()
    await expect.element(button('Making the letter…')).toHaveAttribute('aria-busy', 'true')
    expect(stage.asked(INVITE)).toHaveLength(1)
    expect(opened).toHaveBeenCalledTimes(1)
    await userEvent.keyboard('{Escape}')
    await expect.element(dialog()).toBeVisible()
    opened.mockRestore()
  })

  test('a lost answer closes the window, and the next press sends the same key', async () => {
    const { letter, opened } = stubWindow()
    await ask()
    stage.on(INVITE, () => 'offline')
    await inDialog('Create credentials').click()
    await said("We can't reach the portal.")
    expect(letter.close).toHaveBeenCalledTimes(1)
    stage.on(INVITE, () => issued())
    await inDialog('Create credentials').click()
    await vi.waitFor(() => expect(letter.location.replace).toHaveBeenCalledWith(SLIP_URL))
    const [first, second] = stage.asked(INVITE).map(({ key }) => key)
    expect(second).toBe(first)
    opened.mockRestore()
  })

  test('a blocked window leaves a button that opens the letter, and no link that anybody could read', async () => {
    const opened = vi.spyOn(window, 'open').mockReturnValue(null)
    await ask()
    stage.on(INVITE, () => issued())
    await inDialog('Create credentials').click()
    const press = inDialog('Open the letter')
    await expect.element(press).toBeVisible()
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Walter is invited'))
    expect(page.getByRole('link').elements()).toEqual([])
    await press.click()
    expect(opened).toHaveBeenLastCalledWith(SLIP_URL, '_blank', 'noopener')
    await expect.element(dialog()).not.toBeInTheDocument()
    opened.mockRestore()
  })
})

describe('the username', () => {
  const askPassword = async () => {
    await ask()
    await radio('Temporary password').click()
  }

  test.each([
    ['ab', '1 more character to go.'],
    ['walter okafor', 'Use letters, digits and . _ @ + - only.'],
    ['w'.repeat(65), 'At most 64 characters.'],
  ])('%s is answered while it is typed, and nothing is asked', async (username, words) => {
    await askPassword()
    await field('Username').fill(username)
    await said(words)
    await inDialog('Create credentials').click()
    await vi.waitFor(() => expect(focused()?.id).toBe('username'))
    expect(stage.asked(INVITE)).toEqual([])
  })

  test.each(['o’brien'.replace('’', "'"), 'ana2', 'Łukasz', MAIL])('%s is a username', async (username) => {
    await askPassword()
    await field('Username').fill(username)
    await expect.element(field('Username')).not.toHaveAttribute('aria-invalid')
  })

  test('one that somebody has comes back with a free one, a press away', async () => {
    const { letter, opened } = stubWindow()
    await askPassword()
    const extra = { suggestion: 'walter.okafor2' }
    stage.on(INVITE, () => ({ status: 409, code: 'username-taken', extra }))
    await inDialog('Create credentials').click()
    await said('Someone else has this username.')
    await vi.waitFor(() => expect(focused()?.id).toBe('username'))
    expect(letter.close).toHaveBeenCalledTimes(1)
    stage.on(INVITE, () => issued())
    await button('Use walter.okafor2').click()
    await expect.element(field('Username')).toHaveValue('walter.okafor2')
    expect(page.getByText('Someone else has this username.').elements()).toEqual([])
    await vi.waitFor(() => expect(focused()?.id).toBe('username'))
    await inDialog('Create credentials').click()
    await vi.waitFor(() => expect(bodies()[1]).toMatchObject({ username: 'walter.okafor2' }))
    opened.mockRestore()
  })
})

describe('refusals', () => {
  const troubles: [string, Answer, string][] = [
    [
      'the EMR does not answer',
      { status: 502, code: 'ehr-unavailable' },
      'Nothing was made. Press “Create credentials” again in a moment.',
    ],
    ['no network', 'offline', 'Check your connection, then press “Create credentials” again.'],
    [
      'too busy',
      { status: 503, code: 'busy', extra: { retryAfter: 2 } },
      'Press “Create credentials” again in a moment.',
    ],
    [
      'the EMR says no',
      { status: 403, code: 'ehr-refused' },
      'Ask someone who may open this chart in the EMR. Nothing was changed.',
    ],
  ]
  test.each(troubles)(
    '%s: the question stays and promises nothing by itself',
    async (_name, answer, words) => {
      const { letter, opened } = stubWindow()
      await ask()
      stage.on(INVITE, () => answer)
      await inDialog('Create credentials').click()
      await said(words)
      await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
      expect(page.getByText(/by ourselves|still here/).elements()).toEqual([])
      expect(letter.close).toHaveBeenCalledTimes(1)
      opened.mockRestore()
    },
  )

  test('no mail can go any more: the tick goes, the reason stays, and a letter is a press away', async () => {
    const { opened } = stubWindow()
    await ask()
    stage.on(INVITE, () => ({ status: 409, code: 'mail-not-possible', extra: { bar: 'not-allowed' } }))
    await inDialog('Create credentials').click()
    await said('No e-mail can go out for now.')
    await expect.element(tick('E-mail a link')).not.toBeChecked()
    await expect.element(tick('E-mail a link')).toHaveAccessibleDescription('Walter has not allowed e-mail.')
    stage.on(INVITE, () => issued())
    await inDialog('Create credentials').click()
    await vi.waitFor(() => expect(bodies()[1]).toEqual({ kind: 'activation', slip: true, mail: false }))
    opened.mockRestore()
  })

  test('what changed meanwhile closes the question and shows the card as it is now', async () => {
    const { opened } = stubWindow()
    await ask()
    stage.on(INVITE, () => ({ status: 409, code: 'not-eligible' }))
    stage.on(READ, () => ({ body: CARDS['almost ready'] }))
    await inDialog('Create credentials').click()
    await said('Something changed meanwhile.')
    await said('Almost ready for Walter.')
    expect(dialog().elements()).toEqual([])
    opened.mockRestore()
  })
})
