import { BLACK, clamp, contrast, fromOklch, luminance, mix, type Rgb, toOklch, WHITE } from './colour.ts'
import { EVERYWHERE, GROUNDS, PAIRS, type Role, SOFTS } from './pairs.ts'

export type Palette = Record<Role, Rgb>
/** Colours that somebody else chose. */
export type Seed = { [role in Role]?: Rgb | undefined }

type Theme = { dark: boolean; palette: Palette; own: Palette }

/** Darker than this and it is a dark page. */
const DARK_BELOW = 0.18
const TEXT = 7

/**
 * A whole palette out of the few colours that a host gives: what is not given follows from what is, or is ours. Each
 * colour keeps its hue and moves its lightness until it is read on everything that it stands on; a ground that no text
 * could be read on gives way to ours. What was readable stays as it was.
 *
 * @param ours our own palettes, light and dark
 * @param wantsDark when no ground is given
 * @see WCAG 2.2 §1.4.3, §1.4.11
 */
export function repair(seed: Seed, ours: (dark: boolean) => Palette, wantsDark: boolean): Theme {
  const measured = seed.surface ?? seed.canvas
  const dark = measured ? luminance(measured) < DARK_BELOW : wantsDark
  const own = ours(dark)
  const palette = { ...own, ...layGrounds(seed, own, dark) }
  const place = (role: 'accent' | 'ink', on: readonly Role[]) => {
    palette[role] = reach({ ...palette, [role]: seed[role] ?? own[role] }, role, on, dark)
  }
  // Tints are made of the accent, which is then read on them.
  place('accent', GROUNDS)
  for (const role of SOFTS) palette[role] = tint(seed, own, palette, role, dark)
  place('accent', EVERYWHERE)
  place('ink', EVERYWHERE)
  Object.assign(palette, chooseInks(seed, own, palette, dark))
  for (const [role, grounds] of PAIRS) palette[role] = reach(palette, role, grounds, dark)
  return { dark, palette, own }
}

const isSame = (one: Rgb, other: Rgb) => one.join() === other.join()
const strongest = (dark: boolean) => (dark ? WHITE : BLACK)
/** Text can be read on it. */
const bears = (ground: Rgb, dark: boolean) => contrast(strongest(dark), ground) >= TEXT

/** Lightness changed, hue kept. */
function shift(rgb: Rgb, by: number): Rgb {
  const [lightness, chroma, hue] = toOklch(rgb)
  return fromOklch([clamp(lightness + by, 0, 1), chroma, hue])
}

function layGrounds({ canvas, ...seed }: Seed, own: Palette, dark: boolean): Partial<Palette> {
  const first = (...options: (Rgb | undefined)[]) => options.find((one) => one && bears(one, dark))
  const surface = first(seed.surface, canvas && onCanvas(canvas, own, dark), canvas) ?? own.surface
  // Our paper is warm: under other people's text it is plain.
  const isOurs = isSame(surface, own.surface) && isSame(seed.ink ?? own.ink, own.ink)
  const moved = (role: 'sunken' | 'raised', by: number) =>
    first(seed[role], isOurs ? own[role] : shift(surface, by), surface)
  return {
    canvas: first(canvas, isOurs ? own.canvas : surface),
    surface,
    sunken: moved('sunken', dark ? -0.05 : -0.035),
    raised: moved('raised', dark ? 0.04 : 0),
  } as Partial<Palette>
}

/** A card on a page of this colour: a little lighter than the page. */
const onCanvas = (canvas: Rgb, own: Palette, dark: boolean) =>
  dark ? shift(canvas, 0.04) : toOklch(canvas)[0] > 0.9 ? own.surface : canvas

/** A little of the colour in the surface; less of it where text could not be read otherwise. */
function tint(seed: Seed, own: Palette, palette: Palette, role: (typeof SOFTS)[number], dark: boolean): Rgb {
  const given = seed[role]
  if (given && bears(given, dark)) return given
  const full = role.slice(0, -5) as 'accent' | 'good' | 'warn' | 'bad'
  const colour = full === 'accent' ? palette.accent : (seed[full] ?? own[full])
  const { surface, canvas } = palette
  if (isSame(colour, own[full]) && isSame(surface, own.surface)) return own[role]
  for (let share = dark ? 0.22 : 0.12; share > 0; share -= 0.02) {
    // Chosen rows lie on the page, too: a tint must not look like it.
    const soft = mix(colour, contrast(canvas, surface) > 1.1 ? canvas : surface, share)
    if (bears(soft, dark)) return soft
  }
  return surface
}

/** What follows from ground, text and accent, before each is checked where it is read. */
function chooseInks(seed: Seed, own: Palette, { surface, accent, ink }: Palette, dark: boolean): Seed {
  const isOurs = isSame(surface, own.surface) && isSame(ink, own.ink)
  const isOurAccent = isSame(accent, own.accent)
  const from = (role: Role, follows: boolean, otherwise: Rgb) =>
    seed[role] ?? (follows ? own[role] : otherwise)
  const hover = from('accent-hover', isOurAccent, shift(accent, dark ? 0.08 : -0.08))
  return {
    'ink-soft': from('ink-soft', isOurs, mix(ink, surface, 0.8)),
    line: from('line', isOurs, mix(ink, surface, 0.16)),
    'line-strong': from('line-strong', isOurs, mix(ink, surface, 0.55)),
    'accent-hover': hover,
    'on-accent': from('on-accent', isOurAccent, readable([accent, hover])),
    'accent-ink': from('accent-ink', isOurAccent, hover),
    focus: from('focus', isOurAccent, accent),
    ...Object.fromEntries(
      MOODS.flatMap((mood) => [
        [mood, seed[mood] ?? own[mood]],
        [`${mood}-ink`, seed[`${mood}-ink`] ?? seed[mood] ?? own[`${mood}-ink`]],
      ]),
    ),
    'on-bad': from('on-bad', !seed.bad, readable([seed.bad ?? own.bad])),
  }
}

const MOODS = ['good', 'warn', 'bad'] as const

const least = (colour: Rgb, grounds: readonly Rgb[]) =>
  Math.min(...grounds.map((ground) => contrast(colour, ground)))
/** Black or white, whichever is read better. */
const readable = (grounds: readonly Rgb[]) => (least(WHITE, grounds) >= least(BLACK, grounds) ? WHITE : BLACK)

/** The colour of this role, its lightness moved away from the grounds until it has the contrast of the table. */
function reach(palette: Palette, role: Role, on: readonly Role[], dark: boolean): Rgb {
  const grounds = on.map((ground) => palette[ground])
  const wanted = PAIRS.find(([name]) => name === role)?.[2] ?? 1
  const given = palette[role]
  if (least(given, grounds) >= wanted) return given
  if (role.startsWith('on-')) return readable(grounds)
  const [lightness, chroma, hue] = toOklch(given)
  const step = dark ? 0.01 : -0.01
  for (let moved = lightness + step; moved > 0 && moved < 1; moved += step) {
    const colour = fromOklch([moved, chroma, hue])
    if (least(colour, grounds) >= wanted) return colour
  }
  return strongest(dark)
}
