import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { button, field, openCard, SAVE, said } from '../support/card.ts'
import { CARDS, MAIL } from '../support/fixtures.ts'
import { focused, openStage } from '../support/stage.ts'

const stage = openStage()
const open = (card: (typeof CARDS)[string] | undefined) => openCard(stage, card)
const sent = () => stage.asked(SAVE).map(({ body }) => body)
const expectFocusOn = (id: string) => vi.waitFor(() => expect(focused()?.id).toBe(id))

describe('somebody else changed it meanwhile', () => {
  const issues = [
    { pointer: '/contacts/mobilePhone', detail: 'changed', theirs: '(555) 010-0199' },
    { pointer: '/contacts/contactEmail', detail: 'changed', theirs: null },
  ]
  const openConflict = async (given = issues) => {
    await open(CARDS['everything missing'])
    stage.on(SAVE, () => ({ status: 409, code: 'conflict', extra: { issues: given } }))
    await field('Home phone').fill('(555) 010-0100')
    await field('Mobile phone').fill('(555) 010-0143')
    await field('Contact e-mail').fill(MAIL)
    await button('Save').click()
  }
  const group = (name: string) => page.getByRole('group', { name })

  test('both values stand there; each is decided by itself, and nothing else is lost', async () => {
    await openConflict()
    await said('Someone changed these a minute ago.')
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
    await expect
      .element(group('Mobile phone'))
      .toHaveTextContent('Mobile phone Theirs (555) 010-0199 Yours (555) 010-0143 Keep theirs Use mine')
    await expect
      .element(group('Contact e-mail'))
      .toHaveTextContent(`Contact e-mail Theirs none Yours ${MAIL} Keep theirs Use mine`)

    await group('Mobile phone').getByRole('button', { name: 'Keep theirs' }).click()
    await expect.element(field('Mobile phone')).toHaveValue('(555) 010-0199')
    await said('Someone changed this e-mail address a minute ago.')
    await vi.waitFor(() => expect(focused()?.textContent?.trim()).toBe('Keep theirs'))

    await group('Contact e-mail').getByRole('button', { name: 'Use mine' }).click()
    await expectFocusOn('save')
    await expect
      .element(page.getByRole('status').filter({ hasText: 'Press Save to finish.' }))
      .toBeInTheDocument()
    stage.on(SAVE, () => ({ body: CARDS['ready'] }))
    await button('Save').click()
    await said('Everything is in place for Walter.')
    expect(sent()[1]).toEqual({
      contacts: {
        homePhone: { from: null, to: '(555) 010-0100' },
        contactEmail: { from: null, to: MAIL },
      },
    })
  })

  test('mine goes out on the ground of theirs', async () => {
    await openConflict(issues.slice(0, 1))
    await said('Someone changed this phone number a minute ago.')
    stage.on(SAVE, () => ({ body: CARDS['ready'] }))
    await button('Use mine').click()
    await button('Save').click()
    await vi.waitFor(() => expect(sent()).toHaveLength(2))
    expect(sent()[1]).toMatchObject({
      contacts: { mobilePhone: { from: '(555) 010-0199', to: '(555) 010-0143' } },
    })
  })

  test('Save before a decision asks nothing and leads back to the question', async () => {
    await openConflict()
    await said('Someone changed these a minute ago.')
    await button('Save').click()
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
    expect(sent()).toHaveLength(1)
  })

  test('the same value from both is no question: what is left goes out by itself', async () => {
    await open(CARDS['everything missing'])
    const answers = [
      {
        status: 409,
        code: 'conflict' as const,
        extra: { issues: [{ pointer: '/contacts/mobilePhone', theirs: '(555) 010-0143' }] },
      },
      { body: CARDS['ready'] },
    ]
    stage.on(SAVE, () => answers.shift() ?? 'never')
    await field('Mobile phone').fill('(555) 010-0143')
    await field('Contact e-mail').fill(MAIL)
    await button('Save').click()
    await said('Everything is in place for Walter.')
    expect(sent()[1]).toEqual({ contacts: { contactEmail: { from: null, to: MAIL } } })
  })
})

describe('while the EMR does not answer', () => {
  test('what was typed is saved by itself once it does', async () => {
    await open(CARDS['almost ready'])
    stage.on(SAVE, () => ({ status: 504, code: 'ehr-timeout' }))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await field('Contact e-mail').fill(MAIL)
    await button('Save').click()
    await said("What you typed is still here. We'll try again by ourselves.")
    stage.on(SAVE, () => ({ body: CARDS['ready, with e-mail'] }))
    vi.advanceTimersByTime(15_000)
    vi.useRealTimers()
    await said('Everything is in place for Walter.')
    expect(sent()).toHaveLength(2)
  })

  test('half of a new value never goes out by itself', async () => {
    await open(CARDS['almost ready'])
    stage.on(SAVE, () => ({ status: 504, code: 'ehr-timeout' }))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await field('Contact e-mail').fill(MAIL)
    await button('Save').click()
    await said("The EMR isn't answering.")
    await field('Contact e-mail').fill('walter@o')
    expect(page.getByText("The EMR isn't answering.").elements()).toEqual([])
    vi.advanceTimersByTime(60_000)
    vi.useRealTimers()
    expect(sent()).toHaveLength(1)
    await expect.element(field('Contact e-mail')).toHaveValue('walter@o')
  })

  test('what is typed while a Save runs is neither lost nor taken for saved', async () => {
    await open(CARDS['everything missing'])
    const answers: (() => void)[] = []
    const slow = window.fetch
    window.fetch = async (input, init) => {
      if (init?.method === 'PUT') await new Promise<void>((resolve) => answers.push(resolve))
      return slow(input, init)
    }
    stage.on(SAVE, () => ({
      body: {
        ...CARDS['everything missing'],
        contacts: { homePhone: '5550100142', mobilePhone: null, contactEmail: null, trustedEmail: null },
      },
    }))
    await field('Home phone').fill('5550100142')
    await button('Save').click()
    await field('Contact e-mail').fill(MAIL)
    answers[0]?.()
    await expect.element(page.getByRole('status').filter({ hasText: 'Saved.' })).toBeInTheDocument()
    await expect.element(field('Contact e-mail')).toHaveValue(MAIL)
    await button('Save').click()
    answers[1]?.()
    await vi.waitFor(() => expect(sent()).toHaveLength(2))
    expect(sent()[1]).toEqual({ contacts: { contactEmail: { from: null, to: MAIL } } })
  })
})
