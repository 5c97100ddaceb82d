import type { MailFault, MailKind, SettingKey } from '../../src/settings/schema.ts'
import type { HistoryEntry } from '../../src/staff/schema.ts'
import { MAIL_FAULTS, MAIL_KINDS } from '../i18n/mail-words.ts'
import { permissionNames } from '../i18n/permission-words.ts'
import { roleName } from '../i18n/role-words.ts'
import { SETTINGS, settingName, settingValue } from '../i18n/setting-words.ts'
import type { AdminId, AdminWords } from '../i18n/words.ts'

/** What an entry tells beyond its action: a few words, or what became of what. */
export type Detail = { text: string } | { about: string; before: string; after: string }

type Told = HistoryEntry['detail']

const CONTACTS: Record<string, AdminId> = {
  homePhone: 'contact.homePhone',
  mobilePhone: 'contact.mobilePhone',
  contactEmail: 'contact.contactEmail',
  trustedEmail: 'contact.trustedEmail',
}
const REASONS: Record<string, AdminId> = {
  'no-email': 'whyNot.noEmail',
  declined: 'whyNot.declined',
  'needs-proxy': 'whyNot.needsProxy',
  other: 'whyNot.other',
}

/** Why a page got no token, or nothing for it, as far as an administrator can do something about it. */
const HOST_FAULTS: Record<string, AdminId> = {
  'unknown-host': 'whyRefused.unknownHost',
  'keys-unavailable': 'whyRefused.keys',
  expired: 'whyRefused.clock',
  'not-yet': 'whyRefused.clock',
  origin: 'whyRefused.origin',
  scope: 'whyRefused.scope',
  'host-stopped': 'whyRefused.hostStopped',
  'person-stopped': 'whyRefused.personStopped',
  'other-origin': 'whyRefused.otherOrigin',
  'other-patient': 'whyRefused.otherPatient',
}

const DETAILS: Record<string, (words: AdminWords, told: Told) => Detail[]> = {
  'settings.changed': setting,
  'setting.changed': setting,
  'role.added': role,
  'role.changed': role,
  'role.removed': (_, told) => [{ text: textOf(told, 'name') }],
  'staff.role-given': person,
  'staff.role-taken': person,
  'mail.sent': mail,
  'mail.given-up': mail,
  'mail.retried': mail,
  'mail.printed': mail,
  'test-mail.sent': (words, told) => known(words, MAIL_FAULTS[told['fault'] as MailFault]),
  'contacts.changed': contacts,
  'todo.opened': contacts,
  'todo.closed': contacts,
  'launch.refused': (words) => known(words, 'whyRefused.personStopped'),
  'host-token.refused': (words, told) =>
    known(words, HOST_FAULTS[textOf(told, 'reason')] ?? 'whyRefused.untrusted'),
  'host-token.misused': (words, told) => known(words, HOST_FAULTS[textOf(told, 'reason')]),
  'refusal.recorded': (words, told) => known(words, REASONS[textOf(told, 'reason')]),
}

/** Only what is worded here: ids and codes tell a reader nothing. */
export const detailsOf = (words: AdminWords, { action, detail }: HistoryEntry): Detail[] => [
  ...(DETAILS[action]?.(words, detail) ?? []),
  ...(detail['via'] === 'service' ? known(words, 'history.viaService') : []),
]

function contacts(words: AdminWords, told: Told): Detail[] {
  const names = textOf(told, 'fields')
    .split(',')
    .map((field) => (CONTACTS[field] ? words.msg(CONTACTS[field]) : field))
  return [{ text: names.join(', ') }]
}

function setting(words: AdminWords, told: Told): Detail[] {
  const key = textOf(told, 'key')
  if (!(key in SETTINGS)) return []
  const about = settingName(words, key as SettingKey)
  const after = settingValue(words, key as SettingKey, told['after'])
  if (key === 'mailPassword') return [{ text: `${about}: ${after}` }]
  return [{ about, before: settingValue(words, key as SettingKey, told['before']), after }]
}

/** A new name, other rights, or both. */
function role(words: AdminWords, told: Told): Detail[] {
  const about = roleName(words, textOf(told, 'name'))
  const [was, before, after] = ['nameBefore', 'before', 'after'].map((part) => textOf(told, part))
  const rights = (kept = '') => permissionNames(words, kept.split(' '))
  const renamed = was ? [{ about: words.msg('roles.name'), before: roleName(words, was), after: about }] : []
  if (told['before'] === null) return [{ text: `${about}: ${rights(after)}` }]
  return before === after ? renamed : [...renamed, { about, before: rights(before), after: rights(after) }]
}

function person(words: AdminWords, told: Told): Detail[] {
  const held = (part: string) => {
    const name = textOf(told, part)
    return name === '' ? words.msg('people.noRole') : roleName(words, name)
  }
  return [{ about: textOf(told, 'person'), before: held('before'), after: held('after') }]
}

function mail(words: AdminWords, told: Told): Detail[] {
  return known(words, MAIL_KINDS[told['kind'] as MailKind])
}

const known = (words: AdminWords, id: AdminId | undefined): Detail[] => (id ? [{ text: words.msg(id) }] : [])

function textOf(told: Told, part: string): string {
  const value = told[part]
  return typeof value === 'string' ? value : ''
}
