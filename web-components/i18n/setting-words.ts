import type { MailSecurity, PracticeSettings, RequirableLine, SettingKey } from '../../src/settings/schema.ts'
import type { AdminId, AdminWords } from './words.ts'

/** The parts of the settings page, in its order; also the ids that an address may name: `settings#mail`. */
export const SECTIONS = {
  portal: 'section.portal',
  'getting-in': 'section.gettingIn',
  mail: 'section.mail',
  practice: 'section.practice',
  languages: 'section.languages',
} as const satisfies Record<string, AdminId>
export type SectionId = keyof typeof SECTIONS

/** What each setting is called, and in which part of the page it stands. */
export const SETTINGS: Record<SettingKey, readonly [section: SectionId, name: AdminId]> = {
  portalOpen: ['portal', 'setting.portalOpen'],
  portalAddress: ['portal', 'setting.portalAddress'],
  activationMode: ['getting-in', 'setting.activationMode'],
  invitationDays: ['getting-in', 'setting.invitationDays'],
  adultAge: ['getting-in', 'setting.adultAge'],
  requiredLines: ['getting-in', 'setting.requiredLines'],
  usernameFromEmail: ['getting-in', 'setting.usernameFromEmail'],
  mailTemporaryPasswords: ['getting-in', 'setting.mailTemporaryPasswords'],
  mailFrom: ['mail', 'setting.mailFrom'],
  mailHost: ['mail', 'setting.mailHost'],
  mailPort: ['mail', 'setting.mailPort'],
  mailSecurity: ['mail', 'setting.mailSecurity'],
  mailUser: ['mail', 'setting.mailUser'],
  mailPassword: ['mail', 'setting.mailPassword'],
  name: ['practice', 'setting.name'],
  address: ['practice', 'setting.address'],
  phone: ['practice', 'setting.phone'],
  helpLine: ['practice', 'setting.helpLine'],
  hours: ['practice', 'setting.hours'],
  logo: ['practice', 'setting.logo'],
  timeZone: ['practice', 'setting.timeZone'],
  languages: ['languages', 'setting.languages'],
}

export const MODES: Record<PracticeSettings['activationMode'], AdminId> = {
  strong: 'mode.strong',
  classic: 'mode.classic',
}
export const SECURITIES: Record<MailSecurity, AdminId> = {
  starttls: 'security.starttls',
  tls: 'security.tls',
  none: 'security.none',
}
export const REQUIRED: Record<RequirableLine, AdminId> = {
  phone: 'required.phone',
  'contact-email': 'required.contactEmail',
  'trusted-email': 'required.trustedEmail',
}

/** The trail never says a password, only what became of it. */
const PASSWORDS: Record<string, AdminId> = {
  set: 'value.passwordSet',
  replaced: 'value.passwordReplaced',
  removed: 'value.passwordRemoved',
}

const CHOICES: Partial<Record<SettingKey, Record<string, AdminId>>> = {
  activationMode: MODES,
  mailSecurity: SECURITIES,
  requiredLines: REQUIRED,
  mailPassword: PASSWORDS,
}

/** "E-mail · Port": a setting by its full name, for pages that are not the settings page. */
export function settingName(words: AdminWords, key: SettingKey): string {
  const [section, name] = SETTINGS[key]
  return `${words.msg(SECTIONS[section])} · ${words.msg(name)}`
}

/** A setting's value in words. The trail keeps lists as JSON text; both forms are read. */
export function settingValue(words: AdminWords, key: SettingKey, kept: unknown): string {
  const value = readJson(kept)
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return words.msg(key === 'helpLine' ? 'value.sameNumber' : 'value.none')
  if (typeof value === 'boolean') return words.msg(value ? 'value.on' : 'value.off')
  if (key === 'logo') return words.msg('value.picture')
  if (Array.isArray(value)) return value.map((one) => oneOf(words, key, String(one))).join(', ')
  if (typeof value === 'object') return spokenHours(words, value)
  return oneOf(words, key, typeof value === 'number' ? String(value) : (value as string))
}

function oneOf(words: AdminWords, key: SettingKey, value: string): string {
  if (key === 'languages') return words.languageName(value)
  if (key === 'timeZone') return value.replaceAll('_', ' ')
  const id = CHOICES[key]?.[value]
  return id ? words.msg(id) : value
}

const spokenHours = (words: AdminWords, hours: object) =>
  Object.entries(hours)
    .map(([language, text]) => `${words.languageName(language)}: ${text}`)
    .join('; ')

function readJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
