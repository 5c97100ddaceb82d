import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import type { OutboxView } from '../../../src/settings/schema.ts'
import { EVERYTHING, MAILS, mailOf, outboxView } from '../support/admin-fixtures.ts'
import { button, missing, openPage, said } from '../support/admin-stage.ts'
import { type Answer, focused, openStage } from '../support/stage.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/outbox'
const RETRY = 'POST staff/launches/L1/outbox/m1/retry'
const PRINT = 'POST staff/launches/L1/outbox/m1/print'
const SLIP_URL = 'https://staff.fernwood.example/fernwood/slip#token'
const WALTER = 'Invitation to walter.okafor@mail.example'
const retryWalter = () => button(`Try again: ${WALTER}`)
const printWalter = () => button(`Print instead: ${WALTER}`)
const rows = () => page.getByRole('list').getByRole('listitem').elements()

async function openOutbox(view: OutboxView = outboxView(), permissions = EVERYTHING) {
  stage.on(READ, () => ({ body: view }))
  await openPage(stage, 'outbox', { launch: { permissions } })
}

describe('the list', () => {
  test('says what there is to do; what could not be sent comes first', async () => {
    await openOutbox()
    await said('2 e-mails need you.')
    await said('2 not sent · 2 waiting · 1 sent')
    expect(rows().map((row) => row.querySelector('.pill')?.textContent.trim())).toEqual([
      'Not sent',
      'Not sent',
      'Waiting',
      'Waiting',
      'Sent',
      'Printed',
    ])
    await expect
      .element(page.getByRole('link', { name: 'E-mail settings' }))
      .toHaveAttribute('href', 'settings#mail')
  })

  test.each([
    [[mailOf({ state: 'waiting', fault: null })], '1 e-mail is on its way.'],
    [[mailOf({ state: 'sent', fault: null })], 'Everything is sent.'],
    [[], 'No e-mail yet. Invitations show up here once they are sent.'],
  ])('with nothing to do', async (mails, words) => {
    await openOutbox(outboxView(mails))
    await said(words)
  })

  test('each row says kind, address, time, tries and why, in words', async () => {
    await openOutbox(outboxView([mailOf()]))
    const row = page.getByRole('listitem')
    for (const text of [
      'Invitation',
      'walter.okafor@mail.example',
      /^Given up .+ · 5 tries$/,
      'The server says the username or password is wrong.',
    ])
      await expect.element(row.getByText(text)).toBeVisible()
  })

  test('what waits says when it is tried next, and why it waits', async () => {
    await openOutbox()
    await said('Next try in a moment')
    await said(/^Next try .+ · 2 tries$/)
    await said("The mail server doesn't answer. Check its name and port.")
  })

  test('a text that is deleted offers no way to send it, but says what to do', async () => {
    await openOutbox(outboxView([mailOf({ kept: false })]))
    await said("Its text is deleted. Make a new letter on the patient's card.")
    expect(retryWalter().elements()).toEqual([])
  })

  test('loads older ones below', async () => {
    await openOutbox(outboxView([mailOf()], { before: '1.m1' }))
    stage.on(READ, () => ({
      body: outboxView([mailOf({ id: 'm0', to: 'older@mail.example', state: 'sent' })]),
    }))
    await button('Show older').click()
    await said('older@mail.example')
    await said('walter.okafor@mail.example')
    expect(button('Show older').elements()).toEqual([])
  })

  test('reads on by itself for what could not be sent and is further down', async () => {
    const pages = [
      outboxView([mailOf({ id: 'm9', state: 'sent', to: 'new@mail.example' })], {
        before: '9.m9',
        counts: { failed: 1, waiting: 0, sent: 1 },
      }),
      outboxView([mailOf()], { counts: { failed: 1, waiting: 0, sent: 1 } }),
    ]
    stage.on(READ, () => ({ body: pages.length > 1 ? pages.shift() : pages[0] }))
    await openPage(stage, 'outbox')
    await said('walter.okafor@mail.example')
    expect(rows()[0]?.textContent).toContain('walter.okafor@mail.example')
  })
})

