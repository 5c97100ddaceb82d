/** What the server adds or says in its own words: ids, versions, the text for people, and what we did not send. */
const OWN = new Set(['id', 'meta', 'text'])

/**
 * Where an EHR's copy lacks something of what was sent, as a path; undefined when all of it is there. What it added does
 * not matter, nor how it writes an instant or a reference to itself.
 * @param base the EHR's FHIR base
 */
export function firstDifference(sent: object, got: object, base: string): string | undefined {
  for (const [name, value] of Object.entries(sent)) {
    if (OWN.has(name)) continue
    const path = differenceAt(value, (got as Record<string, unknown>)[name], base)
    if (path !== undefined) return `/${name}${path}`
  }
  return undefined
}

/** '' = here. */
function differenceAt(sent: unknown, got: unknown, base: string): string | undefined {
  if (Array.isArray(sent)) return Array.isArray(got) ? differenceInList(sent, got, base) : ''
  if (typeof sent === 'object' && sent !== null) {
    if (typeof got !== 'object' || got === null) return ''
    for (const [name, value] of Object.entries(sent)) {
      const path = differenceAt(value, (got as Record<string, unknown>)[name], base)
      if (path !== undefined) return `/${name}${path}`
    }
    return undefined
  }
  return isSame(sent, got, base) ? undefined : ''
}

/** A server may keep a list in an order of its own. */
function differenceInList(sent: unknown[], got: unknown[], base: string): string | undefined {
  const left = [...got]
  for (const [index, item] of sent.entries()) {
    const at = left.findIndex((one) => differenceAt(item, one, base) === undefined)
    if (at < 0) return `/${index}`
    left.splice(at, 1)
  }
  return undefined
}

function isSame(sent: unknown, got: unknown, base: string): boolean {
  if (sent === got) return true
  if (typeof sent !== 'string' || typeof got !== 'string') return false
  if (got === `${base}/${sent}` || sent === `${base}/${got}`) return true
  return INSTANT.test(sent) && INSTANT.test(got) && Date.parse(sent) === Date.parse(got)
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/
