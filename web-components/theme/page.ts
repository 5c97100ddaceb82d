import { readStyle } from './from-style.ts'
import type { Style } from './load-style.ts'
import { ownPalettes, withProbe } from './own-palette.ts'
import { openSheet, writeTheme } from './write-theme.ts'

let sheet: CSSStyleSheet | null = null

/**
 * Gives a whole page of ours the EMR's look. The EMR decides dark then, not the system.
 * @see SMART App Launch 2.2 §smart_style_url
 */
export function dressPage(style: Style): void {
  const found = withProbe(document.body, (probe) => ({
    look: readStyle(style, probe),
    knobs: null,
    ours: ownPalettes(probe),
  }))
  const wantsDark = matchMedia('(prefers-color-scheme: dark)').matches
  sheet ??= openSheet(document)
  const told = { selector: ':root', wantsDark, compact: false }
  document.documentElement.dataset['theme'] = writeTheme(sheet, found, told) ? 'dark' : 'light'
}
