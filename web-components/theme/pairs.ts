/** What things stand on. */
export const GROUNDS = ['canvas', 'surface', 'sunken', 'raised'] as const
/** Tinted grounds: chosen rows, notices, pills. */
export const SOFTS = ['accent-soft', 'good-soft', 'warn-soft', 'bad-soft'] as const

export const EVERYWHERE = [...GROUNDS, ...SOFTS] as const

/**
 * What is read on what, and the least contrast that a repaired theme gives it: 7 for text, 4.5 for the rest of the
 * words, 3 for edges and marks. Ours is better; see the README beside this file.
 */
export const PAIRS = [
  ['ink', EVERYWHERE, 7],
  ['ink-soft', EVERYWHERE, 4.5],
  ['line-strong', EVERYWHERE, 3],
  ['accent', EVERYWHERE, 4.5],
  ['accent-hover', EVERYWHERE, 4.5],
  ['on-accent', ['accent', 'accent-hover'], 4.5],
  ['accent-ink', ['accent-soft'], 4.5],
  ['focus', EVERYWHERE, 3],
  ['good', ['good-soft', ...GROUNDS], 3],
  ['warn', ['warn-soft', ...GROUNDS], 3],
  ['bad', ['bad-soft', ...GROUNDS], 3],
  ['good-ink', ['good-soft', ...GROUNDS], 4.5],
  ['warn-ink', ['warn-soft', ...GROUNDS], 4.5],
  ['bad-ink', ['bad-soft', ...GROUNDS], 4.5],
  ['on-bad', ['bad'], 4.5],
] as const satisfies readonly (readonly [role: string, grounds: readonly string[], least: number])[]

/** Decides nothing: it separates. */
const DECORATIVE = 'line'

export type Role = (typeof PAIRS)[number][0] | (typeof EVERYWHERE)[number] | typeof DECORATIVE

export const ROLES: readonly Role[] = [...EVERYWHERE, DECORATIVE, ...PAIRS.map(([role]) => role)]
