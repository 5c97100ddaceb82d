import { WHITE } from './colour.ts'
import { darkTokens } from './dark-tokens.ts'
import { readKnobs } from './from-knobs.ts'
import { measurePage } from './from-page.ts'
import type { Style } from './load-style.ts'
import { ownPalettes, withProbe } from './own-palette.ts'
import { clampBase, type Look } from './seeds.ts'
import { watchPage } from './watch.ts'
import { type Found, openSheet, writeTheme } from './write-theme.ts'

export type ThemeOptions = {
  /** `light`, `dark`, or `auto`: measured from the page. */
  theme: string
  /** Where the EMR says how it looks. @see SMART App Launch 2.2 §smart_style_url */
  styleUrl: string | null
  /** The same, where the host has it at hand; wins over its address. */
  style: Style | null
  /** `comfortable` or `compact`. */
  density: string
}

/** A style document that comes later than this is put on when it is there. */
const PATIENCE_MS = 300

/**
 * Gives a card the look of the page that it stands in, never at the cost of being read: writes one sheet of its own
 * into the card's shadow root and goes on doing so while the page changes. Resolves once the card has its look.
 *
 * @param host the public element, whose surroundings count
 * @param root the host's shadow root, which holds the tokens and the card
 * @returns stops it
 */
export async function applyTheme(
  card: HTMLElement,
  host: HTMLElement,
  root: ShadowRoot,
  { theme, styleUrl, style, density }: ThemeOptions,
): Promise<() => void> {
  // The tokens are settled on this element: on one further out they would miss the sheet.
  card.dataset['portico'] = ''
  addDark(root)
  const sheet = openSheet(root)
  const wishes = { selector: '[data-portico]', wantsDark: theme === 'dark', compact: density === 'compact' }
  let told: Told = () => ({ colours: {} })
  let worn = ''
  let ended = false
  const dress = () => {
    const found = lookAround(host, root, theme === 'auto', told)
    // Most of what changes on a page changes nothing here.
    const now = JSON.stringify(found)
    if (now === worn) return
    worn = now
    const dark = writeTheme(sheet, found, wishes)
    card.dataset['theme'] = dark ? 'dark' : 'light'
  }
  const wear = async () => {
    const { loadStyle, readStyle } = await import('./emr-style.ts')
    const document = style ?? (styleUrl ? await loadStyle(styleUrl) : null)
    if (!document || ended) return
    told = (probe) => readStyle(document, probe)
    dress()
  }
  dress()
  if (style || styleUrl) {
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
    await Promise.race([wear().catch(() => {}), patience])
  }
  const unwatch = watchPage(host, dress)
  return () => {
    ended = true
    unwatch()
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet)
  }
}

let dark: CSSStyleSheet | undefined

function addDark({ adoptedStyleSheets }: ShadowRoot): void {
  if (!darkTokens) return
  if (!dark) (dark = new CSSStyleSheet()).replaceSync(darkTokens)
  if (!adoptedStyleSheets.includes(dark)) adoptedStyleSheets.push(dark)
}

type Told = (probe: HTMLElement) => Look

/** Page, then style document, then the host's own knobs: what is said more plainly wins. */
const lookAround = (host: HTMLElement, root: ShadowRoot, auto: boolean, told: Told): Found =>
  withProbe(root, (probe) => {
    const page: Look = auto ? measurePage(host, probe) : { colours: {}, ...rescuedBase(host) }
    const emr = told(probe)
    const colours = { ...page.colours, ...emr.colours }
    // The EMR's paper says what the card stands on, in place of what was measured.
    if (emr.colours.canvas) delete colours.surface
    const knobs = readKnobs(host, probe, page.colours.surface ?? WHITE)
    return { look: { ...page, ...emr, colours }, knobs, ours: ownPalettes(probe) }
  })

/** Pages that shrink `rem` would shrink us: there the size around us counts. */
function rescuedBase(host: HTMLElement): Partial<Look> {
  const { fontSize } = getComputedStyle(document.documentElement)
  return parseFloat(fontSize) < 14 ? { base: clampBase(getComputedStyle(host).fontSize) } : {}
}
