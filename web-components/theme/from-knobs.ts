import { composite, readColour, type Rgb } from './colour.ts'
import { ROLES } from './pairs.ts'
import type { Seed } from './repair.ts'

/** The `--portico-*` colours that a host set itself. */
export type Knobs = {
  colours: Seed
  /** Those that may be used as they stand: nothing shines through. */
  whole: Seed
  /** Names of all that are set. */
  set: string[]
}

/**
 * Reads the knobs as they reach `host`, wherever in the page they are set.
 * @param ground what see-through ones lie on
 */
export function readKnobs(host: Element, probe: HTMLElement, ground: Rgb): Knobs {
  const computed = getComputedStyle(host)
  const read = (knob: string) => computed.getPropertyValue(`--portico-${knob}`).trim()
  const colours: Seed = {}
  const whole: Seed = {}
  for (const role of ROLES) {
    const paint = readColour(probe, read(role))
    if (!paint) continue
    const rgb = (colours[role] = composite(paint, ground))
    // A line only separates: a see-through one is as good as any.
    if (paint.alpha >= 1 || role === 'line') whole[role] = rgb
  }
  return { colours, whole, set: [...ROLES, ...OTHERS].filter(read) }
}

const OTHERS = ['font', 'base', 'radius', 'radius-small', 'radius-large', 'scrim', 'target']
