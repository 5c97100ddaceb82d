import { contrast, type Rgb, readColour, toOklch, WHITE } from './colour.ts'
import type { Seed } from './repair.ts'
import { clampBase, clampRadius, type Look } from './seeds.ts'

/**
 * What an EMR says of its look in its SMART style document. Members that are unknown, that we have no use for or that
 * make no sense are left out one by one.
 *
 * @see SMART App Launch 2.2 §smart_style_url
 */
export function readStyle(style: Readonly<Record<string, unknown>>, probe: HTMLElement): Look {
  const text = (name: string) => {
    const value = style[name]
    return typeof value === 'string' && value.length <= 300 ? value : ''
  }
  const colour = (name: string) => readColour(probe, text(name))
  const opaque = (name: string) => {
    const paint = colour(name)
    return paint?.alpha === 1 ? paint.rgb : undefined
  }
  const px = (name: string) => /^\s*(\d+(?:\.\d+)?)px\s*$/.exec(text(name))?.[1]
  const [base, radius, font] = [px('dim_font_size'), px('dim_border_radius'), text('font_family_body')]
  const backdrop = colour('color_modal_backdrop')
  return {
    colours: coloursOf(opaque),
    ...(base ? { base: clampBase(base) } : {}),
    ...(radius ? { radius: clampRadius(radius) } : {}),
    ...(font && CSS.supports('font-family', font) && !font.includes('var(') ? { font } : {}),
    ...(backdrop ? { scrim: `rgb(${backdrop.rgb.join(' ')} / ${Math.min(backdrop.alpha, 0.6)})` } : {}),
  }
}

/** Red must stay red and green green: the EMR's own shade of either, never another hue. */
const HUES = { color_error: 28, color_success: 150 } as const

function coloursOf(opaque: (name: string) => Rgb | undefined): Seed {
  const [canvas, ink, accent] = ['color_background', 'color_text', 'color_highlight'].map(opaque)
  const mood = (name: keyof typeof HUES) => {
    const rgb = opaque(name)
    if (!rgb) return undefined
    const [, chroma, hue] = toOklch(rgb)
    return chroma > 0.06 && Math.abs(((hue - HUES[name] + 540) % 360) - 180) < 40 ? rgb : undefined
  }
  const [bad, good] = [mood('color_error'), mood('color_success')]
  // A highlight like the paper or like the text points at nothing.
  const shows = accent && toOklch(accent)[1] > 0.04 && contrast(accent, canvas ?? WHITE) > 1.2
  const found = { canvas, ink, bad, good, ...(shows ? { accent } : {}) }
  return Object.fromEntries(Object.entries(found).filter(([, rgb]) => rgb))
}
