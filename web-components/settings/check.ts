import type { SettingKey, SettingsView, SomeSettings } from '../../src/settings/schema.ts'
import type { AdminId } from '../i18n/words.ts'
import { changesBetween, type FormValues, toForm, toSettings } from './form-values.ts'

const SENDER = /^([^<>]*<[^\s@<>,;"]+@[^\s@<>,;"]+>|[^\s@<>,;"]+@[^\s@<>,;"]+)$/
const HOST = /^[A-Za-z0-9.:_-]+$/

const within = (number: number, least: number, most: number) =>
  Number.isInteger(number) && number >= least && number <= most

const matches = (pattern: RegExp, text: string) => text.trim() === '' || pattern.test(text.trim())

/** What a value needs by itself, as far as a browser can tell; the service has the last word. */
const RULES: Partial<Record<SettingKey, [isRight: (form: FormValues) => boolean, otherwise: AdminId]>> = {
  name: [(form) => toSettings(form).name !== '', 'fault.name'],
  address: [(form) => toSettings(form).address.length <= 5, 'fault.addressLines'],
  invitationDays: [(form) => within(toSettings(form).invitationDays, 1, 90), 'fault.invitationDays'],
  adultAge: [(form) => within(toSettings(form).adultAge, 13, 25), 'fault.adultAge'],
  mailPort: [(form) => within(toSettings(form).mailPort, 1, 65_535), 'fault.mailPort'],
  mailFrom: [(form) => matches(SENDER, form.mailFrom), 'fault.mailFrom'],
  mailHost: [(form) => matches(HOST, form.mailHost), 'fault.mailHost'],
  languages: [({ languages }) => languages.length > 0, 'fault.languages'],
}

/** What to do about a setting, as words; null when nothing is wrong with it. */
export function faultOf(key: SettingKey, form: FormValues, view: SettingsView): AdminId | null {
  if (key === 'mailPassword') return passwordFault(form, view)
  const rule = RULES[key]
  return rule && !rule[0](form) ? rule[1] : null
}

/** Whom the password is told to. */
const ITS_SERVER: readonly SettingKey[] = ['mailHost', 'mailUser', 'mailSecurity']

/** A username and a password go together, and the one that is kept is for the server it was typed for. */
function passwordFault(form: FormValues, view: SettingsView): AdminId | null {
  const changes: SomeSettings = changesBetween(toForm(view), form, [...ITS_SERVER, 'mailPassword'])
  const hasUser = form.mailUser.trim() !== ''
  const isTyped = form.mailPassword !== null && form.mailPassword !== ''
  if (isTyped) return hasUser ? null : 'fault.passwordAlone'
  if (!hasUser || view.locked.includes('mailPassword')) return null
  const isKept = view.mailPasswordSet && form.mailPassword !== null
  if (!isKept) return 'mailUser' in changes || 'mailPassword' in changes ? 'fault.passwordMissing' : null
  return ITS_SERVER.some((one) => one in changes) ? 'fault.passwordAgain' : null
}
