import { beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../../web-components/shell/slip.ts'
import type { Slip } from '../../../src/credentials/schema.ts'
import { MAIL, sheetInEnglish, slipForWalter, slipWithPassword } from '../support/fixtures.ts'
import { focused, openStage, show } from '../support/stage.ts'

const stage = openStage()
const OPEN = 'POST slip'
const TOKEN = 'a'.repeat(43)
const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()
const button = (name: string) => page.getByRole('button', { name })
const letter = (language: string) => page.getByRole('article', { name: `Letter in ${language}` })
const print = vi.spyOn(window, 'print')

beforeEach(() => {
  print.mockReset()
  print.mockImplementation(() => void window.dispatchEvent(new Event('beforeprint')))
})

async function openSlip(slip: Slip = slipForWalter) {
  stage.on(OPEN, () => ({ body: slip }))
  await show('portico-slip', `/fernwood/slip#${TOKEN}`)
  await expect.element(page.getByRole('heading', { name: 'Give this to Walter now' })).toBeVisible()
}

describe('the slip', () => {
  test('takes its token out of the address and asks once', async () => {
    await openSlip()
    expect(location.hash).toBe('')
    expect(stage.asked(OPEN).map(({ body }) => body)).toEqual([{ token: TOKEN }])
  })

  test('shows the patient’s language first and the practice’s beside it, each as what it is', async () => {
    await openSlip()
    const letters = page.getByRole('article').elements()
    expect(letters.map((element) => element.getAttribute('lang'))).toEqual(['es', 'en'])
    expect(letters[0]?.getBoundingClientRect().top).toBe(letters[1]?.getBoundingClientRect().top)
    await page.viewport(360, 900)
    const [first, second] = letters.map((element) => element.getBoundingClientRect())
    expect(second?.top).toBeGreaterThanOrEqual(first?.bottom ?? Number.NaN)
    await said('2 letters, one page each')
    await said('Walter, su portal de paciente está listo.')
    await said('Walter, your patient portal is ready.')
  })

  test('codes stand in groups and are heard one by one', async () => {
    await openSlip()
    await expect
      .element(page.getByRole('img', { name: 'Número del portal: 4 8 2, 9 1 3' }))
      .toHaveTextContent('482913')
    await expect
      .element(page.getByRole('img', { name: 'Activation code: K 7 R M, 4 X W D' }))
      .toHaveTextContent('K7RM4XWD')
    await expect.element(letter('English').getByText(/^portal\.fernwood\.example/)).toBeVisible()
  })

  test('the letter says whom it is for, until when, and who helps', async () => {
    await openSlip()
    for (const text of [
      'Walter James Okafor',
      '18 Alder Court',
      '(555) 010-0190',
      'December 1, 2026',
      'Please use it by Tuesday, December 15, 2026.',
      'Need a hand?',
      'Account ID: PA 7F3K 92QD',
    ])
      await expect.element(letter('English').getByText(text)).toBeVisible()
  })

  test('the QR code has a quiet zone of four modules and the rows as they came', async () => {
    await openSlip()
    const code = page.getByRole('img', { name: /^Código QR/ }).element()
    expect(code.getAttribute('viewBox')).toBe('0 0 12 12')
    expect(code.querySelectorAll('path')[1]?.getAttribute('d')).toBe(
      'M4 4h1v1h-1zM6 4h1v1h-1zM5 5h2v1h-2zM4 6h4v1h-4zM7 7h1v1h-1z',
    )
  })

  test('a temporary password: username and five words, and no second letter', async () => {
    await openSlip(slipWithPassword)
    await expect.element(letter('English').getByText('Username')).toBeVisible()
    await said(MAIL)
    for (const word of ['copper', 'kettle', 'moonlight', 'drifting', 'sandal']) await said(word)
    expect(page.getByText('Activation code').elements()).toEqual([])
    expect(page.getByText(/letters?, one page/).elements()).toEqual([])
  })

  test('the practice’s picture stands in the letterhead instead of our arch', async () => {
    const logo = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='
    await openSlip({ ...slipForWalter, logo })
    const pictures = letter('English').element().querySelectorAll('header img')
    expect(
      [...pictures].map((picture) => [picture.getAttribute('src'), picture.getAttribute('alt')]),
    ).toEqual([[logo, '']])
    expect(letter('English').element().querySelector('header .arch')).toBeNull()
    await vi.waitFor(() => expect(print).toHaveBeenCalledTimes(1))
  })

  test.each([
    ['activation' as const, `We e-mailed a link to ${MAIL}.`],
    ['temporary-password' as const, `We e-mailed the password to ${MAIL}.`],
  ])('%s: where else it went is said first', async (kind, words) => {
    await openSlip({ ...slipForWalter, kind, mailedTo: MAIL })
    await said('Walter is invited.')
    await said(words)
  })

  test('a mail that is handed over instead says that it will not go out any more', async () => {
    const text = 'Hello Walter,\n\nOpen https://portal.fernwood.example/#link=abc'
    const sheet = { ...sheetInEnglish, text, steps: [], facts: [], until: '', account: null }
    await openSlip({ ...slipForWalter, kind: 'mail', sheets: [sheet] })
    await said("The e-mail won't go out any more.")
    await said(/^Hello Walter,/)
    expect(letter('English').getByRole('listitem').elements()).toEqual([])
    await expect.element(page.getByRole('img', { name: /^QR code/ })).toBeVisible()
  })

  test('a mail to somebody whose name is gone has a heading all the same', async () => {
    stage.on(OPEN, () => ({ body: { ...slipForWalter, kind: 'mail', firstName: '' } }))
    await show('portico-slip', `/fernwood/slip#${TOKEN}`)
    await expect.element(page.getByRole('heading', { level: 1, name: 'Portal letter' })).toBeVisible()
  })

  test('clears itself after five minutes, later when kept', async () => {
    await openSlip()
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: Date.now() })
    document.querySelector('portico-slip')?.remove()
    await openSlip()
    vi.advanceTimersByTime(4 * 60_000)
    await button('Keep it longer').click()
    vi.advanceTimersByTime(4 * 60_000)
    await said('Give this to Walter now')
    vi.advanceTimersByTime(60_000)
    await said('The letter is off this screen.')
    expectNoSecret()
  })

  test('clears at once on leaving and on Done', async () => {
    await openSlip()
    await button('Copy e-mail text').click()
    window.dispatchEvent(new PageTransitionEvent('pagehide'))
    expectNoSecret()
    await openSlip()
    await button('Done').click()
    expectNoSecret()
  })

  test.each([
    ['slip-opened' as const, 'This slip was already shown.'],
    ['ticket-ended' as const, 'This slip waited too long.'],
  ])('%s says what to do', async (code, words) => {
    stage.on(OPEN, () => ({ status: 410, code }))
    await show('portico-slip', `/fernwood/slip#${TOKEN}`)
    await said(words)
    expect(print).not.toHaveBeenCalled()
    const close = vi.spyOn(window, 'close').mockReturnValue()
    await button('Close this and go back to the patient').click()
    expect(close).toHaveBeenCalledOnce()
  })

  test('a lost answer can be asked for again under the same key', async () => {
    stage.on(OPEN, () => 'offline')
    await show('portico-slip', `/fernwood/slip#${TOKEN}`)
    await said("We can't reach the portal.")
    stage.on(OPEN, () => ({ body: slipForWalter }))
    await button('Try again').click()
    await said('Give this to Walter now')
    const [first, second] = stage.asked(OPEN).map(({ key }) => key)
    expect(second).toBe(first)
  })

  test('without a token there is nothing to show and nothing is asked', async () => {
    await show('portico-slip', '/fernwood/slip')
    await said('There is nothing to show here.')
    expect(stage.asked(OPEN)).toEqual([])
  })
})

