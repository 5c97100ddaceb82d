/** What a knob stands at when nobody turns it; `dark` is empty where it is the same. */
export type Default = { light: string; dark: string }

/** Every knob that the token sheet reads, with what it falls back to: the first time it is read, and in the dark. */
export function readDefaults(css: string): Map<string, Default> {
  const sheet = css.replace(/\/\*[\s\S]*?\*\//g, '')
  const dark = sheet.slice(sheet.indexOf('\n[data-theme="dark"]'))
  const darkOnes = new Map(readsOf(dark.slice(0, dark.indexOf('}'))))
  const found = new Map<string, Default>()
  for (const [name, value] of readsOf(sheet)) {
    const inTheDark = darkOnes.get(name) ?? value
    if (!found.has(name)) found.set(name, { light: value, dark: inTheDark === value ? '' : inTheDark })
  }
  return found
}

/** `var(--portico-name, value)`, where the value may hold brackets of its own. */
const readsOf = (css: string): [string, string][] =>
  [...css.matchAll(/var\((--portico-[a-z-]+),\s*/g)].map(({ 0: read, 1: name = '', index }) => [
    name,
    upToBracket(css.slice(index + read.length)),
  ])

function upToBracket(css: string): string {
  let depth = 0
  for (let place = 0; place < css.length; place += 1) {
    if (css[place] === '(') depth += 1
    else if (css[place] === ')') depth -= 1
    if (depth < 0) return css.slice(0, place).trim()
  }
  return css.trim()
}
