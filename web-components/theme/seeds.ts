import { clamp } from './colour.ts'
import type { Seed } from './repair.ts'

/** What was found out about how things look here; each may be unknown. */
export type Look = {
  colours: Seed
  /** As CSS `font-family`. */
  font?: string | undefined
  /** Text size in px. */
  base?: number | undefined
  /** Corner of a control in px. */
  radius?: number | undefined
  /** What dims the page behind a dialog, as CSS. */
  scrim?: string | undefined
}

export const clampBase = (px: string): number => clamp(parseFloat(px), 14, 20)
export const clampRadius = (px: string): number => clamp(parseFloat(px), 0, 16)