describe('printing', () => {
  test('is offered once by itself, when everything is drawn, and again on a press', async () => {
    await openSlip()
    await vi.waitFor(() => expect(print).toHaveBeenCalledTimes(1))
    await button('Print letter').click()
    expect(print).toHaveBeenCalledTimes(2)
    expect(page.getByText(/^No print window/).elements()).toEqual([])
  })

  test('a picture that does not come holds nothing up', async () => {
    await openSlip({ ...slipForWalter, logo: '/nowhere.png' })
    await vi.waitFor(() => expect(print).toHaveBeenCalledTimes(1))
  })

  test('a browser that opens no print dialog gets another way', async () => {
    print.mockImplementation(() => {})
    await openSlip()
    expect(page.getByText(/^No print window/).elements()).toEqual([])
    await button('Print letter').click()
    await said("No print window? Open it from your browser's menu, or save the letter as PDF.")
  })

  test('paper shows the letters alone, one page each, black on white', async () => {
    await openSlip({ ...slipForWalter, mailedTo: MAIL })
    const root = document.querySelector('portico-slip')?.shadowRoot
    const around = [...(root?.querySelectorAll('main > *') ?? [])].filter(
      (element) => !element.matches('.letters, [role="status"]'),
    )
    expect(around.length).toBeGreaterThan(3)
    expect(around.filter((element) => !element.matches('.no-print'))).toEqual([])
    const rules = [...document.adoptedStyleSheets].flatMap((sheet) => [...sheet.cssRules])
    expect(rules.map(({ cssText }) => cssText).join('')).toMatch(/@page \{[^}]*margin: 18mm 20mm 11mm/)
  })
})

