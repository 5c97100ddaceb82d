import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/shell/staff.ts'
import { openCard } from '../support/card.ts'
import { CARDS } from '../support/fixtures.ts'
import { expectSound, openStage } from '../support/stage.ts'

const STYLE = 'GET staff/launches/L1/style'
const EMR_STYLE = {
  color_background: '#e9eef3',
  color_highlight: '#1f5c99',
  color_text: '#1d2730',
  dim_font_size: '15px',
}
const stage = openStage()
const token = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--_${name}`).trim()

afterEach(() => {
  for (const sheet of document.adoptedStyleSheets) sheet.replaceSync('')
})

test('the staff app asks how its EMR looks beside its other questions, once', async () => {
  stage.on(STYLE, () => ({ body: { style: null } }))
  await openCard(stage, CARDS['ready'])
  const routes = stage.calls.map(({ route }) => route)
  expect(routes.slice(0, 3).toSorted()).toEqual(['GET practice', 'GET staff/launches/L1', STYLE])
  expect(stage.asked(STYLE)).toHaveLength(1)
  expect(token('accent')).toBe('#0b5a66')
})

test.each<[string, 'never' | 'offline']>([
  ['no answer', 'never'],
  ['no network', 'offline'],
])('%s to that does not hold up the card', async (_name, answer) => {
  stage.on(STYLE, () => answer)
  const began = performance.now()
  await openCard(stage, CARDS['ready'])
  expect(performance.now() - began).toBeLessThan(1500)
  expect(token('accent')).toBe('#0b5a66')
})

test('it takes on the EMR’s look, dialogs and all, and is sound in it', async () => {
  stage.on(STYLE, () => ({ body: { style: EMR_STYLE } }))
  await openCard(stage, CARDS['ready'])
  await vi.waitFor(() => expect(token('accent')).toBe('#1f5c99'))
  expect(document.documentElement.dataset['theme']).toBe('light')
  expect([token('canvas'), token('ink'), token('base')]).toEqual(['#e9eef3', '#1d2730', '15px'])
  await expectSound()
  await page.getByRole('button', { name: 'Create credentials' }).click()
  await expect.element(page.getByRole('dialog')).toBeVisible()
  await expectSound()
})
