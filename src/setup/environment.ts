import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

type Environment = Record<string, string | undefined>

/** What goes into the environment beside the configuration file. */
export type EnvironmentAnswers = {
  publicUrl: string
  portalUrl: string
  /** PORTICO_CONFIG. */
  config: string
  /** PORTICO_KEYS. */
  storeKeys: string
  port: number
  databaseUrl: string
}

/** The environment that a file holds; empty when it is not there. */
export const environmentIn = (path: string): Environment =>
  existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}

/** Where patients' pages are already; the first is where a practice's are unless it says otherwise. */
export const portalUrlsOf = (environment: Environment): string[] =>
  (environment['PORTAL_URL'] || environment['PUBLIC_URL'] || '')
    .split(',')
    .map((url) => url.trim())
    .filter(Boolean)

const FIRST_LINE = '# Written by npm run setup. It holds keys: for its owner alone.\n'

/** The text of an environment file that keeps what it says and gets what it lacks. */
export function environmentText(path: string, answers: EnvironmentAnswers): string {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : FIRST_LINE
  const has = parseEnv(before)
  const changes = Object.entries(wanted(answers, has)).filter(
    // Another portal address stands beside those that are there.
    ([name, value]) => !has[name] || (name === 'PORTAL_URL' && has[name] !== value),
  )
  const changed = new Set(changes.map(([name]) => name))
  const kept = before
    .trimEnd()
    .split('\n')
    .filter((line) => !changed.has(/^\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? ''))
  return `${[...kept, ...changes.map(([name, value]) => `${name}=${quoted(value)}`)].join('\n')}\n`
}

function wanted(
  { publicUrl, portalUrl, config, storeKeys, port, databaseUrl }: EnvironmentAnswers,
  has: Environment,
) {
  const isProduction = publicUrl.startsWith('https:')
  const urls = [...new Set([...portalUrlsOf(has), portalUrl])]
  const needsPortal = urls.length > 1 || urls[0] !== publicUrl
  return {
    NODE_ENV: isProduction ? 'production' : 'development',
    PUBLIC_URL: publicUrl,
    ...(needsPortal ? { PORTAL_URL: urls.join(',') } : {}),
    PORT: String(port),
    PORTICO_CONFIG: config,
    PORTICO_KEYS: storeKeys,
    DATABASE_URL: databaseUrl,
    ...(isProduction ? { TRUSTED_PROXIES: '127.0.0.1/32' } : {}),
  }
}

/** A path may hold what begins a comment, or ends a value. */
const quoted = (value: string) => (/[\s#'`]/.test(value) ? `"${value}"` : value)
