import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import * as z from 'zod'
import { createKeyring } from './crypto/keyring.ts'
import { Language, PracticeSlug } from './practices/schema.ts'
import { Permission } from './staff/schema.ts'

const HttpUrl = z.url({ protocol: /^https?$/ })
const Origin = HttpUrl.refine(
  (text) => new URL(text).origin === text,
  'must be an origin, e.g. https://emr.example',
)

const PrivateKeyJwk = z
  .looseObject({
    kty: z.enum(['EC', 'RSA']),
    kid: z.string().min(1),
    alg: z.enum(['ES384', 'RS384']),
    d: z.string(),
  })
  .describe('private JWK; ES384 or RS384')

const PracticeSettings = z.strictObject({
  portalOpen: z.boolean().default(true),
  adultAge: z.int().min(13).max(25).default(18),
  invitationDays: z.int().min(1).max(90).default(30),
  activationMode: z.enum(['strong', 'classic']).default('strong'),
  requirePhone: z.boolean().default(false),
  usernameFromEmail: z.boolean().default(true),
})

const PracticeMail = z.strictObject({
  from: z.string().min(3),
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  security: z.enum(['none', 'starttls', 'tls']),
  user: z.string().optional(),
  password: z.string().optional(),
})

const PracticeConfig = z.strictObject({
  slug: PracticeSlug,
  name: z.string().min(1).max(120),
  address: z.array(z.string().max(120)).max(5).default([]),
  phone: z.string().max(40).optional(),
  hours: z.record(Language, z.string()).optional(),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone, e.g. America/Chicago'),
  languages: z.array(Language).min(1).default(['en']),
  fhirBase: HttpUrl.refine((text) => !text.endsWith('/'), 'must not end in a slash'),
  issAliases: z.array(HttpUrl).default([]),
  frameAncestors: z.array(Origin).default([]),
  client: z.strictObject({
    clientId: z.string().min(1),
    privateKeyJwk: PrivateKeyJwk,
    scope: z.string().min(1),
    serviceScope: z.string().default(''),
  }),
  /** What any staff member who launches may do, until roles are given by hand. */
  staffPermissions: z.array(Permission).default(['access.read', 'access.manage', 'credentials.manage']),
  settings: PracticeSettings.default(PracticeSettings.parse({})),
  mail: PracticeMail.optional(),
})
export type PracticeConfig = z.infer<typeof PracticeConfig>

const ConfigFile = z.strictObject({ practices: z.array(PracticeConfig).min(1) })

const KEY_SPEC = /^[\w-]{1,20}:[A-Za-z0-9_-]{43}(,[\w-]{1,20}:[A-Za-z0-9_-]{43})*$/

const Environment = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  BIND: z.string().default('127.0.0.1'),
  PUBLIC_URL: Origin.default('http://localhost:8080'),
  PORTAL_URL: Origin.optional(),
  STAFF_URL: Origin.optional(),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:<file> or postgres://…')
    .default('sqlite:./data/portico.sqlite'),
  PORTICO_KEYS: z
    .string()
    .regex(KEY_SPEC, 'must be id:key[,id:key…], each key 32 bytes in base64url, the current one first'),
  PORTICO_CONFIG: z.string().min(1),
  TRUSTED_PROXIES: z.string().default(''),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  METRICS_TOKEN: z.string().min(20).optional(),
})

export type Config = {
  production: boolean
  port: number
  bind: string
  /** Origins; the same unless patients and staff are served under two hostnames. */
  portalUrl: string
  staffUrl: string
  databaseUrl: string
  keys: string
  trustedProxies: BlockList
  logLevel: string
  metricsToken: string | undefined
  practices: PracticeConfig[]
}

/** Everything wrong with the configuration at once, one line per fault. */
export class ConfigError extends Error {
  readonly faults: string[]

