import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import type { AccessCard } from '../../../src/access/schema.ts'
import '../../../web-components/shell/staff.ts'
import { button, dialog, field, openCard, READ, said, SAVE } from '../support/card.ts'
import { CARDS } from '../support/fixtures.ts'
import { launchView } from '../support/launch-view.ts'
import { hide, openSource, type Source } from '../support/live-source.ts'
import { focused, openStage } from '../support/stage.ts'

const stage = openStage()
let source: Source
/** Every address that the card was read at, with its query. */
let reads: string[]
let key = ''

beforeEach(() => {
  source = openSource()
  reads = []
  key = crypto.randomUUID()
  const stub = window.fetch
  window.fetch = async (input, init) => {
    const { pathname, search, searchParams } = new URL(new Request(input).url)
    if (pathname.endsWith('/events'))
      return source.open(searchParams.getAll('for'), init?.signal as AbortSignal)
    if (pathname.endsWith('/access') && init?.method === 'GET') reads.push(search)
    return stub(input, init)
  }
})
afterEach(() => {
  hide(false)
  vi.useRealTimers()
})

const { ready, invited, active } = CARDS
const opened = cardWith(invited, { openedAt: Date.now() - 1000 })
function cardWith(card: AccessCard | undefined, changes: object): AccessCard {
  if (!card?.invitation) throw new Error('no invitation')
  return { ...card, invitation: { ...card.invitation, ...changes } }
}

/** A card with its stream open. */
async function open(card: AccessCard | undefined) {
  await openCard(stage, card, launchView({ liveKey: key }))
  await vi.waitFor(() => expect(source.streams().map(({ keys }) => keys)).toEqual([[key]]))
}
/** Somebody changed something: from now on the card is this. */
function becomes(card: AccessCard | undefined) {
  stage.on(READ, () => ({ body: card }))
  source.say(key)
}
const spoken = () =>
  page
    .getByRole('status')
    .elements()
    .map((element) => element.textContent?.trim())
    .filter(Boolean)
/** Where the patient stands, in the card's own words. */
const stands = (text: string | RegExp) =>
  vi.waitFor(() => {
    const card = document.querySelector('portico-staff')?.shadowRoot?.querySelector('portico-access-card')
    expect(card?.shadowRoot?.querySelector('.headline')?.textContent?.trim()).toMatch(text)
  })
const WAITING = /^Waiting for Walter/
const ACTIVE = 'Walter is using the portal.'

describe('while somebody looks at the card', () => {
  test('it goes from waiting to opened to active without a press, and says the new headline once', async () => {
    await open(invited)
    await stands(WAITING)
    expect(page.getByText('Opened').elements()).toEqual([])
    becomes(opened)
    await said('Opened')
    await stands(WAITING)
    expect(spoken()).toEqual([])
    becomes(active)
    await stands(ACTIVE)
    await vi.waitFor(() => expect(spoken()).toEqual([ACTIVE]))
    expect(reads).toEqual(['', '?live', '?live'])
  })

  test('a reading that nobody asked for says so, and shows nothing but its outcome', async () => {
    await open(invited)
    stage.on(READ, () => 'never')
    source.say(key)
    await vi.waitFor(() => expect(reads).toEqual(['', '?live']))
    expect(document.querySelector('portico-staff')?.shadowRoot?.textContent).not.toContain('Asking the EMR')
    await stands(WAITING)
    await expect
      .element(page.getByRole('region', { name: /^Patient portal/ }))
      .toHaveAttribute('aria-busy', 'false')
  })

  test.each([
    ['there is no network', 'offline' as const],
    ['the EMR does not answer', { status: 504, code: 'ehr-timeout' as const }],
    ['the launch has ended', { status: 401, code: 'launch-ended' as const }],
  ])('when %s, nothing is said: nobody asked', async (_what, answer) => {
    await open(invited)
    stage.on(READ, () => answer)
    source.say(key)
    await vi.waitFor(() => expect(reads).toHaveLength(2))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await stands(WAITING)
    expect(page.getByRole('alert').elements()).toEqual([])
    expect(document.querySelector('[data-notice]')).toBeNull()
  })

  test('what an EMR that was away could not say is asked again a while later', async () => {
    await open(invited)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    stage.on(READ, () => ({ status: 504, code: 'ehr-timeout' }))
    source.say(key)
    await vi.waitFor(() => expect(reads).toHaveLength(2))
    stage.on(READ, () => ({ body: active }))
    vi.advanceTimersByTime(15_000)
    vi.useRealTimers()
    await stands(ACTIVE)
  })

  test('a hidden card reads nothing until it is seen', async () => {
    await open(invited)
    hide(true)
    becomes(active)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(reads).toHaveLength(1)
    hide(false)
    await stands(ACTIVE)
    expect(reads).toHaveLength(2)
  })

  test('a card that is gone from the page watches no more', async () => {
    await open(invited)
    document.querySelector('portico-staff')?.remove()
    await vi.waitFor(() => expect(source.streams()).toEqual([]))
  })
})

