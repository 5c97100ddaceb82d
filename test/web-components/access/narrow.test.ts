import { afterEach, expect, test } from 'vitest'
import { cdp, page } from 'vitest/browser'
import { openHost } from '../embed/host.ts'
import { button, dialog, field } from '../support/card.ts'
import { CARDS } from '../support/fixtures.ts'

const host = openHost()
const emulate = (media: object) =>
  (cdp() as unknown as { send: (method: string, options: object) => Promise<unknown> }).send(
    'Emulation.setEmulatedMedia',
    media,
  )

afterEach(() => {
  document.documentElement.style.removeProperty('--portico-base')
  document.querySelector('main')?.removeAttribute('style')
})

const place = (name: string | RegExp) => button(name).element().getBoundingClientRect()

test.each([
  [320, 320],
  [1280, 400],
])('in %i px, a column of %i, what is quiet shares a row under the buttons', async (width, column) => {
  await page.viewport(width, 900)
  const main = document.querySelector('main')
  if (main) main.style.inlineSize = `${Math.min(column, document.body.clientWidth)}px`
  await host.open(CARDS['almost ready'], { density: 'compact' })
  const [save, notNow, check] = [place('Save'), place('Not now…'), place('Check again')]
  const why = page
    .getByText(/^Create credentials opens when/)
    .element()
    .getBoundingClientRect()
  expect(Math.abs(notNow.top + notNow.bottom - check.top - check.bottom)).toBeLessThan(2)
  expect(notNow.right).toBeLessThan(check.left)
  expect(save.bottom).toBeLessThan(why.top)
  expect(why.bottom).toBeLessThan(check.top + 8)
})

test('in a wide page they stand beside what they belong to', async () => {
  await page.viewport(1280, 900)
  await host.open(CARDS['almost ready'])
  expect(Math.abs(place('Save').top - place('Not now…').top)).toBeLessThan(2)
  expect(place('Not now…').bottom).toBeLessThanOrEqual(place('Check again').top + 1)
})

test('fields are written in the size of the card', async () => {
  document.documentElement.style.setProperty('--portico-base', '14px')
  await host.open(CARDS['everything missing'], { density: 'compact' })
  expect(matchMedia('(pointer: coarse)').matches).toBe(false)
  expect(getComputedStyle(field('Home phone').element()).fontSize).toBe('14px')
})

test('a question has an edge where colours are forced', async () => {
  await host.open(CARDS['ready'])
  await button('Create credentials').click()
  await expect.element(dialog()).toBeVisible()
  const edge = () => getComputedStyle(dialog().element())
  expect(edge().borderTopColor).toBe('rgba(0, 0, 0, 0)')
  await emulate({ features: [{ name: 'forced-colors', value: 'active' }] })
  expect(edge().borderTopWidth).toBe('1px')
  expect(edge().borderTopStyle).toBe('solid')
  expect(edge().borderTopColor).not.toBe('rgba(0, 0, 0, 0)')
  await emulate({ features: [{ name: 'forced-colors', value: '' }] })
})
