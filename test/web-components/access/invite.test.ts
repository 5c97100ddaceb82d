import { describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { CARDS, DAY_MS, launchView } from '../support/fixtures.ts'
import { type Answer, focused, openStage, show } from '../support/stage.ts'

const stage = openStage()
const READ = 'GET staff/launches/L1/patients/12/access'
const INVITE = 'POST staff/launches/L1/patients/12/invitations'
const SLIP_URL = 'https://staff.fernwood.example/fernwood/slip#token'
const button = (name: string | RegExp) => page.getByRole('button', { name })
const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()

async function openCard(card: (typeof CARDS)[string] | undefined, launch = launchView()) {
  stage.on('GET staff/launches/L1', () => ({ body: launch }))
  stage.on(READ, () => ({ body: card }))
  await show('portico-staff', '/fernwood/staff/l/L1/')
  await expect.element(page.getByRole('heading', { level: 2, name: 'Patient portal' })).toBeVisible()
}

/** Stands in for the window that the letter opens in. */
function stubWindow() {
  const letter = {
    closed: false,
    opener: window as unknown,
    document: { title: '' },
    location: { replace: vi.fn<(url: string) => void>() },
    close: vi.fn<() => void>(),
  }
  const open = vi.spyOn(window, 'open').mockReturnValue(letter as unknown as Window)
  return { letter, open }
}

describe('creating', () => {
  test('asks first: whom it is about and what will happen; Cancel has focus and changes nothing', async () => {
    await openCard(CARDS['ready'])
    await button('Create credentials').click()
    const dialog = page.getByRole('dialog', { name: 'Create credentials for Walter?' })
    await expect.element(dialog).toBeVisible()
    await said('Walter James Okafor, born March 14, 1948')
    expect(focused()?.textContent.trim()).toBe('Cancel')
    await userEvent.keyboard('{Escape}')
    await expect.element(dialog).not.toBeInTheDocument()
    expect(focused()?.textContent.trim()).toBe('Create credentials')
    expect(stage.asked(INVITE)).toEqual([])
  })

  test('the letter’s window opens on the click and then shows the slip; the card is Invited', async () => {
    const { letter, open } = stubWindow()
    await openCard(CARDS['ready'])
    stage.on(INVITE, () => ({ status: 201, body: { slipUrl: SLIP_URL, validUntil: Date.now() + DAY_MS } }))
    await button('Create credentials').click()
    stage.on(READ, () => ({ body: CARDS['invited'] }))
    await page.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).click()
    await said('Waiting for Walter. 14 days left.')
    expect(open).toHaveBeenCalledTimes(1)
    expect(letter.location.replace).toHaveBeenCalledExactlyOnceWith(SLIP_URL)
    expect(letter.opener).toBeNull()
    expect(document.documentElement.outerHTML).not.toContain('#token')
    await vi.waitFor(() => expect(focused()?.textContent).toBe('Waiting for Walter. 14 days left.'))
    open.mockRestore()
  })

  test('a double click makes one letter', async () => {
    const { open } = stubWindow()
    await openCard(CARDS['ready'])
    stage.on(INVITE, () => 'never')
    await button('Create credentials').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).dblClick()
    await expect.element(button('Making the letter…')).toHaveAttribute('aria-busy', 'true')
    expect(stage.asked(INVITE)).toHaveLength(1)
    expect(open).toHaveBeenCalledTimes(1)
    open.mockRestore()
  })

  test('a lost answer closes the window, and the next press sends the same key', async () => {
    const { letter, open } = stubWindow()
    await openCard(CARDS['ready'])
    stage.on(INVITE, () => 'offline')
    await button('Create credentials').click()
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Create credentials' })
    await confirm.click()
    await said("We can't reach the portal.")
    expect(letter.close).toHaveBeenCalledTimes(1)
    stage.on(INVITE, () => ({ status: 201, body: { slipUrl: SLIP_URL, validUntil: Date.now() + DAY_MS } }))
    await confirm.click()
    await vi.waitFor(() => expect(letter.location.replace).toHaveBeenCalledWith(SLIP_URL))
    const [first, second] = stage.asked(INVITE).map(({ key }) => key)
    expect(second).toBe(first)
    open.mockRestore()
  })

  const troubles: [string, Answer, string][] = [
    [
      'the EMR does not answer',
      { status: 502, code: 'ehr-unavailable' },
      'No letter was made. Press “Create credentials” again in a moment.',
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
      const { open } = stubWindow()
      await openCard(CARDS['ready'])
      stage.on(INVITE, () => answer)
      await button('Create credentials').click()
      await page.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).click()
      await said(words)
      await vi.waitFor(() => expect(focused()?.hasAttribute('data-notice')).toBe(true))
      expect(page.getByText(/by ourselves|still here/).elements()).toEqual([])
      open.mockRestore()
    },
  )

  test('a blocked window leaves a link to the letter', async () => {
    const open = vi.spyOn(window, 'open').mockReturnValue(null)
    await openCard(CARDS['ready'])
    stage.on(INVITE, () => ({ status: 201, body: { slipUrl: SLIP_URL, validUntil: Date.now() + DAY_MS } }))
    await button('Create credentials').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).click()
    const link = page.getByRole('link', { name: 'Open the letter' })
    await expect.element(link).toHaveAttribute('href', SLIP_URL)
    await expect.element(link).toHaveAttribute('rel', 'noopener')
    open.mockRestore()
  })

  test('a new letter says that the older one stops working', async () => {
    await openCard(CARDS['invited'])
    await button('New letter…').click()
    await expect.element(page.getByRole('dialog', { name: 'Make a new letter for Walter?' })).toBeVisible()
    await said('The older letter for Walter stops working at once.')
  })

  test('what changed meanwhile closes the question and shows the card as it is now', async () => {
    const { open } = stubWindow()
    await openCard(CARDS['ready'])
    await button('Create credentials').click()
    stage.on(INVITE, () => ({ status: 409, code: 'not-eligible' }))
    stage.on(READ, () => ({ body: CARDS['almost ready'] }))
    await page.getByRole('dialog').getByRole('button', { name: 'Create credentials' }).click()
    await said('Something changed meanwhile.')
    await said('Almost ready for Walter.')
    open.mockRestore()
  })

  test('a launch that asks for it opens the question at once', async () => {
    await openCard(CARDS['ready'], launchView({ intent: 'create-credentials' }))
    await expect.element(page.getByRole('dialog', { name: 'Create credentials for Walter?' })).toBeVisible()
  })
})
