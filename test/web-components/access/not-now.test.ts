import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { daysLater, monthsLater } from '../../../web-components/access/ask-again.ts'
import { button, dialog, field, inDialog, openCard, READ, REFUSE, said, TAKE_BACK } from '../support/card.ts'
import { CARDS, fernwood, LOOK_ONLY, MAIL } from '../support/fixtures.ts'
import { focused, openStage } from '../support/stage.ts'

const stage = openStage()
const open = (card: (typeof CARDS)[string] | undefined) => openCard(stage, card)
const radio = (name: string) => page.getByRole('radio', { name })
const day = () => page.getByLabelText('Ask again on', { exact: true }).element() as HTMLInputElement
/** The practice's day, not this computer's. */
const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: fernwood.timeZone }).format(Date.now())

async function ask(card = CARDS['ready']) {
  await open(card)
  await button('Not now…').click()
  await expect.element(page.getByRole('dialog', { name: 'Why not today?' })).toBeVisible()
}

describe('putting off', () => {
  test('a reason and a day in a month: the card shows both and asks for nothing', async () => {
    await ask()
    expect(focused()?.getAttribute('type')).toBe('radio')
    expect(day().value).toBe(daysLater(today(), 30))
    await expect.element(button('In a month')).toHaveAttribute('aria-pressed', 'true')
    stage.on(REFUSE, () => ({ body: CARDS['not now'] }))
    await radio("Walter doesn't want it").click()
    await inDialog('Ask again later').click()
    await said('Not now for Walter.')
    expect(stage.asked(REFUSE).map(({ body }) => body)).toEqual([
      { reason: 'declined', askAgainOn: daysLater(today(), 30) },
    ])
    expect(button('Create credentials').elements()).toEqual([])
    await expect
      .element(page.getByRole('status').filter({ hasText: 'Noted. We ask again on' }))
      .toBeInTheDocument()
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Not now for Walter.'))
  })

  test('a second press changes nothing', async () => {
    await ask()
    stage.on(REFUSE, () => 'never')
    await radio('Another reason').click()
    await inDialog('Ask again later').dblClick()
    await expect.element(button('Saving…')).toHaveAttribute('aria-busy', 'true')
    expect(stage.asked(REFUSE)).toHaveLength(1)
    await inDialog('Cancel').click({ force: true })
    await expect.element(dialog()).toBeVisible()
  })

  test.each([
    ['In 3 months', 3],
    ['In a year', 12],
  ])('%s sets the day', async (name, months) => {
    await ask()
    await button(name).click()
    expect(day().value).toBe(monthsLater(today(), months))
    await expect.element(button(name)).toHaveAttribute('aria-pressed', 'true')
    await expect.element(button('In a month')).toHaveAttribute('aria-pressed', 'false')
  })

  test('Enter in the date sends the form; without a reason it says so there', async () => {
    await ask()
    day().focus()
    await userEvent.keyboard('{Enter}')
    await said('Choose a reason.')
    await vi.waitFor(() => expect(focused()?.getAttribute('name')).toBe('reason'))
    expect(stage.asked(REFUSE)).toEqual([])
  })

  test.each([
    ['no day', () => ''],
    ['today', today],
    ['in three years', () => monthsLater(today(), 36)],
  ])('%s is no day to ask again', async (_name, value) => {
    await ask()
    await radio('Another reason').click()
    await userEvent.fill(day(), value())
    await inDialog('Ask again later').click()
    await said('Choose a day after today, at most two years ahead.')
    await vi.waitFor(() => expect(focused()?.id).toBe('day'))
    expect(stage.asked(REFUSE)).toEqual([])
  })

  test('a refusal keeps what was chosen', async () => {
    await ask()
    stage.on(REFUSE, () => 'offline')
    await radio('Someone else should act for Walter').click()
    await button('In a year').click()
    await inDialog('Ask again later').click()
    await said('Check your connection, then press “Ask again later” again.')
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
    await expect.element(radio('Someone else should act for Walter')).toBeChecked()
    expect(day().value).toBe(monthsLater(today(), 12))
  })

  test('what has changed meanwhile closes the question', async () => {
    await ask()
    stage.on(REFUSE, () => ({ status: 401, code: 'launch-ended' }))
    await radio('Another reason').click()
    await inDialog('Ask again later').click()
    await said('Your EMR session has ended.')
    expect(dialog().elements()).toEqual([])
  })

  test('what was typed and not saved stays on the screen', async () => {
    await ask(CARDS['almost ready'])
    await inDialog('Cancel').click()
    await field('Contact e-mail').fill(MAIL)
    await button('Not now…').click()
    stage.on(REFUSE, () => ({ body: CARDS['not now'] }))
    await radio('Another reason').click()
    await inDialog('Ask again later').click()
    await expect.element(dialog()).not.toBeInTheDocument()
    await expect.element(field('Contact e-mail')).toHaveValue(MAIL)
  })
})

