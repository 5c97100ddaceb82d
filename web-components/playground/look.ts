/** What somebody can turn on the playground; the first of each is what it starts with. */
export const KNOBS = {
  language: ['en', 'es'],
  width: ['768', '1280', '360', '320'],
  theme: ['light', 'dark', 'auto'],
  density: ['comfortable', 'compact'],
  host: ['plain', 'emr-blue', 'grey-on-grey', 'yellow', 'neon', 'black', 'own-knobs'],
  can: ['everything', 'look-only', 'no-chart-edit', 'chart-by-hand', 'no-mail'],
  heading: ['2', '1', '3', '4', '5', '6'],
} as const

export type KnobName = keyof typeof KNOBS
/** How a state is shown. */
export type Look = { [Name in KnobName]: (typeof KNOBS)[Name][number] }
export const KNOB_NAMES = Object.keys(KNOBS) as KnobName[]

/** One state under one look: what an address of the playground says. */
export type Shown = { scene: string; look: Look }

const defaultOf = (name: KnobName) => KNOBS[name][0]
export const PLAIN = Object.fromEntries(KNOB_NAMES.map((name) => [name, defaultOf(name)])) as Look

/** Reads `#scene=portico-access.ready&theme=dark`; what is not there, or not known, is as it starts. */
export function readShown(hash: string): Shown {
  const facts = new URLSearchParams(hash.replace(/^#/, ''))
  const look = KNOB_NAMES.map((name) => {
    const options: readonly string[] = KNOBS[name]
    const wanted = facts.get(name)
    return [name, wanted !== null && options.includes(wanted) ? wanted : defaultOf(name)]
  })
  return { scene: facts.get('scene') ?? '', look: Object.fromEntries(look) as Look }
}

/** The same address back; knobs that stand as they start are left out. */
export function writeShown({ scene, look }: Shown): string {
  const turned = KNOB_NAMES.filter((name) => look[name] !== defaultOf(name))
  return `#${new URLSearchParams([['scene', scene], ...turned.map((name) => [name, look[name]])]).toString()}`
}
