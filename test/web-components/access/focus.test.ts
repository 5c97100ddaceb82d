import { beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { Answer } from '../support/answers.ts'
import { button, CANCEL, field, INVITE, inDialog, openCard, READ, SAVE, said } from '../support/card.ts'
import { CARDS, MAIL } from '../support/fixtures.ts'
import { focused, openStage } from '../support/stage.ts'

const stage = openStage()
const ISSUED = {
  slipUrl: 'https://staff.fernwood.example/fernwood/slip#token',
  validUntil: 0,
  mailedTo: null,
}
/** A field of the page around the card. */
let outside: HTMLInputElement

const open = async (card: (typeof CARDS)[string] | undefined) => {
  await openCard(stage, card)
  outside = document.createElement('input')
  outside.ariaLabel = 'Note'
  document.body.append(outside)
}
const onNotice = () => vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
const heard = (text: string) =>
  expect.element(page.getByRole('status').filter({ hasText: text })).toBeInTheDocument()
const heardNow = () => page.getByRole('status').elements().at(-1)?.textContent?.trim() ?? ''
const isEditable = async () => {
  await userEvent.keyboard('on')
  expect(outside.value).toMatch(/on$/)
  expect(focused()).toBe(outside)
}

describe('what is answered by itself', () => {
  beforeEach(async () => {
    await open(CARDS['almost ready'])
    stage.on(SAVE, () => ({ status: 504, code: 'ehr-timeout' }))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await field('Contact e-mail').fill(MAIL)
    await button('Save').click()
    await onNotice()
  })
  const retryWith = (answer: Answer) => {
    stage.on(SAVE, () => answer)
    vi.advanceTimersByTime(15_000)
    vi.useRealTimers()
  }

  test('and refused differently leaves whoever types elsewhere on the page where they are', async () => {
    await userEvent.click(outside)
    await userEvent.keyboard('Call')
    retryWith({ status: 403, code: 'not-permitted' })
    await heard('You can look but not change this.')
    await isEditable()
  })

  test('with a fault of one field neither', async () => {
    await userEvent.click(outside)
    retryWith({
      status: 422,
      code: 'invalid-request',
      extra: { issues: [{ pointer: '/contacts/contactEmail', detail: 'email' }] },
    })
    await expect.element(field('Contact e-mail')).toHaveAttribute('aria-invalid', 'true')
    await vi.waitFor(() => expect(heardNow()).not.toBe(''))
    await isEditable()
  })

  test('takes focus to the headline when what had it is gone', async () => {
    retryWith({ body: CARDS['ready, with e-mail'] })
    await said('Everything is in place for Walter.')
    await vi.waitFor(() => expect(focused()?.classList).toContain('headline'))
  })
})

describe('an answer that takes its time', () => {
  const slowly = (method: string) => {
    let answer = () => {}
    const quick = window.fetch
    window.fetch = async (input, init) => {
      const request = new Request(input, init)
      if (request.method === method) await new Promise<void>((resolve) => (answer = resolve))
      return quick(request)
    }
    return () => answer()
  }

  test('a refusal leaves the focus where somebody went meanwhile', async () => {
    await open(CARDS['almost ready'])
    stage.on(SAVE, () => ({ status: 403, code: 'not-permitted' }))
    await field('Contact e-mail').fill(MAIL)
    const answer = slowly('PUT')
    await button('Save').click()
    await expect.element(button('Saving…')).toBeInTheDocument()
    await userEvent.click(outside)
    answer()
    await heard('You can look but not change this.')
    await isEditable()
  })

  test('and nobody who clicked on the empty page is called back', async () => {
    await open(CARDS['almost ready'])
    stage.on(SAVE, () => ({ status: 403, code: 'not-permitted' }))
    await field('Contact e-mail').fill(MAIL)
    const answer = slowly('PUT')
    await button('Save').click()
    await expect.element(button('Saving…')).toBeInTheDocument()
    ;(focused() as HTMLElement).blur()
    answer()
    await heard('You can look but not change this.')
    expect(focused()).toBe(document.body)
  })

  test.for<[string, Answer, string]>([
    ['a letter that exists', { status: 201, body: ISSUED }, 'Waiting for Walter'],
    ['a question that is over', { status: 409, code: 'not-eligible' }, ''],
  ])('%s takes nobody back who went on in the chart', async ([, answered, outcome]) => {
    await open(CARDS['ready'])
    const letter = {
      closed: false,
      document: { title: '' },
      location: { replace: () => {} },
      close: () => {},
    }
    vi.spyOn(window, 'open').mockReturnValue(letter as unknown as Window)
    stage.on(INVITE, () => answered)
    if (outcome) stage.on(READ, () => ({ body: CARDS['invited'] }))
    await button('Create credentials').click()
    await expect.element(inDialog('Create credentials')).toBeVisible()
    const answer = slowly('GET')
    await inDialog('Create credentials').click()
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument()
    await userEvent.click(outside)
    answer()
    await vi.waitFor(() => expect(stage.asked(READ)).toHaveLength(2))
    await vi.waitFor(() => expect(heardNow()).toContain(outcome && 'is invited'))
    expect(heardNow()).not.toBe('')
    await isEditable()
    vi.restoreAllMocks()
  })
})

describe('whoever stays at the card', () => {
  test('is led to what a refusal says', async () => {
    await open(CARDS['almost ready'])
    stage.on(SAVE, () => ({ status: 403, code: 'not-permitted' }))
    await field('Contact e-mail').fill(MAIL)
    await button('Save').click()
    await onNotice()
  })

  test('is led to the field that the EMR refused', async () => {
    await open(CARDS['almost ready'])
    stage.on(SAVE, () => ({
      status: 422,
      code: 'invalid-request',
      extra: { issues: [{ pointer: '/contacts/contactEmail', detail: 'email' }] },
    }))
    await field('Contact e-mail').fill(MAIL)
    await button('Save').click()
    await vi.waitFor(() => expect(focused()).toBe(field('Contact e-mail').element()))
  })

  test('is led to the headline when what was pressed is gone', async () => {
    await open(CARDS['invited'])
    stage.on(CANCEL, () => ({ body: CARDS['ready'] }))
    await button('Cancel invite…').click()
    await inDialog('Cancel invite').click()
    await said('Everything is in place for Walter.')
    await vi.waitFor(() => expect(focused()?.classList).toContain('headline'))
  })
})
