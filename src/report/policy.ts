/** What a page's content security policies say about the card. */
export type PolicyGap = {
  /** Directives to add; none = the card is let in. */
  missing: string[]
  /** The script is let in by a mark on its tag alone, which only the page's author can give it. */
  byMark: boolean
}

/** What the card needs of a page's policy, in the order in which it is written down. */
export const cardPolicy = (portico: string): string[] => [
  `script-src ${portico}`,
  `connect-src 'self' ${portico}`,
  'trusted-types lit-html',
]

/**
 * Whether every one of a page's policies lets the card's script load and speak with Portico. Pure.
 * @param policies each as a header has it; several in one are joined by commas
 * @param page origin of the page
 * @see Content Security Policy Level 3, §6.7.2
 */
export function readPolicies(policies: readonly string[], page: string, portico: string): PolicyGap {
  const all = policies.flatMap((header) => header.split(',')).map(toDirectives)
  const scripts = all.map((policy) => scriptsIn(policy, page, portico))
  const isMissing = [
    scripts.includes('no'),
    !all.every((policy) => mayConnect(policy, page, portico)),
    !all.every(mayMakeTemplates),
  ]
  return {
    missing: cardPolicy(portico).filter((_, place) => isMissing[place]),
    byMark: scripts.includes('mark'),
  }
}

type Directives = ReadonlyMap<string, readonly string[]>

/** The first of a name counts. */
function toDirectives(policy: string): Directives {
  const directives = new Map<string, string[]>()
  for (const part of policy.split(';')) {
    const [name = '', ...sources] = part.trim().split(/\s+/)
    if (name !== '' && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  return directives
}

/** The most special directive that is there. */
const sourcesOf = (directives: Directives, ...names: string[]) =>
  names.map((name) => directives.get(name)).find((sources) => sources !== undefined)

function scriptsIn(directives: Directives, page: string, portico: string): 'yes' | 'mark' | 'no' {
  const sources = sourcesOf(directives, 'script-src-elem', 'script-src', 'default-src')
  if (sources === undefined) return 'yes'
  // With this, addresses do not count.
  const isStrict = sources.includes("'strict-dynamic'")
  if (!isStrict && allows(sources, page, portico, SCRIPTS)) return 'yes'
  return sources.some((source) => /^'(nonce|sha\d{3})-/.test(source)) ? 'mark' : 'no'
}

/** The card asks Portico, and its page for the token. */
function mayConnect(directives: Directives, page: string, portico: string): boolean {
  const sources = sourcesOf(directives, 'connect-src', 'default-src')
  return (
    sources === undefined ||
    (allows(sources, page, portico, QUESTIONS) && allows(sources, page, page, ANYWHERE))
  )
}

function mayMakeTemplates(directives: Directives): boolean {
  const policies = directives.get('trusted-types')
  return policies === undefined || policies.includes('lit-html') || policies.includes('*')
}

/** Folders of Portico that are enough: all scripts of the card, or those of one version; all that it asks there. */
const SCRIPTS = /^\/(components\/([^/]+\/)?)?$/
const QUESTIONS = /^\/([^/]+\/(embed\/)?)?$/
/** Where a page keeps its token is known to the page alone. */
const ANYWHERE = /^\//

const allows = (sources: readonly string[], page: string, target: string, paths: RegExp) =>
  sources.some((source) => matches(source, page, new URL(target), paths))

const SOURCE = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[0-9a-f:]+\]|[^/:[\]]+)(?::(\d+|\*))?(\/.*)?$/i
const DEFAULT_PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' }

function matches(
  source: string,
  page: string,
  { protocol, hostname, origin, port }: URL,
  paths: RegExp,
): boolean {
  if (source === '*') return true
  if (source.toLowerCase() === "'self'") return origin === page
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return speaks(source.slice(0, -1), protocol)
  const [, scheme, name = '', wanted = '', path = '/'] = SOURCE.exec(source) ?? []
  if (name === '' || !paths.test(path)) return false
  if (!speaks(scheme ?? page.split(':')[0] ?? '', protocol)) return false
  const isPort = wanted === '*' || (port || DEFAULT_PORTS[protocol]) === (wanted || DEFAULT_PORTS[protocol])
  const host = name.toLowerCase()
  return isPort && (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host)
}

/** What is allowed in the clear is allowed encrypted. */
const speaks = (scheme: string, protocol: string) => {
  const wanted = `${scheme.toLowerCase()}:`
  return wanted === protocol || (wanted === 'http:' && protocol === 'https:')
}
