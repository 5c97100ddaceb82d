import { sendsInTheClear } from '../config.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem, type ProblemIssue } from '../problem.ts'
import {
  type Logo,
  type PracticeSettings,
  SETTING_KEYS,
  type SettingKey,
  type SomeSettings,
} from './schema.ts'

/** What rules look at: how things stand, what is to change, and how they would stand then. */
type Plan = { before: Practice; changes: SomeSettings; after: PracticeSettings; production: boolean }
type Rule = (plan: Plan) => { key: SettingKey; detail: string } | undefined

/**
 * Checks changes beyond the form of each value. Every rule speaks only of what is being changed: an old fault elsewhere
 * must not stop anybody.
 *
 * @throws Problem `locked-by-file`, `invalid-request`, both naming what is wrong as `/changes/<key>`
 */
export function checkSettings(before: Practice, changes: SomeSettings, production: boolean): void {
  refuseLocked(before, changes)
  const plan: Plan = { before, changes, after: withChanges(before.settings, changes), production }
  const issues = RULES.flatMap((rule) => {
    const fault = rule(plan)
    return fault ? [toIssue(fault.key, fault.detail)] : []
  })
  if (issues.length > 0) throw new Problem('invalid-request', 'Some of these do not go together.', { issues })
}

/**
 * Empty text means none, and a password goes with the user that it belongs to.
 * @returns the changes as they are meant
 */
export function tidyChanges({ settings, locked }: Practice, changes: SomeSettings): SomeSettings {
  const tidy: Record<string, unknown> = { ...changes }
  for (const key of ['phone', 'helpLine', 'mailPassword', 'mailUser'] as const)
    if (tidy[key] === '') tidy[key] = null
  if (changes.hours) tidy['hours'] = spokenHours(changes.hours)
  if (locked.includes('mailPassword')) return tidy
  const isOrphaned = tidy['mailUser'] === null && settings.mailPassword !== null
  if (isOrphaned && tidy['mailPassword'] === undefined) tidy['mailPassword'] = null
  // It was for that server, and goes with it; whoever names another one types it again.
  if (tidy['mailHost'] === null) tidy['mailPassword'] = null
  return tidy
}

/** The settings as they would be. */
export const withChanges = (settings: PracticeSettings, changes: SomeSettings) =>
  ({ ...settings, ...changes }) as PracticeSettings

/** Keys whose value would become another one. */
export const changedKeys = (before: PracticeSettings, changes: SomeSettings): SettingKey[] =>
  SETTING_KEYS.filter((key) => changes[key] !== undefined && !isSame(before[key], changes[key]))

function refuseLocked({ locked }: Practice, changes: SomeSettings) {
  const fixed = locked.filter((key) => changes[key] !== undefined)
  if (fixed.length === 0) return
  const issues = fixed.map((key) => toIssue(key, 'The configuration file fixes this.'))
  throw new Problem('locked-by-file', 'The configuration file fixes some of these.', { issues })
}

const RULES: Rule[] = [
  ({ before, changes: { portalAddress } }) => {
    if (!portalAddress || before.portalAddresses.includes(portalAddress)) return undefined
    return { key: 'portalAddress', detail: 'Portico does not answer at this address.' }
  },
  ({ changes: { logo } }) => {
    if (!logo || isPicture(logo)) return undefined
    return { key: 'logo', detail: 'This is not a PNG or JPEG picture.' }
  },
  ({ changes, after, production }) => {
    const key = changes.mailSecurity ? 'mailSecurity' : 'mailHost'
    if (!production || !changes[key] || !sendsInTheClear(after)) return undefined
    return { key, detail: 'Without encryption only a relay on this machine may be used.' }
  },
  ({ changes, after }) => {
    if (!changes.mailPassword || after.mailUser !== null) return undefined
    return { key: 'mailPassword', detail: 'A password needs a user name.' }
  },
  ({ before, changes, after }) => {
    const isFirstServer = Boolean(changes.mailHost) && before.settings.mailHost === null
    const isTouched = changes.mailUser !== undefined || changes.mailPassword !== undefined || isFirstServer
    if (!isTouched || after.mailHost === null || after.mailUser === null || after.mailPassword !== null)
      return undefined
    return { key: 'mailPassword', detail: 'A user name needs a password.' }
  },
  strayPassword,
]

/** Whom the password is told to. */
const ITS_SERVER = ['mailHost', 'mailUser', 'mailSecurity'] as const

/** The password that we keep is for the server it was typed for: it must not be carried to another one unseen. */
function strayPassword({ before, changes, after }: Plan): ReturnType<Rule> {
  const moved = ITS_SERVER.find((key) => changes[key] !== undefined && changes[key] !== before.settings[key])
  const isKept = before.settings.mailPassword !== null && changes.mailPassword === undefined
  if (!moved || !isKept || after.mailUser === null) return undefined
  return before.locked.includes('mailPassword')
    ? { key: moved, detail: 'The configuration file fixes the password for the server as it is.' }
    : { key: 'mailPassword', detail: 'Type the password again for this server.' }
}

/** By what the bytes begin with, whatever the caller calls them. */
function isPicture({ mediaType, data }: Logo) {
  const bytes = Buffer.from(data, 'base64')
  const start = mediaType === 'image/png' ? PNG : JPEG
  return bytes.subarray(0, start.length).equals(start)
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const JPEG = Buffer.from([0xff, 0xd8, 0xff])

function spokenHours(hours: NonNullable<PracticeSettings['hours']>): PracticeSettings['hours'] {
  const filled = Object.entries(hours).filter(([, text]) => text !== '')
  return filled.length > 0 ? Object.fromEntries(filled) : null
}

/** The order of languages in the hours makes no difference, that of any list does. */
const isSame = (one: unknown, other: unknown) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))

const sorted = (value: unknown) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    : value

const toIssue = (key: SettingKey, detail: string): ProblemIssue => ({ pointer: `/changes/${key}`, detail })
