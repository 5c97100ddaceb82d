import type { Config, PracticeConfig } from '../config.ts'
import type { PracticeView } from './schema.ts'

/** A clinic: one EHR FHIR base and its settings. Built once at start from the configuration. */
export type Practice = {
  id: string
  name: string
  address: string[]
  phone: string | null
  hours: PracticeView['hours']
  timeZone: string
  languages: PracticeView['languages']
  fhirBase: string
  /** Every issuer that a launch may name; compared byte for byte. */
  issuers: string[]
  frameAncestors: string[]
  staffPermissions: PracticeConfig['staffPermissions']
  settings: PracticeConfig['settings']
  /** Null when the practice has not set up mail. */
  mail: PracticeConfig['mail'] | null
  /** Absolute address of the patient's app. */
  portalUrl: string
}

export function toPractice(practice: PracticeConfig, config: Pick<Config, 'portalUrl'>): Practice {
  return {
    id: practice.slug,
    name: practice.name,
    address: practice.address,
    phone: practice.phone ?? null,
    hours: practice.hours ?? null,
    timeZone: practice.timeZone,
    languages: practice.languages,
    fhirBase: practice.fhirBase,
    issuers: [practice.fhirBase, ...practice.issAliases],
    frameAncestors: practice.frameAncestors,
    staffPermissions: practice.staffPermissions,
    settings: practice.settings,
    mail: practice.mail ?? null,
    portalUrl: `${config.portalUrl}/${practice.slug}/portal/`,
  }
}

/** What the practice's pages show to anybody who opens them. */
export const toPracticeView = (practice: Practice, passwordMinLength: number): PracticeView => ({
  slug: practice.id,
  name: practice.name,
  address: practice.address,
  phone: practice.phone,
  hours: practice.hours,
  timeZone: practice.timeZone,
  languages: practice.languages,
  portalOpen: practice.settings.portalOpen,
  portalUrl: practice.portalUrl,
  activationMode: practice.settings.activationMode,
  passwordMinLength,
})
