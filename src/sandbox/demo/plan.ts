import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'
import type { EmrOptions } from '../emr.ts'
import { PERSONALITIES } from '../personalities/all.ts'
import type { PersonalityName } from '../personalities/personality.ts'
import { CLINICS as EMR_CLINICS, type ClinicName } from '../people/clinic.ts'
import { configPath, hostKeysFile } from './config-files.ts'
import type { DemoHost } from './hosts.ts'
import type { DemoKeys } from './keys.ts'
import { ROLE_NAMES } from '../staff.ts'

export type Addresses = { service: string; emr: string; mail: string }

export type Clinic = {
  slug: ClinicName
  /** Path of its EMR on the sandbox's port. */
  prefix: string
  emrName: string
  timeZone: string
  /** What PORTICO_CONFIG says of it beside addresses and keys. */
  practice: Record<string, unknown> & { name: string }
  /** Its mail server stands in the file for good, so that its administrators see what a locked setting is. */
  mailIsFixed: boolean
  /** Its EMR asks Portico for notes as charts are opened (CDS Hooks). */
  asksForNotes: boolean
  /** Its EMR lets Portico speak with the page around it (SMART Web Messaging). */
  speaksWithApps: boolean
}

/** The two practices of the demo. Everything about them that both Portico and the EMR must know is said here once. */
export const CLINICS: Clinic[] = [
  clinicOf('fernwood', '', 'America/Los_Angeles', {
    en: 'Monday to Friday, 8 to 5',
    es: 'de lunes a viernes, de 8 a 5',
  }),
  // Another time zone, so that no date is right by chance.
  clinicOf('harbor', '/harbor', 'America/New_York', {
    en: 'Monday to Saturday, 9 to 6',
    es: 'de lunes a sábado, de 9 a 6',
  }),
]

function clinicOf(slug: ClinicName, prefix: string, timeZone: string, hours: Record<string, string>): Clinic {
  const { title, street, city, postalCode, phone } = EMR_CLINICS[slug]
  const address = [street, `${city}, OR ${postalCode}`]
  const practice = { name: title, address, phone, hours, timeZone, languages: ['en', 'es'] }
  return {
    slug,
    prefix,
    emrName: `${city} EMR`,
    timeZone,
    practice,
    mailIsFixed: slug === 'harbor',
    asksForNotes: slug === 'harbor',
    speaksWithApps: slug === 'fernwood',
  }
}

/** How the EMR names those who work in a role. */
function staffOf(slug: ClinicName, role: 'Administrator' | 'Front desk', ehr: PersonalityName) {
  const isPerson = PERSONALITIES[ehr].smart.rolesAsPerson.some((one) => ROLE_NAMES[one] === role)
  const type = isPerson ? 'Person' : 'Practitioner'
  return EMR_CLINICS[slug].staff.filter((worker) => worker.role === role).map(({ id }) => `${type}/${id}`)
}

const CLIENT_ID = 'portico'
const SCOPE =
  'openid fhirUser launch online_access user/Patient.rus user/RelatedPerson.rs user/Practitioner.rs user/Consent.crus user/Provenance.crs'
const SERVICE_SCOPE =
  'system/Patient.rs system/RelatedPerson.rs system/Practitioner.rs system/Consent.crus system/Provenance.crs'

/** What Portico asks of an EMR; each gives what it has of it. OpenEMR's is what its registration file says. */
function scopesOf({ speaksWithApps }: Clinic, ehr: PersonalityName) {
  if (ehr === 'openemr') return openEmrScopes()
  const talks = speaksWithApps && PERSONALITIES[ehr].smart.scopesSupported.includes('messaging/ui')
  return { scope: talks ? `${SCOPE} messaging/ui` : SCOPE, serviceScope: SERVICE_SCOPE }
}

/** How an EMR has them registered that knows the first form of scopes alone. */
function registeredScopes(clinic: Clinic, ehr: PersonalityName) {
  const { scope, serviceScope } = scopesOf(clinic, ehr)
  const both = `${scope} ${serviceScope}`
  return PERSONALITIES[ehr].smart.capabilities.includes('permission-v2') ? both : inFirstForm(both)
}

const inFirstForm = (scope: string) =>
  scope.replaceAll(/(\w+\/\w+)\.([cruds]+)(?= |$)/g, (_, type: string, letters: string) =>
    [
      ...(/[rs]/.test(letters) ? [`${type}.read`] : []),
      ...(/[cud]/.test(letters) ? [`${type}.write`] : []),
    ].join(' '),
  )

const REGISTRATION = new URL('../../../smart-launch/registration/openemr.json', import.meta.url)

function openEmrScopes() {
  const { client } = JSON.parse(readFileSync(REGISTRATION, 'utf8')) as {
    client: { scope: string; serviceScope: string }
  }
  return client
}

