import { readColour, type Rgb, WHITE } from './colour.ts'
import { type Role, ROLES } from './pairs.ts'
import type { Palette } from './repair.ts'

/**
 * Our own colours as the token sheet has them, whatever knobs are set around.
 * @param probe an element where the sheet of `ui/tokens.css` holds
 */
export function ownPalettes(probe: HTMLElement): (dark: boolean) => Palette {
  const [light, dark] = [readPalette(probe, 'light'), readPalette(probe, 'dark')]
  return (isDark) => (isDark ? dark : light)
}

function readPalette(probe: HTMLElement, theme: string): Palette {
  probe.dataset['portico'] = ''
  probe.dataset['theme'] = theme
  const computed = getComputedStyle(probe)
  for (const role of ROLES) probe.style.setProperty(`--portico-${role}`, 'initial')
  const texts = ROLES.map((role) => [role, computed.getPropertyValue(`--_${role}`)] as const)
  return Object.fromEntries(
    texts.map(([role, text]): [Role, Rgb] => [role, readColour(probe, text)?.rgb ?? WHITE]),
  ) as Palette
}

/** Reads something with an element of ours in `root`, which is gone again afterwards. */
export function withProbe<T>(root: ParentNode, read: (probe: HTMLElement) => T): T {
  const probe = document.createElement('span')
  probe.hidden = true
  root.append(probe)
  try {
    return read(probe)
  } finally {
    probe.remove()
  }
}
