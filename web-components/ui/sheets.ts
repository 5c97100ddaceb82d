import { unsafeCSS, type CSSResult } from 'lit'

const made = new Map<string, CSSResult>()

/**
 * The `static styles` of an element from `.css` files: each file becomes one constructed sheet that all
 * elements share, so nothing is inlined and a strict style-src holds.
 */
export const sheets = (...texts: string[]): CSSResult[] => texts.map(sheet)

function sheet(text: string): CSSResult {
  const existing = made.get(text) ?? unsafeCSS(text)
  made.set(text, existing)
  return existing
}