describe('it follows by itself', () => {
  test('every 30 seconds while somebody looks, not while hidden; older rows stay', async () => {
    await openOutbox(outboxView([mailOf()], { before: '1.m1' }))
    await said('1 e-mail needs you.')
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByRole('link', { name: 'E-mail', exact: true }).click()
    await said('1 e-mail needs you.')
    const asked = stage.asked(READ).length
    stage.on(READ, () => ({ body: outboxView([mailOf({ state: 'sent', fault: null })]) }))
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    vi.advanceTimersByTime(30_000)
    expect(stage.asked(READ)).toHaveLength(asked)
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.waitFor(() => expect(stage.asked(READ)).toHaveLength(asked + 1))
    await said('Everything is sent.')
    vi.advanceTimersByTime(30_000)
    await vi.waitFor(() => expect(stage.asked(READ)).toHaveLength(asked + 2))
    hidden.mockRestore()
  })

  test('a look that does not come through keeps the rows and says from when they are', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await openOutbox(outboxView([mailOf()]))
    await said('1 e-mail needs you.')
    stage.on(READ, () => 'offline')
    vi.advanceTimersByTime(30_000)
    await said(/^What you see is from .+\. We'll try again by ourselves\.$/)
    await said('walter.okafor@mail.example')
    stage.on(READ, () => ({ body: outboxView([mailOf()]) }))
    vi.advanceTimersByTime(30_000)
    await vi.waitFor(() => missing('What you see is from'))
  })
})

describe('trying again', () => {
  test('sends it once, shows it waiting, and keeps focus in its row', async () => {
    await openOutbox()
    const waiting = mailOf({ state: 'waiting', fault: null, at: Date.now() })
    stage.on(RETRY, () => ({ body: waiting }))
    stage.on(READ, () => ({ body: outboxView(MAILS.map((mail) => (mail.id === 'm1' ? waiting : mail))) }))
    await retryWalter().click()
    await said('1 e-mail needs you.')
    await vi.waitFor(() => expect(focused()?.id).toBe('mail-m1'))
    await expect
      .element(page.getByRole('status').filter({ hasText: 'It goes out again now.' }))
      .toBeInTheDocument()
    expect(stage.asked(RETRY)).toHaveLength(1)
    expect(stage.asked(RETRY)[0]?.key).not.toBeNull()
  })

  test('two e-mails at once are two requests; one pressed twice is one', async () => {
    await openOutbox(outboxView([mailOf(), mailOf({ id: 'm2', to: 'two@mail.example' })]))
    stage.on(RETRY, () => 'never')
    stage.on('POST staff/launches/L1/outbox/m2/retry', () => 'never')
    await retryWalter().click()
    await button(/^Trying/).click()
    await button('Try again: Invitation to two@mail.example').click()
    expect(stage.asked(RETRY)).toHaveLength(1)
    expect(stage.asked('POST staff/launches/L1/outbox/m2/retry')).toHaveLength(1)
  })

  const refusals: [string, Answer, string][] = [
    ['sent meanwhile', { status: 409, code: 'conflict' }, 'This e-mail was sent meanwhile.'],
    ['over', { status: 410, code: 'ticket-ended' }, 'This e-mail can no longer go out.'],
    ['gone', { status: 404, code: 'not-found' }, 'This is not there any more.'],
    ['no right', { status: 403, code: 'not-permitted' }, "Your role doesn't allow this any more."],
    ['offline', 'offline', "We can't reach the portal."],
  ]
  test.each(refusals)('%s: said in words with focus', async (_name, answer, words) => {
    await openOutbox()
    stage.on(RETRY, () => answer)
    await retryWalter().click()
    await said(words)
    await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
  })

  test('a launch that is over takes the addresses off the page', async () => {
    await openOutbox()
    stage.on(RETRY, () => ({ status: 401, code: 'launch-ended' }))
    await retryWalter().click()
    await said('Your EMR session has ended.')
    missing('walter.okafor@mail.example')
  })
})

