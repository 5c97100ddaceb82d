import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { type JwksSource, readJwksSource } from './crypto/jwks.ts'
import { createKeyring } from './crypto/keyring.ts'
import { HostPermission } from './embedding/schema.ts'
import { PracticeSlug } from './practices/schema.ts'
import { SomeSettings } from './settings/schema.ts'
import { PresetRole } from './staff/schema.ts'

const HttpUrl = z.url({ protocol: /^https?$/ })
const Origin = HttpUrl.refine(
  (text) => URL.canParse(text) && new URL(text).origin === text,
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

/** A staff member as the EHR names them, e.g. `Practitioner/12`. */
const FhirUser = z.string().regex(/^(Practitioner|PractitionerRole|Person)\/[A-Za-z0-9.-]{1,64}$/)

/** Public keys: a file beside the configuration file, or an https address that is read again as keys change. */
const Jwks = z.string().min(1)

/** A page that embeds us: its backend signs for its users. */
const HostConfig = z.strictObject({
  id: z.string().regex(/^[\w.:/-]{1,100}$/),
  /** As administrators read it, e.g. "Fernwood EMR". */
  name: z.string().min(1).max(80),
  /** Where its pages may stand. */
  origins: z.array(Origin).min(1),
  jwks: Jwks,
  permissions: z.array(HostPermission).default([...HostPermission.options]),
})
type HostConfig = Resolved<z.infer<typeof HostConfig>>
/** With its keys, or where to fetch them, in place of what the file says of them. */
type Resolved<Entry> = Omit<Entry, 'jwks'> & { jwks: JwksSource }

/** An EHR that asks for cards by CDS Hooks. */
const CdsClientConfig = z.strictObject({ issuer: HttpUrl, jwks: Jwks })
export type CdsClientConfig = Resolved<z.infer<typeof CdsClientConfig>>

const PracticeConfig = z.strictObject({
  slug: PracticeSlug,
  fhirBase: HttpUrl.refine((text) => !text.endsWith('/'), 'must not end in a slash'),
  issAliases: z.array(HttpUrl).default([]),
  frameAncestors: z.array(Origin).default([]),
  /** A patient's page in the EMR, `{patient}` for the FHIR id: where staff do by hand what Portico cannot write. */
  chartUrl: HttpUrl.refine((text) => text.includes('{patient}'), 'must contain {patient}').optional(),
  client: z.strictObject({
    clientId: z.string().min(1),
    privateKeyJwk: PrivateKeyJwk,
    scope: z.string().min(1),
    serviceScope: z.string().default(''),
  }),
  /** They may do everything, whatever the store says: a practice is never locked out. */
  administrators: z.array(FhirUser).default([]),
  /** Roles that people have from their first launch on; they can be changed by hand later. */
  firstRoles: z.record(FhirUser, PresetRole).default({}),
  hosts: z.array(HostConfig).default([]),
  /** Who may ask `/:practice/cds-services`; without any the service is off. */
  cdsClients: z.array(CdsClientConfig).default([]),
  /** What stands here is fixed; administrators see it as locked. */
  settings: SomeSettings.default({}),
  /** What administrators start from and may change. */
  initial: SomeSettings.default({}),
})
type PracticeInFile = z.infer<typeof PracticeConfig>
export type PracticeConfig = Omit<PracticeInFile, 'hosts' | 'cdsClients'> & {
  hosts: HostConfig[]
  cdsClients: CdsClientConfig[]
}

const ConfigFile = z.strictObject({ practices: z.array(PracticeConfig).min(1) })

const KEY_SPEC = /^[\w-]{1,20}:[A-Za-z0-9_-]{43}(,[\w-]{1,20}:[A-Za-z0-9_-]{43})*$/

/** Where the store is unless DATABASE_URL says so. */
export const DEFAULT_DATABASE_URL = 'sqlite:./data/portico.sqlite'

const Environment = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  BIND: z.string().default('127.0.0.1'),
  PUBLIC_URL: Origin.default('http://localhost:8080'),
  /** Several, comma separated, let each practice choose among them. */
  PORTAL_URL: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(Origin).min(1))
    .optional(),
  STAFF_URL: Origin.optional(),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:<file> or postgres://…')
    .default(DEFAULT_DATABASE_URL),
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
  /** Origins of the patients' pages: what a practice can choose from, the first unless it does. */
  portalUrls: string[]
  /** Origin of the staff's pages; the same unless they are served under another hostname. */
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
    portalUrls: data.PORTAL_URL ?? [data.PUBLIC_URL],
    staffUrl: data.STAFF_URL ?? data.PUBLIC_URL,
    databaseUrl: data.DATABASE_URL,
    keys: data.PORTICO_KEYS,
    trustedProxies,
    logLevel: data.LOG_LEVEL,
    metricsToken: data.METRICS_TOKEN,
    practices: file.practices,
  }
  faults.push(...duplicates(config.practices), ...foreignAddresses(config), ...keyFaults(config.keys))
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
  if (parsed.success)
    return { practices: parsed.data.practices.map((practice) => withKeys(practice, dirname(path), faults)) }
  faults.push(...explain(parsed.error).map((fault) => `PORTICO_CONFIG ${fault}`))
  return undefined
}