describe('until then', () => {
  test('the card says why, until when and who noted it', async () => {
    await open(CARDS['not now'])
    await said("Walter doesn't want it")
    await said(/, by J\. Park$/)
    await expect.element(page.getByText('Not now', { exact: true })).toBeVisible()
  })

  test('"Ask now" takes the note away and shows what comes next', async () => {
    await open(CARDS['not now'])
    stage.on(TAKE_BACK, () => ({ body: CARDS['ready'] }))
    await button('Ask now').click()
    await said('Everything is in place for Walter.')
    await expect.element(button('Create credentials')).toBeVisible()
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Everything is in place for Walter.'))
  })

  test('a note that could not be taken away is still there, and what to press is said', async () => {
    await open(CARDS['not now'])
    stage.on(TAKE_BACK, () => 'offline')
    await button('Ask now').click()
    await said('Check your connection, then press “Ask now” again.')
    await said('Not now for Walter.')
  })

  test('the day can be changed; reason and day are as they were noted', async () => {
    await open(CARDS['not now'])
    await button('Change date…').click()
    await expect.element(radio("Walter doesn't want it")).toBeChecked()
    expect(day().value).toBe(CARDS['not now']?.refused?.askAgainOn)
  })

  test('on the day it says so before everything else, and everything can be done', async () => {
    await open(CARDS['ask again today'])
    await said('Today is the day to ask again.')
    await said(/^Noted .* by J\. Park: Walter doesn't want it\.$/)
    await expect.element(button('Create credentials')).toHaveClass('primary')
    await button('Not now…').click()
    await vi.waitFor(() => expect(day().value).toBe(daysLater(today(), 30)))
    await inDialog('Cancel').click()
    stage.on(TAKE_BACK, () => ({ body: CARDS['ready'] }))
    await button('Remove this note').click()
    await vi.waitFor(() => expect(page.getByText(/day to ask again/).elements()).toEqual([]))
  })

  test('a day that has passed is not called today', async () => {
    const { refused } = CARDS['ask again today'] ?? {}
    if (!refused) throw new Error('The card is not put off')
    const askAgainOn = daysLater(today(), -3)
    await open({ ...(CARDS['ready'] as (typeof CARDS)[string]), refused: { ...refused, askAgainOn } })
    await said("It's time to ask again.")
  })

  test('who looks only sees it and no button', async () => {
    await open({ ...(CARDS['not now'] as (typeof CARDS)[string]), may: LOOK_ONLY })
    await said('You can look but not change this. Ask someone with “Manage access”.')
    expect(button(/Ask now|Change date|Not now/).elements()).toEqual([])
  })

  test('an invitation says nothing of it any more', async () => {
    await open(CARDS['ask again today'])
    stage.on(READ, () => ({ body: CARDS['invited'] }))
    await button('Check again').click()
    await said('Waiting for Walter. 14 days left.')
    expect(page.getByText(/to ask again/).elements()).toEqual([])
  })
})

describe('days', () => {
  test.each([
    ['2026-12-01', 3, '2027-03-01'],
    ['2026-11-30', 3, '2027-02-28'],
    ['2027-11-30', 3, '2028-02-29'],
    ['2028-02-29', 12, '2029-02-28'],
    ['2026-01-31', 1, '2026-02-28'],
  ])('%s and %i months is %s', (from, months, to) => {
    expect(monthsLater(from, months)).toBe(to)
  })

  test('a day is a day, also when clocks change', () => {
    expect(daysLater('2026-10-31', 2)).toBe('2026-11-02')
    expect(daysLater('2026-12-02', 30)).toBe('2027-01-01')
  })
})
