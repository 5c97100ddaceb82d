import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import type { InvitationMail } from '../../../src/access/schema.ts'
import '../../../web-components/shell/staff.ts'
import { button, CANCEL, dialog, inDialog, MAIL_AGAIN, openCard, READ, said } from '../support/card.ts'
import { CARDS, cardWithMail, DAY_MS, invitationOf, lines, MAIL } from '../support/fixtures.ts'
import { type Answer, focused, openStage } from '../support/stage.ts'

const stage = openStage()
const open = (card: (typeof CARDS)[string] | undefined) => openCard(stage, card)
const mailed: Answer = {
  status: 201,
  body: { slipUrl: null, validUntil: Date.now() + DAY_MS, mailedTo: MAIL },
}
const withMail = (mail: Partial<InvitationMail>) =>
  cardWithMail('invited', {
    invitation: invitationOf({ mail: { to: MAIL, state: 'failed', at: Date.now(), fault: null, ...mail } }),
  })

describe('what became of it', () => {
  test('a letter: until when, made when and by whom', async () => {
    await open(CARDS['invited'])
    await expect.element(page.getByText(/^Made .*, by J\. Park$/)).toBeVisible()
    expect(page.getByText('E-mail', { exact: true }).elements()).toEqual([])
    expect(page.getByText('Opened', { exact: true }).elements()).toEqual([])
  })

  test.each([
    ['a mail that waits', { state: 'waiting' as const }, `Waiting to be sent to ${MAIL}`],
    ['one that was sent', { state: 'sent' as const }, new RegExp(`^Sent to ${MAIL}, .*\\d:\\d\\d`)],
    ['no such address', { fault: 'recipient' }, new RegExp(`^Came back: ${MAIL} doesn't exist`)],
    ['turned away', { fault: 'refused' }, new RegExp(`^Came back: ${MAIL} was turned away`)],
    ['our own server', { fault: 'sign-in' }, /^Not sent: the practice's mail server didn't take it/],
    ['a fault nobody knows yet', { fault: 'new' }, /^Not sent: the practice's mail server didn't take it/],
  ])('%s is said in words', async (_name, mail, words) => {
    await open(withMail(mail))
    await said(words)
  })

  test('a mail that came back says so in the pill, and what to do is the filled button', async () => {
    await open(CARDS['invited, mail came back'])
    await said('E-mail came back')
    await said('Check the trusted e-mail, then resend.')
    await expect.element(button('Resend e-mail')).toHaveClass('primary')
  })

  test('a patient who got there: when', async () => {
    await open(CARDS['invited, mail sent'])
    await expect.element(page.getByText(/^Today, \d/)).toBeVisible()
  })

  test('a temporary password is called one, and is never sent again', async () => {
    await open(CARDS['temporary password'])
    await said('Password')
    await expect.element(button('New password…')).toBeVisible()
    expect(button('Resend e-mail').elements()).toEqual([])
    expect(button('E-mail a link').elements()).toEqual([])
  })

  test.each(['expired', 'five wrong tries', 'temporary password, three times used'])(
    '%s: the way on is the filled button, and there is nothing left to cancel',
    async (name) => {
      await open(CARDS[name])
      await expect.element(button(/^New (letter|password)…$/)).toHaveClass('primary')
      expect(button('Cancel invite…').elements()).toEqual([])
    },
  )
})