describe('saving', () => {
  /** Catches what would be downloaded. */
  function catchDownload() {
    const blobs: Blob[] = []
    const names: string[] = []
    const create = vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      blobs.push(blob as Blob)
      return 'blob:letter'
    })
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      names.push(`${this.download} ${this.href}`)
    })
    return { blobs, names, restore: () => [create, click].forEach((spy) => spy.mockRestore()) }
  }

  test.each([
    ['US Letter', '%PDF letter'],
    ['US Letter, large print', '%PDF large'],
    ['A4', '%PDF a4'],
  ])('%s comes from what the page holds already', async (name, content) => {
    const download = catchDownload()
    await openSlip()
    await page.getByText('Save as PDF').click()
    await button(name).click()
    expect(download.names).toEqual(['portal-letter.pdf blob:letter'])
    expect(download.blobs[0]?.type).toBe('application/pdf')
    expect(await download.blobs[0]?.text()).toBe(content)
    await said('Saved as portal-letter.pdf.')
    expect(button(name).elements()).toEqual([])
    expect(stage.calls.map(({ route }) => route).sort()).toEqual(['GET practice', OPEN])
    download.restore()
  })

  test('the menu closes by Escape and gives the focus back', async () => {
    await openSlip()
    await page.getByText('Save as PDF').click()
    await userEvent.tab()
    expect(focused()?.textContent.trim()).toBe('US Letter')
    await userEvent.keyboard('{Escape}')
    expect(button('US Letter').elements()).toEqual([])
    expect(focused()?.textContent.trim()).toBe('Save as PDF')
  })

  test('the menu closes when the focus goes on', async () => {
    await openSlip()
    await page.getByText('Save as PDF').click()
    await button('Keep it longer').click()
    expect(button('US Letter').elements()).toEqual([])
  })

  test('a script that no PDF can set here: the button says what to do instead', async () => {
    await openSlip({ ...slipForWalter, pdfs: null })
    await expect.element(button('Save as PDF')).toHaveAttribute('aria-disabled', 'true')
    await expect
      .element(button('Save as PDF'))
      .toHaveAccessibleDescription(/Press “Print letter” and choose “Save as PDF” there\.$/)
  })
})

describe('the text for a mail program', () => {
  test('is copied, and stands there to be read', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    await openSlip()
    await button('Copy e-mail text').click()
    await said('Copied. Paste it into your own mail program.')
    expect(write).toHaveBeenCalledExactlyOnceWith(slipForWalter.mailText.text)
    await expect.element(page.getByLabelText('Subject')).toHaveValue(slipForWalter.mailText.subject)
    await expect.element(page.getByLabelText('Text')).toHaveValue(slipForWalter.mailText.text)
    write.mockRestore()
  })

  test('a browser that copies nothing leaves it selected', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('no'))
    await openSlip()
    await button('Copy e-mail text').click()
    await said('Your browser did not copy it. Select the text below and copy it.')
    await vi.waitFor(() => expect(focused()?.id).toBe('text'))
    const text = focused() as HTMLTextAreaElement
    expect([text.selectionStart, text.selectionEnd]).toEqual([0, text.value.length])
    write.mockRestore()
  })
})

function expectNoSecret() {
  const root = document.querySelector('portico-slip')?.shadowRoot
  const typed = [...(root?.querySelectorAll('textarea') ?? [])].map(({ value }) => value)
  const shown = [root?.textContent ?? '', ...typed].join(' ')
  for (const secret of ['482', 'K7RM', '4XWD']) expect(shown).not.toContain(secret)
}
