import { describe, expect, test } from 'vitest'
import sheet from '../../../web-components/ui/tokens.css?raw'

/** The colours of one theme as the sheet writes them. */
function coloursIn(block: string): Record<string, string> {
  return Object.fromEntries(
    [...block.matchAll(/--_([\w-]+): var\(--portico-[\w-]+, (#[0-9a-f]{6})\)/g)].map(
      ([, name = '', colour = '']) => [name, colour],
    ),
  )
}

const [light = '', ...rest] = sheet.split('@media (prefers-color-scheme: dark)')
const dark = rest.join('')
const darkBlocks = dark.split('[data-theme="dark"], :host')
const themes = { light: coloursIn(light), dark: coloursIn(darkBlocks[0] ?? '') }

/** WCAG 2.2 relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

const GROUNDS = ['canvas', 'surface', 'sunken', 'raised']

/** What is read on what, and the least contrast in light and dark: the table of the look. */
const TABLE: readonly [ink: string, grounds: string[], light: number, dark: number][] = [
  ['ink', GROUNDS, 13.4, 12.5],
  ['ink-soft', GROUNDS, 7.1, 7.8],
  ['ink-soft', ['accent-soft'], 7.1, 7.3],
  ['line-strong', ['canvas', 'surface', 'sunken'], 3.7, 5.1],
  ['accent', GROUNDS, 6.7, 8],
  ['on-accent', ['accent'], 7.9, 9.1],
  ['accent-ink', ['accent-soft'], 8.4, 9.6],
  ['good-ink', ['good-soft'], 8.3, 10.2],
  ['good', ['good-soft', 'surface'], 4.5, 7.7],
  ['warn-ink', ['warn-soft'], 8.3, 10.4],
  ['warn', ['warn-soft', 'surface'], 4.1, 7.9],
  ['bad-ink', ['bad-soft'], 8.4, 10.1],
  ['on-bad', ['bad'], 6.5, 8.4],
  ['focus', ['canvas', 'surface'], 7.2, 11.3],
]

describe('the tokens', () => {
  test('dark is written the same for the system’s wish and for the attribute', () => {
    expect(coloursIn(darkBlocks[1] ?? '')).toEqual(themes.dark)
    expect(Object.keys(themes.dark).sort()).toEqual(Object.keys(themes.light).sort())
  })

  for (const theme of ['light', 'dark'] as const) {
    test(`every role is readable where it is used, ${theme}`, () => {
      for (const [ink, grounds, inLight, inDark] of TABLE) {
        for (const ground of grounds) {
          const measured = contrast(themes[theme][ink] ?? '', themes[theme][ground] ?? '')
          // The table is rounded to one digit.
          expect(measured, `${ink} on ${ground}`).toBeGreaterThanOrEqual(
            (theme === 'light' ? inLight : inDark) - 0.05,
          )
        }
      }
    })
  }
})