export const addressesFrom = (basePort: number): Addresses => ({
  // A name, because passkeys need one; the EMR has the number and so is another site.
  service: `http://localhost:${basePort}`,
  emr: `http://127.0.0.1:${basePort + 1}`,
  mail: `http://127.0.0.1:${basePort + 2}`,
})

/** What Portico calls the EMR whose pages show its card. */
const hostIdOf = (slug: string) => `${slug}-emr`

/** What Portico reads from PORTICO_CONFIG; the first practice has more hosts, if there are any. */
export const practiceConfig = (
  { emr }: Addresses,
  keys: DemoKeys,
  smtpPort: number,
  moreHosts: DemoHost[] = [],
  ehr: PersonalityName = 'full',
) => ({
  practices: CLINICS.map((clinic, index) => {
    const { slug, prefix, emrName, practice, mailIsFixed, asksForNotes } = clinic
    const more = index === 0 ? moreHosts : []
    const mail = {
      mailFrom: `${practice.name} <no-reply@${slug}.example>`,
      mailHost: '127.0.0.1',
      mailPort: smtpPort,
      mailSecurity: 'none',
    }
    return {
      slug,
      initial: { ...practice, ...(mailIsFixed ? {} : mail) },
      settings: mailIsFixed ? mail : {},
      administrators: staffOf(slug, 'Administrator', ehr),
      // The physician has no role yet: the administrator finds her in the list.
      firstRoles: Object.fromEntries(staffOf(slug, 'Front desk', ehr).map((who) => [who, 'front-desk'])),
      fhirBase: `${emr}${prefix}/fhir`,
      chartUrl: `${emr}${prefix}/patients/{patient}`,
      frameAncestors: [emr, ...more.flatMap(({ origins }) => origins)],
      hosts: [{ id: hostIdOf(slug), name: emrName, origins: [emr], jwks: hostKeysFile(slug) }, ...more],
      cdsClients: asksForNotes ? [{ issuer: `${emr}${prefix}`, jwks: hostKeysFile(slug) }] : [],
      client: {
        clientId: CLIENT_ID,
        privateKeyJwk: keyOf(keys.clients, slug),
        ...scopesOf(clinic, ehr),
      },
    }
  }),
})

/** The same client as the EMR has it registered; with keys the EMR shows the card in its own pages. */
export const emrOptions = (
  { service, emr, mail }: Addresses,
  clinic: Clinic,
  keys?: DemoKeys,
  ehr: PersonalityName = 'full',
): Omit<EmrOptions, 'resources'> => {
  const base = `${service}/${clinic.slug}`
  return {
    personality: ehr,
    origin: emr,
    prefix: clinic.prefix,
    name: clinic.emrName,
    timeZone: clinic.timeZone,
    links: [
      { label: 'Patient portal', href: `${base}/portal/` },
      { label: 'Mailbox', href: `${mail}/` },
    ],
    ...(keys
      ? {
          portico: {
            id: hostIdOf(clinic.slug),
            privateJwk: keyOf(keys.hosts, clinic.slug),
            practiceUrl: base,
            ...(clinic.asksForNotes ? { cdsServices: `${base}/cds-services` } : {}),
            clientId: CLIENT_ID,
          },
        }
      : {}),
    clients: [
      {
        clientId: CLIENT_ID,
        name: 'Portico',
        redirectUris: [`${base}/callback`],
        launchUrl: `${base}/launch`,
        jwksUri: `${service}/.well-known/jwks.json`,
        scope: registeredScopes(clinic, ehr),
      },
    ],
  }
}

export type ServiceSettings = {
  basePort: number
  folder: string
  keys: DemoKeys
  store: string | undefined
  json: boolean
}

/** The environment of the service; of our own only what a program needs to run at all. */
export function serviceEnvironment(
  settings: ServiceSettings,
  own: NodeJS.ProcessEnv,
): Record<string, string> {
  const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR'].flatMap((name) => {
    const value = own[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    ...Object.fromEntries(inherited),
    PORT: String(settings.basePort),
    BIND: '127.0.0.1',
    PUBLIC_URL: addressesFrom(settings.basePort).service,
    DATABASE_URL: settings.store ?? `sqlite:${join(settings.folder, 'portico.sqlite')}`,
    PORTICO_KEYS: settings.keys.service,
    PORTICO_CONFIG: configPath(settings.folder),
    LOG_LEVEL: own['LOG_LEVEL'] ?? (settings.json ? 'info' : 'warn'),
    NODE_ENV: 'development',
  }
}

function keyOf(keys: Record<string, JWK>, slug: string): JWK {
  const key = keys[slug]
  if (!key) throw new Error(`There is no key for ${slug}`)
  return key
}
