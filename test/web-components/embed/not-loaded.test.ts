import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import '../../../web-components/embed/embed.ts'

vi.mock('../../../web-components/embed/chunks.ts', () => ({
  loadAccess: () => Promise.reject(new TypeError('Failed to fetch')),
  loadAhead: () => {},
}))
afterEach(() => document.body.replaceChildren())

test('a card whose larger half does not come says so in the room that is kept for it', async () => {
  const element = document.createElement('portico-access')
  document.body.append(element)
  const { height } = element.getBoundingClientRect()
  expect(height).toBeGreaterThan(300)
  await expect.element(page.getByRole('alert')).toHaveTextContent('Patient portal did not load.')
  await expect.element(page.getByRole('button', { name: 'Try again' })).toBeVisible()
  expect(element.getBoundingClientRect().height).toBe(height)
})