describe('printing instead', () => {
  /** Stands in for the window that the letter opens in. */
  function stubWindow() {
    const letter = {
      closed: false,
      opener: window as unknown,
      document: { title: '' },
      location: { replace: vi.fn<(url: string) => void>() },
      close: vi.fn<() => void>(),
    }
    return { letter, open: vi.spyOn(window, 'open').mockReturnValue(letter as unknown as Window) }
  }
  const issued = { slipUrl: SLIP_URL, validUntil: Date.now() + 60_000, mailedTo: null }
  const confirm = () => page.getByRole('dialog').getByRole('button', { name: 'Print instead' }).click()

  test('asks first; Cancel has focus and changes nothing', async () => {
    await openOutbox()
    await printWalter().click()
    await expect.element(page.getByRole('dialog', { name: 'Print this e-mail instead?' })).toBeVisible()
    await said('It opens as a letter in a new window, is shown once, and will never be e-mailed.')
    expect(focused()?.textContent.trim()).toBe('Cancel')
    await userEvent.keyboard('{Escape}')
    expect(stage.asked(PRINT)).toEqual([])
  })

  test('the window opens on the click itself and then shows the slip; no secret stays in the page', async () => {
    const { letter, open } = stubWindow()
    await openOutbox()
    stage.on(PRINT, () => {
      expect(open).toHaveBeenCalledTimes(1)
      return { body: issued }
    })
    await printWalter().click()
    await confirm()
    await vi.waitFor(() => expect(letter.location.replace).toHaveBeenCalledExactlyOnceWith(SLIP_URL))
    expect(letter.opener).toBeNull()
    await vi.waitFor(() => expect(focused()?.id).toBe('counts'))
    expect(document.documentElement.outerHTML).not.toContain('#token')
    open.mockRestore()
  })

  test('a blocked window leaves a link to the letter', async () => {
    const open = vi.spyOn(window, 'open').mockReturnValue(null)
    await openOutbox()
    stage.on(PRINT, () => ({ body: issued }))
    await printWalter().click()
    await confirm()
    const link = page.getByRole('link', { name: 'Open the letter' })
    await expect.element(link).toHaveAttribute('href', SLIP_URL)
    await expect.element(link).toHaveAttribute('rel', 'noopener')
    open.mockRestore()
  })

  test('a lost answer closes the window and keeps the question; the next press sends the same key', async () => {
    const { letter, open } = stubWindow()
    await openOutbox()
    stage.on(PRINT, () => 'offline')
    await printWalter().click()
    await confirm()
    await said('Check your connection, then press “Print instead” again.')
    expect(letter.close).toHaveBeenCalledTimes(1)
    stage.on(PRINT, () => ({ body: issued }))
    await confirm()
    await vi.waitFor(() => expect(letter.location.replace).toHaveBeenCalled())
    const [first, second] = stage.asked(PRINT).map(({ key }) => key)
    expect(second).toBe(first)
    open.mockRestore()
  })

  test('sent meanwhile: the question closes, the page says so', async () => {
    const { letter, open } = stubWindow()
    await openOutbox()
    stage.on(PRINT, () => ({ status: 409, code: 'conflict' }))
    await printWalter().click()
    await confirm()
    await said('This e-mail was sent meanwhile.')
    expect(letter.close).toHaveBeenCalledTimes(1)
    expect(page.getByRole('dialog').elements()).toEqual([])
    open.mockRestore()
  })

  test('is offered only to who may make letters; the others read whom to ask', async () => {
    await openOutbox(outboxView([mailOf()]), ['access.read', 'settings.manage'])
    await said('Someone who may create credentials can print it instead.')
    expect(printWalter().elements()).toEqual([])
    await expect.element(retryWalter()).toBeVisible()
  })
})
