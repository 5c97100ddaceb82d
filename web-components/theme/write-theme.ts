import { toHex } from './colour.ts'
import type { Knobs } from './from-knobs.ts'
import { ROLES } from './pairs.ts'
import { type Palette, repair } from './repair.ts'
import type { Look } from './seeds.ts'

/** Puts an empty sheet into a page or a shadow root; no markup and no style attribute is written. */
export function openSheet(root: DocumentOrShadowRoot): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  root.adoptedStyleSheets.push(sheet)
  return sheet
}

/** What was found out: the look to take on, what the host set itself, our own colours. */
export type Found = { look: Look; knobs: Knobs | null; ours: (dark: boolean) => Palette }

/** Writes what differs from what is there anyway for `selector`, and says whether the theme is dark. */
export function writeTheme(
  sheet: CSSStyleSheet,
  { look, knobs, ours }: Found,
  { selector, wantsDark, compact }: { selector: string; wantsDark: boolean; compact: boolean },
): boolean {
  const isSet = (knob: string) => knobs?.set.includes(knob)
  const target = compact && !isSet('target') ? '--portico-target:38px' : ''
  sheet.replaceSync(`${selector}{}@media (pointer:fine){${selector}{${target}}}`)
  const { style } = sheet.cssRules[0] as CSSStyleRule
  const set = (knob: string, value: string | undefined) => {
    if (value && !isSet(knob)) style.setProperty(`--portico-${knob}`, value)
  }
  const { font, base, radius, scrim } = look
  set('font', font)
  set('base', px(compact ? 14 : base))
  set('radius', px(radius))
  set('radius-small', px(radius, 1, 6))
  set('radius-large', px(radius, 1.8, 18))
  set('scrim', scrim)
  const { dark, palette, own } = repair({ ...look.colours, ...knobs?.colours }, ours, wantsDark)
  for (const role of ROLES) {
    const before = isSet(role) ? knobs?.whole[role] : own[role]
    const colour = toHex(palette[role])
    if (!before || toHex(before) !== colour) style.setProperty(`--portico-${role}`, colour)
  }
  return dark
}

const px = (value: number | undefined, times = 1, most = 99) =>
  value === undefined ? undefined : `${Math.min(most, value * times)}px`
