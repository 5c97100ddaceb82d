import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { contrast, fromOklch, type Rgb, toOklch } from '../../../web-components/theme/colour.ts'
import { ownPalettes, withProbe } from '../../../web-components/theme/own-palette.ts'
import { PAIRS, type Role, ROLES } from '../../../web-components/theme/pairs.ts'
import { type Palette, repair, type Seed } from '../../../web-components/theme/repair.ts'
import '../../../web-components/ui/page.css'

let ours: (dark: boolean) => Palette
beforeAll(() => {
  ours = withProbe(document.body, ownPalettes)
})

/** What the table asks for and the palette does not give. */
const unread = (palette: Palette) =>
  PAIRS.flatMap(([role, grounds, least]) =>
    grounds.flatMap((ground) => {
      const measured = contrast(palette[role], palette[ground])
      return measured >= least ? [] : [`${role} on ${ground}: ${measured.toFixed(2)}`]
    }),
  )

const HOSTS: Record<string, Seed> = {
  'grey on grey': { surface: [150, 150, 150], ink: [110, 110, 110], accent: [128, 128, 128] },
  'light grey on light grey': { surface: [235, 235, 235], ink: [200, 200, 200], accent: [190, 200, 210] },
  yellow: { surface: [255, 238, 0], ink: [60, 60, 0], accent: [255, 200, 0] },
  neon: { surface: [57, 255, 20], ink: [255, 0, 255], accent: [0, 255, 255] },
  'neon on black': { surface: [0, 0, 0], ink: [57, 255, 20], accent: [255, 0, 255] },
  black: { surface: [0, 0, 0], ink: [255, 255, 255], accent: [90, 90, 255] },
  'black on black': { surface: [0, 0, 0], ink: [0, 0, 0], accent: [0, 0, 40] },
  dark: { surface: [30, 36, 41], ink: [233, 237, 240], accent: [143, 193, 242] },
  'white on white': { surface: [255, 255, 255], ink: [255, 255, 255], accent: [254, 254, 255] },
  'plain EMR': { canvas: [233, 238, 243], ink: [29, 39, 48], accent: [31, 92, 153] },
}

describe('whatever a host looks like, every word can be read', () => {
  test.each(Object.entries(HOSTS))('%s', (_name, seed) => {
    expect(unread(repair(seed, ours, false).palette)).toEqual([])
  })

  test('any colours at all, for any of the roles, in either theme', () => {
    const byte = fc.integer({ min: 0, max: 255 })
    const colour = fc.tuple(byte, byte, byte)
    const roles = Object.fromEntries(ROLES.map((role) => [role, colour]))
    const seeds = fc.record(roles, { requiredKeys: [] }) as fc.Arbitrary<Seed>
    const few = fc.record({ surface: colour, ink: colour, accent: colour }, { requiredKeys: [] })
    fc.assert(
      fc.property(fc.oneof(few as fc.Arbitrary<Seed>, seeds), fc.boolean(), (seed, dark) => {
        const { palette } = repair(seed, ours, dark)
        expect(unread(palette)).toEqual([])
      }),
      { numRuns: 400 },
    )
  })
})

describe('what was fine stays', () => {
  test.each([false, true])('our own colours, dark: %s', (dark) => {
    const own = ours(dark)
    expect(unread(own)).toEqual([])
    expect(repair({}, ours, dark).palette).toEqual(own)
    expect(repair(own, ours, !dark)).toEqual({ dark, palette: own, own })
  })

  test('a host’s own that can be read', () => {
    const seed: Seed = { surface: [255, 255, 255], ink: [20, 20, 60], accent: [120, 20, 120] }
    expect(repair(seed, ours, false).palette).toMatchObject(seed)
  })
})

describe('what is mended', () => {
  const hueOf = (rgb: Rgb) => toOklch(rgb)[2]

  test('keeps its hue and moves its lightness', () => {
    const yellow: Rgb = [255, 200, 0]
    const { accent } = repair({ surface: [255, 255, 255], accent: yellow }, ours, false).palette
    expect(accent).not.toEqual(yellow)
    expect(Math.abs(hueOf(accent) - hueOf(yellow))).toBeLessThan(4)
    expect(toOklch(accent)[1]).toBeGreaterThan(0.08)
  })

  test('under the pointer a button looks different, however dark the host', () => {
    for (const seed of Object.values(HOSTS)) {
      const { palette } = repair(seed, ours, false)
      expect(contrast(palette['accent-hover'], palette.accent)).toBeGreaterThan(1.1)
    }
  })

  test('a chosen row can be told from the page and from the card', () => {
    const { palette } = repair({ canvas: [233, 238, 243], accent: [31, 92, 153] }, ours, false)
    for (const ground of ['canvas', 'surface'] as const)
      expect(contrast(palette['accent-soft'], palette[ground])).toBeGreaterThan(1.1)
  })

  test('a ground between light and dark gives way to ours; the accent is still the host’s', () => {
    const { palette, dark } = repair({ surface: [128, 128, 128], accent: [120, 20, 120] }, ours, false)
    expect(dark).toBe(false)
    expect(palette.surface).toEqual(ours(false).surface)
    expect(palette.accent).toEqual([120, 20, 120])
    expect(repair({ surface: [100, 100, 100] }, ours, false)).toMatchObject({
      dark: true,
      palette: { surface: ours(true).surface },
    })
  })

  test.each<[Role, Rgb, boolean]>([
    ['surface', [120, 120, 120], false],
    ['surface', [110, 110, 110], true],
    ['canvas', [20, 20, 20], true],
  ])('%s of %j: dark is %s, whatever was asked for', (role, rgb, dark) => {
    expect(repair({ [role]: rgb }, ours, !dark).dark).toBe(dark)
  })

  test('what lies on a coloured ground is of its kind', () => {
    const { palette } = repair({ surface: [255, 244, 214] }, ours, false)
    const hue = hueOf([255, 244, 214])
    for (const role of ['sunken', 'raised', 'canvas'] as const)
      expect(Math.abs(hueOf(palette[role]) - hue), role).toBeLessThan(15)
  })
})

test('every colour of sRGB comes back from OKLCH as it was', () => {
  const byte = fc.integer({ min: 0, max: 255 })
  fc.assert(
    fc.property(fc.tuple(byte, byte, byte), (rgb) => {
      const back = fromOklch(toOklch(rgb))
      for (const [at, value] of rgb.entries())
        expect(Math.abs((back[at] ?? 0) - value)).toBeLessThanOrEqual(1)
    }),
  )
})
