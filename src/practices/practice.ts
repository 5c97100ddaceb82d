import type { Config, PracticeConfig } from '../config.ts'
import {
  DEFAULT_SETTINGS,
  type Logo,
  type MailSecurity,
  type PracticeSettings,
  SETTING_KEYS,
  type SettingKey,
  type SomeSettings,
} from '../settings/schema.ts'
import type { PracticeView } from './schema.ts'

/** A practice's way to send mail. */
export type PracticeMail = {
  from: string
  host: string
  port: number
  security: MailSecurity
  user: string | undefined
  password: string | undefined
}

/** A clinic: one EHR FHIR base and its settings, as they stand at this moment. */
export type Practice = {
  id: string
  name: string
  address: string[]
  phone: string | null
  /** Number for questions about the portal. */
  helpLine: string | null
  hours: PracticeSettings['hours']
  logo: Logo | null
  timeZone: string
  languages: PracticeView['languages']
  fhirBase: string
  /** Every issuer that a launch may name; compared byte for byte. */
  issuers: string[]
  frameAncestors: string[]
  /** A patient's page in the EMR, `{patient}` for the FHIR id; null where nobody said. */
  chartUrl: string | null
  administrators: string[]
  firstRoles: PracticeConfig['firstRoles']
  /** Pages that may embed us, as the file names them. */
  hosts: PracticeConfig['hosts']
  cdsClients: PracticeConfig['cdsClients']
  /** Every setting, whoever gave it. */
  settings: PracticeSettings
  /** What the configuration file fixes. */
  locked: SettingKey[]
  settingsVersion: number
  /** Null when the practice has not set up mail. */
  mail: PracticeMail | null
  /** Absolute address of the patient's app, ends in a slash. */
  portalUrl: string
  /** Origins that it may choose from. */
  portalAddresses: string[]
}

type Stored = { values: SomeSettings; version: number }

/** Puts a practice together: defaults, then what the file starts from, what administrators set, what the file fixes. */
export function toPractice(
  practice: PracticeConfig,
  stored: Stored,
  { portalUrls }: Pick<Config, 'portalUrls'>,
): Practice {
  // Parsed JSON holds no undefined, which the types of the partial ones cannot say.
  const settings = {
    name: practice.slug,
    ...DEFAULT_SETTINGS,
    ...practice.initial,
    ...stored.values,
    ...practice.settings,
  } as PracticeSettings
  const { name, address, phone, hours, logo, timeZone, languages, portalAddress } = settings
  // An address that the service no longer answers under would send letters into the void.
  const origin = portalAddress && portalUrls.includes(portalAddress) ? portalAddress : (portalUrls[0] ?? '')
  return {
    id: practice.slug,
    name,
    address,
    phone,
    hours,
    logo,
    timeZone,
    languages,
    helpLine: settings.helpLine ?? phone,
    fhirBase: practice.fhirBase,
    issuers: [practice.fhirBase, ...practice.issAliases],
    frameAncestors: practice.frameAncestors,
    chartUrl: practice.chartUrl ?? null,
    administrators: practice.administrators,
    firstRoles: practice.firstRoles,
    hosts: practice.hosts,
    cdsClients: practice.cdsClients,
    settings,
    locked: SETTING_KEYS.filter((key) => practice.settings[key] !== undefined),
    settingsVersion: stored.version,
    mail: toMail(settings),
    portalUrl: `${origin}/${practice.slug}/portal/`,
    portalAddresses: portalUrls,
  }
}

/** What a mail needs to go out; null while the sender or the server is missing. */
export function toMail(
  settings: Pick<
    PracticeSettings,
    'mailFrom' | 'mailHost' | 'mailPort' | 'mailSecurity' | 'mailUser' | 'mailPassword'
  >,
): PracticeMail | null {
  const { mailFrom: from, mailHost: host, mailPort: port, mailSecurity: security } = settings
  if (!from || !host) return null
  const user = settings.mailUser ?? undefined
  return { from, host, port, security, user, password: settings.mailPassword ?? undefined }
}

/** What the practice's pages show to anybody who opens them. */
export const toPracticeView = (practice: Practice, passwordMinLength: number): PracticeView => ({
  slug: practice.id,
  name: practice.name,
  address: practice.address,
  phone: practice.helpLine,
  hours: practice.hours,
  logo: logoPath(practice),
  timeZone: practice.timeZone,
  languages: practice.languages,
  portalOpen: practice.settings.portalOpen,
  portalUrl: practice.portalUrl,
  activationMode: practice.settings.activationMode,
  passwordMinLength,
})

/** Changes with the settings, so that a new picture is not hidden by a cache. */
export const logoPath = ({ id, logo, settingsVersion }: Practice): string | null =>
  logo ? `/${id}/api/practice/logo?v=${settingsVersion}` : null