describe('sending the link again', () => {
  test('goes out once, and the card says where it stands', async () => {
    await open(CARDS['invited, mail came back'])
    stage.on(MAIL_AGAIN, () => mailed)
    stage.on(READ, () => ({ body: CARDS['invited, mail waiting'] }))
    await button('Resend e-mail').dblClick()
    await said(`Waiting to be sent to ${MAIL}`)
    expect(stage.asked(MAIL_AGAIN)).toHaveLength(1)
    expect(stage.asked(MAIL_AGAIN)[0]).toMatchObject({ body: {} })
    await expect
      .element(page.getByRole('status').filter({ hasText: `We e-mailed a link to ${MAIL}.` }))
      .toBeInTheDocument()
  })

  test('a letter without a mail offers one where one can go, else nothing', async () => {
    await open(cardWithMail('invited', { invitation: invitationOf() }))
    await expect.element(button('E-mail a link')).toBeVisible()
    await open(CARDS['invited'])
    expect(button('E-mail a link').elements()).toEqual([])
  })

  test('a mail that cannot go any more keeps its button and says why', async () => {
    await open({ ...withMail({ state: 'sent' }), lines: lines() })
    await expect.element(button('Resend e-mail')).toHaveAttribute('aria-disabled', 'true')
    await expect.element(button('Resend e-mail')).toHaveAccessibleDescription('Walter has no trusted e-mail.')
    await button('Resend e-mail').click({ force: true })
    expect(stage.asked(MAIL_AGAIN)).toEqual([])
  })

  test.each([
    [
      'not possible',
      { status: 409, code: 'mail-not-possible', extra: { bar: 'no-server' } } as const,
      "The practice's e-mail is not set up.",
    ],
    ['ended', { status: 410, code: 'ticket-ended' } as const, 'This letter is no longer good.'],
    ['no network', 'offline' as const, 'Check your connection, then press “Resend e-mail” again.'],
    [
      'EMR down',
      { status: 502, code: 'ehr-unavailable' } as const,
      'Nothing was made. Press “Resend e-mail” again in a moment.',
    ],
  ])('%s: said in words, with the focus on them', async (_name, answer, words) => {
    await open(CARDS['invited, mail sent'])
    stage.on(MAIL_AGAIN, () => answer)
    await button('Resend e-mail').click()
    await said(words)
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
    expect(page.getByText(/by ourselves/).elements()).toEqual([])
  })

  test('a lost answer is asked for under the same key', async () => {
    await open(CARDS['invited, mail sent'])
    stage.on(MAIL_AGAIN, () => 'offline')
    await button('Resend e-mail').click()
    await said("We can't reach the portal.")
    stage.on(MAIL_AGAIN, () => mailed)
    await button('Resend e-mail').click()
    await vi.waitFor(() => expect(stage.asked(MAIL_AGAIN)).toHaveLength(2))
    const [first, second] = stage.asked(MAIL_AGAIN).map(({ key }) => key)
    expect(second).toBe(first)
  })
})

describe('cancelling', () => {
  const ask = async () => {
    await open(CARDS['invited'])
    await button('Cancel invite…').click()
    await expect.element(page.getByRole('dialog', { name: 'Cancel the invite for Walter?' })).toBeVisible()
  }

  test('asks first, with the focus on what changes nothing', async () => {
    await ask()
    await said('The letter and every e-mailed link stop working at once.')
    expect(focused()?.textContent.trim()).toBe('Keep it')
    await inDialog('Keep it').click()
    expect(stage.asked(CANCEL)).toEqual([])
    await vi.waitFor(() => expect(focused()?.textContent.trim()).toBe('Cancel invite…'))
  })

  test('then the card is as before, and the headline has the focus', async () => {
    await ask()
    stage.on(CANCEL, () => ({ body: CARDS['ready'] }))
    await inDialog('Cancel invite').click()
    await said('Everything is in place for Walter.')
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Everything is in place for Walter.'))
    await expect
      .element(page.getByRole('status').filter({ hasText: 'The invite is cancelled.' }))
      .toBeInTheDocument()
  })

  test('a second press changes nothing', async () => {
    await ask()
    stage.on(CANCEL, () => 'never')
    await inDialog('Cancel invite').dblClick()
    await expect.element(inDialog('Cancelling…')).toHaveAttribute('aria-busy', 'true')
    expect(stage.asked(CANCEL)).toHaveLength(1)
  })

  test('a refusal keeps the question, one about the card closes it', async () => {
    await ask()
    stage.on(CANCEL, () => 'offline')
    await inDialog('Cancel invite').click()
    await said('Check your connection, then press “Cancel invite” again.')
    stage.on(CANCEL, () => ({ status: 409, code: 'already-active' }))
    stage.on(READ, () => ({ body: CARDS['active'] }))
    await inDialog('Cancel invite').click()
    await said('Walter is using the portal.')
    expect(dialog().elements()).toEqual([])
  })
})