describe('while somebody works on the card', () => {
  test('what is typed stays, and so do focus and caret, when the chart changes under it', async () => {
    const before = CARDS['everything missing'] as AccessCard
    await open(before)
    await field('Mobile phone').fill('(555) 010-0143')
    const input = focused() as HTMLInputElement
    input.setSelectionRange(3, 3)
    becomes({ ...before, contacts: { ...before.contacts, homePhone: '(555) 010-0199' } })
    await expect.element(field('Home phone')).toHaveValue('(555) 010-0199')
    await expect.element(field('Mobile phone')).toHaveValue('(555) 010-0143')
    expect(focused()).toBe(input)
    expect(input.selectionStart).toBe(3)
  })

  test('a field that somebody else filled meanwhile keeps what is typed; Save then asks', async () => {
    const before = CARDS['everything missing'] as AccessCard
    await open(before)
    await field('Home phone').fill('(555) 010-0143')
    const after = { ...before, contacts: { ...before.contacts, homePhone: '(555) 010-0199' } }
    becomes(after)
    await vi.waitFor(() => expect(reads).toHaveLength(2))
    await expect.element(field('Home phone')).toHaveValue('(555) 010-0143')
    stage.on(SAVE, () => ({ body: after }))
    await button('Save').click()
    await vi.waitFor(() => expect(stage.asked(SAVE)).toHaveLength(1))
    expect(stage.asked(SAVE)[0]?.body).toEqual({
      contacts: { homePhone: { from: null, to: '(555) 010-0143' } },
    })
  })

  test('a field that is drawn in another place goes on being typed in', async () => {
    await open(CARDS['everything missing'])
    await field('Mobile phone').fill('(555) 010')
    becomes({ ...(invited as AccessCard), contacts: (CARDS['everything missing'] as AccessCard).contacts })
    await stands(WAITING)
    await vi.waitFor(() => expect(focused()?.id).toBe('mobilePhone'))
    await userEvent.keyboard('-0143')
    await expect.element(field('Mobile phone')).toHaveValue('(555) 010-0143')
  })

  test('focus on a button that is gone goes to the headline, and nowhere else does it move', async () => {
    await open(ready)
    const create = button('Create credentials').element() as HTMLElement
    create.focus()
    becomes(active)
    await stands(ACTIVE)
    await vi.waitFor(() => expect(focused()?.textContent?.trim()).toBe(ACTIVE))
    ;(focused() as HTMLElement).blur()
    becomes(invited)
    await stands(WAITING)
    expect(document.activeElement).toBe(document.body)
  })

  test('an open question is left alone; the card reads right after', async () => {
    await open(ready)
    await button('Create credentials').click()
    await expect.element(dialog()).toBeVisible()
    becomes(active)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(reads).toEqual([''])
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await stands(ACTIVE)
    expect(reads).toEqual(['', '?live'])
  })

  test('while a Save runs nothing is read; its answer stands until then', async () => {
    await open(CARDS['almost ready'])
    const answers: (() => void)[] = []
    const stub = window.fetch
    window.fetch = async (input, init) => {
      if (init?.method === 'PUT') await new Promise<void>((resolve) => answers.push(resolve))
      return stub(input, init)
    }
    stage.on(SAVE, () => ({ body: ready }))
    await page.getByRole('switch').first().click()
    await button('Save').click()
    await vi.waitFor(() => expect(answers).toHaveLength(1))
    becomes(active)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(reads).toEqual([''])
    answers[0]?.()
    await stands(ACTIVE)
    expect(reads).toEqual(['', '?live'])
  })

  test('an older answer never overwrites a newer card', async () => {
    await open(CARDS['almost ready'])
    const answers: (() => void)[] = []
    const stub = window.fetch
    window.fetch = async (input, init) => {
      const answer = await stub(input, init)
      if (new Request(input).url.endsWith('?live') && answers.length === 0)
        await new Promise<void>((resolve) => answers.push(resolve))
      return answer
    }
    source.say(key)
    await vi.waitFor(() => expect(answers).toHaveLength(1))
    stage.on(SAVE, () => ({ body: ready }))
    stage.on(READ, () => ({ body: ready }))
    await page.getByRole('switch').first().click()
    await button('Save').click()
    await stands('Everything is in place for Walter.')
    answers[0]?.()
    await vi.waitFor(() => expect(reads).toEqual(['', '?live', '?live']))
    await stands('Everything is in place for Walter.')
  })
})
