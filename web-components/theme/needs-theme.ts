/** What a host asks for in attributes. */
type Wish = { theme: string; styleUrl: string | null; style: object | null; density: string }

/**
 * Whether a card in this page looks other than the way Portico looks by itself: only then the rest of `theme/` is
 * fetched. True when something is asked for, when the page sets a colour, and when its `rem` is too small to read.
 */
export function needsTheme(host: Element, wish: Wish): unknown {
  const set = getComputedStyle(host)
  return (
    wish.theme !== 'light' ||
    wish.density === 'compact' ||
    (wish.styleUrl ?? wish.style) ||
    parseFloat(getComputedStyle(host.ownerDocument.documentElement).fontSize) < 14 ||
    KNOBS.split(' ').some((knob) => set.getPropertyValue(`--portico-${knob}`))
  )
}

const KNOBS =
  'canvas surface sunken raised line line-strong focus ink ink-soft accent accent-hover accent-soft accent-ink on-accent good good-soft good-ink warn warn-soft warn-ink bad bad-soft bad-ink on-bad'