  constructor(faults: string[]) {
    super(`Portico cannot start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

/**
 * Reads environment and config file into one frozen value.
 * @throws ConfigError naming every fault at once; with NODE_ENV=production unsafe settings are faults too.
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const faults: string[] = []
  const env = Environment.safeParse(withoutEmpty(environment))
  if (!env.success) faults.push(...explain(env.error))
  const file = readConfigFile(environment['PORTICO_CONFIG'], faults)
  if (!env.success || !file) throw new ConfigError(faults)

  const { data } = env
  const trustedProxies = parseProxies(data.TRUSTED_PROXIES, faults)
  const config: Config = {
    production: data.NODE_ENV === 'production',
    port: data.PORT,
    bind: data.BIND,
    portalUrl: data.PORTAL_URL ?? data.PUBLIC_URL,
    staffUrl: data.STAFF_URL ?? data.PUBLIC_URL,
    databaseUrl: data.DATABASE_URL,
    keys: data.PORTICO_KEYS,
    trustedProxies,
    logLevel: data.LOG_LEVEL,
    metricsToken: data.METRICS_TOKEN,
    practices: file.practices,
  }
  faults.push(...duplicates(config.practices), ...keyFaults(config.keys))
  if (config.production) faults.push(...unsafe(config, environment))
  if (faults.length > 0) throw new ConfigError(faults)
  return Object.freeze(config)
}

function readConfigFile(path: string | undefined, faults: string[]) {
  if (!path) return undefined
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    faults.push(
      `PORTICO_CONFIG: ${error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'} (${path})`,
    )
    return undefined
  }
  const parsed = ConfigFile.safeParse(json)
  if (parsed.success) return parsed.data
  faults.push(...explain(parsed.error).map((fault) => `PORTICO_CONFIG ${fault}`))
  return undefined
}

function unsafe(config: Config, environment: Record<string, string | undefined>) {
  const faults: string[] = []
  const https = (name: string, url: string) => {
    if (!url.startsWith('https://')) faults.push(`${name}: must be https in production (${url})`)
  }
  if (!environment['PUBLIC_URL'] && !(environment['PORTAL_URL'] && environment['STAFF_URL']))
    faults.push('PUBLIC_URL: is required in production')
  https('PORTAL_URL/PUBLIC_URL', config.portalUrl)
  https('STAFF_URL/PUBLIC_URL', config.staffUrl)
  if (!environment['TRUSTED_PROXIES'])
    faults.push(
      'TRUSTED_PROXIES: is required in production: without it every caller has the address of the proxy',
    )
  faults.push(...unsafeDatabase(config.databaseUrl))
  if (config.logLevel === 'debug') faults.push('LOG_LEVEL: debug is not allowed in production')
  if (/FHIR/i.test(environment['DEBUG'] ?? '')) faults.push('DEBUG: would print tokens, remove it')
  for (const practice of config.practices) {
    https(`practices.${practice.slug}.fhirBase`, practice.fhirBase)
    for (const alias of practice.issAliases) https(`practices.${practice.slug}.issAliases`, alias)
    for (const origin of practice.frameAncestors) https(`practices.${practice.slug}.frameAncestors`, origin)
    const { mail } = practice
    if (mail?.security === 'none' && !['localhost', '127.0.0.1', '::1'].includes(mail.host))
      faults.push(`practices.${practice.slug}.mail.security: none is only for a relay on this machine`)
  }
  return faults
}

/** Records must not cross a network in the clear. */
function unsafeDatabase(databaseUrl: string) {
  if (databaseUrl.startsWith('sqlite:')) return []
  const { hostname, searchParams } = new URL(databaseUrl)
  const isHere = ['', 'localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const isSealed = ['require', 'verify-ca', 'verify-full'].includes(searchParams.get('sslmode') ?? '')
  return isHere || isSealed
    ? []
    : ['DATABASE_URL: needs sslmode=verify-full for a database on another machine']
}

function keyFaults(keys: string) {
  try {
    createKeyring(keys)
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : 'PORTICO_KEYS: cannot be read']
  }
}

function duplicates(practices: PracticeConfig[]) {
  const seen = new Map<string, string>()
  return practices.flatMap((practice) =>
    [practice.slug, practice.fhirBase, ...practice.issAliases].flatMap((name) => {
      const other = seen.get(name)
      seen.set(name, practice.slug)
      return other === undefined ? [] : [`practices: ${name} is used twice (${other}, ${practice.slug})`]
    }),
  )
}

function parseProxies(text: string, faults: string[]) {
  const list = new BlockList()
  for (const cidr of text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [address = '', prefix] = cidr.split('/')
    const family = isIP(address)
    const bits = Number(prefix ?? (family === 6 ? 128 : 32))
    if (family === 0 || !Number.isInteger(bits) || bits < 0 || bits > (family === 6 ? 128 : 32))
      faults.push(`TRUSTED_PROXIES: ${cidr} is not an address or CIDR`)
    else list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** An unset variable in a compose file arrives as ''. */
const withoutEmpty = (environment: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))

const explain = (error: z.ZodError) =>
  error.issues.map(({ path, message }) => {
    const isMissing = message.endsWith('received undefined')
    return `${path.join('.')}: ${isMissing ? 'is required' : message}`
  })

function isTimeZone(name: string) {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
