import { describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/slip.ts'
import { slipForWalter } from '../support/fixtures.ts'
import { openStage, show } from '../support/stage.ts'

const stage = openStage()
const OPEN = 'POST slip'
const TOKEN = 'a'.repeat(43)
const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()

async function openSlip() {
  stage.on(OPEN, () => ({ body: slipForWalter }))
  await show('portico-slip', `/fernwood/slip#${TOKEN}`)
  await expect.element(page.getByRole('heading', { name: 'Give this to Walter now' })).toBeVisible()
}

describe('the slip', () => {
  test('takes its token out of the address and asks once', async () => {
    await openSlip()
    expect(location.hash).toBe('')
    expect(stage.asked(OPEN).map(({ body }) => body)).toEqual([{ token: TOKEN }])
  })

  test('shows the letter in the patient’s language: codes in groups, heard one by one', async () => {
    await openSlip()
    const letter = page.getByRole('article')
    await expect.element(letter).toHaveAttribute('lang', 'es')
    await said('Walter, su portal de paciente está listo.')
    await said(/martes, 15 de diciembre de 2026/)
    await expect
      .element(page.getByRole('img', { name: 'Número del portal: 4 8 2, 9 1 3' }))
      .toHaveTextContent('482913')
    await expect
      .element(page.getByRole('img', { name: 'Código de activación: K 7 R M, 4 X W D' }))
      .toBeVisible()
    await said(/^portal\.fernwood\.example/)
    await page.getByRole('button', { name: 'Letter in English' }).click()
    await said('Walter, your patient portal is ready.')
    expect(document.documentElement.lang).toBe('en')
  })

  test('the QR code has a quiet zone of four modules and the rows as they came', async () => {
    await openSlip()
    const code = page.getByRole('img', { name: /^Código QR/ }).element()
    expect(code.getAttribute('viewBox')).toBe('0 0 12 12')
    expect(code.querySelectorAll('path')[1]?.getAttribute('d')).toBe(
      'M4 4h1v1h-1zM6 4h1v1h-1zM5 5h2v1h-2zM4 6h4v1h-4zM7 7h1v1h-1z',
    )
  })

  test('classic mode has no code', async () => {
    stage.on(OPEN, () => ({ body: { ...slipForWalter, code: null, language: 'en' } }))
    await show('portico-slip', `/fernwood/slip#${TOKEN}`)
    await said('Enter your portal ID')
    expect(page.getByText('Activation code').elements()).toEqual([])
  })

  test('prints on one press', async () => {
    const print = vi.spyOn(window, 'print').mockImplementation(() => {})
    await openSlip()
    await page.getByRole('button', { name: 'Print letter' }).click()
    expect(print).toHaveBeenCalledTimes(1)
    print.mockRestore()
  })

  test('clears itself after five minutes, later when kept', async () => {
    await openSlip()
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: Date.now() })
    document.querySelector('portico-slip')?.remove()
    await openSlip()
    vi.advanceTimersByTime(4 * 60_000)
    await page.getByRole('button', { name: 'Keep it longer' }).click()
    vi.advanceTimersByTime(4 * 60_000)
    await said('Give this to Walter now')
    vi.advanceTimersByTime(60_000)
    await said('The letter is off this screen.')
    expectNoSecret()
  })

  test('clears at once on leaving', async () => {
    await openSlip()
    window.dispatchEvent(new PageTransitionEvent('pagehide'))
    expectNoSecret()
  })

  test.each([
    ['slip-opened' as const, 'This slip was already shown.'],
    ['ticket-ended' as const, 'This slip waited too long.'],
  ])('%s says what to do', async (code, words) => {
    stage.on(OPEN, () => ({ status: 410, code }))
    await show('portico-slip', `/fernwood/slip#${TOKEN}`)
    await said(words)
  })

  test('a lost answer can be asked for again under the same key', async () => {
    stage.on(OPEN, () => 'offline')
    await show('portico-slip', `/fernwood/slip#${TOKEN}`)
    await said("We can't reach the portal.")
    stage.on(OPEN, () => ({ body: slipForWalter }))
    await page.getByRole('button', { name: 'Try again' }).click()
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

function expectNoSecret() {
  const shown = document.querySelector('portico-slip')?.shadowRoot?.textContent ?? ''
  for (const secret of ['482', 'K7RM', '4XWD']) expect(shown).not.toContain(secret)
}