/** Public keys are read at start, so that a path with a slip in it does not wait for the first staff member to find it. */
function withKeys(practice: PracticeInFile, folder: string, faults: string[]): PracticeConfig {
  const resolveIn = <Entry extends { jwks: string }>(name: string, entry: Entry): Resolved<Entry> => {
    try {
      return {
        ...entry,
        jwks: readJwksSource(entry.jwks, (path) => readFileSync(resolve(folder, path), 'utf8')),
      }
    } catch (error) {
      const fault = error instanceof Error ? error.message : 'cannot be read'
      faults.push(`practices.${practice.slug}.${name}.jwks: ${fault}`)
      return { ...entry, jwks: { keys: [] } }
    }
  }
  return {
    ...practice,
    hosts: practice.hosts.map((host) => resolveIn(`hosts.${host.id}`, host)),
    cdsClients: practice.cdsClients.map((client) => resolveIn(`cdsClients.${client.issuer}`, client)),
  }
}

function unsafe(config: Config, environment: Record<string, string | undefined>) {
  const faults: string[] = []
  const https = (name: string, url: string) => {
    if (!url.startsWith('https://')) faults.push(`${name}: must be https in production (${url})`)
  }
  if (!environment['PUBLIC_URL'] && !(environment['PORTAL_URL'] && environment['STAFF_URL']))
    faults.push('PUBLIC_URL: is required in production')
  for (const url of config.portalUrls) https('PORTAL_URL/PUBLIC_URL', url)
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
    if (practice.chartUrl) https(`practices.${practice.slug}.chartUrl`, practice.chartUrl)
    for (const [name, url] of embeddingUrls(practice)) https(`practices.${practice.slug}.${name}`, url)
    for (const part of ['settings', 'initial'] as const)
      if (sendsInTheClear(practice[part]))
        faults.push(
          `practices.${practice.slug}.${part}.mailSecurity: none is only for a relay on this machine`,
        )
  }
  return faults
}

/** Every address that the pages which embed us, and their keys, stand at. */
function embeddingUrls({ hosts, cdsClients }: PracticeConfig): [name: string, url: string][] {
  const keysAt = (name: string, jwks: JwksSource): [string, string][] =>
    'url' in jwks ? [[`${name}.jwks`, jwks.url]] : []
  return [
    ...hosts.flatMap(({ id, origins, jwks }) => [
      ...origins.map((origin): [string, string] => [`hosts.${id}.origins`, origin]),
      ...keysAt(`hosts.${id}`, jwks),
    ]),
    ...cdsClients.flatMap(({ issuer, jwks }) => keysAt(`cdsClients.${issuer}`, jwks)),
  ]
}

/** A practice's portal can only be where this service answers. */
const foreignAddresses = ({ practices, portalUrls }: Config) =>
  practices.flatMap(({ slug, settings, initial }) =>
    [settings.portalAddress, initial.portalAddress].flatMap((address) =>
      !address || portalUrls.includes(address)
        ? []
        : [`practices.${slug}: portalAddress ${address} is not one of PORTAL_URL`],
    ),
  )

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '::1']

/** Mail without encryption may only go to a relay on this machine. */
export const sendsInTheClear = ({
  mailSecurity,
  mailHost,
}: {
  [Key in 'mailSecurity' | 'mailHost']?: SomeSettings[Key]
}) => mailSecurity === 'none' && !!mailHost && !LOCAL_HOSTS.includes(mailHost)

/** Records must not cross a network in the clear. `host` in the query is where the driver goes, a path is a socket here. */
export function unsafeDatabase(databaseUrl: string): string[] {
  if (databaseUrl.startsWith('sqlite:')) return []
  const { hostname, searchParams } = new URL(databaseUrl)
  const host = searchParams.getAll('host').at(-1) ?? hostname
  const isHere = ['', 'localhost', '127.0.0.1', '[::1]', '::1'].includes(host) || host.startsWith('/')
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
  const twice = practices.flatMap(({ slug, hosts, cdsClients }) => [
    ...repeated(hosts.map(({ id }) => id)).map((id) => `practices.${slug}.hosts: ${id} is used twice`),
    ...repeated(cdsClients.map(({ issuer }) => issuer)).map(
      (issuer) => `practices.${slug}.cdsClients: ${issuer} is used twice`,
    ),
  ])
  const shared = practices.flatMap((practice) =>
    [practice.slug, practice.fhirBase, ...practice.issAliases].flatMap((name) => {
      const other = seen.get(name)
      seen.set(name, practice.slug)
      return other === undefined ? [] : [`practices: ${name} is used twice (${other}, ${practice.slug})`]
    }),
  )
  return [...twice, ...shared]
}

const repeated = (names: string[]) => [
  ...new Set(names.filter((name, place) => names.indexOf(name) !== place)),
]

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
