import * as z from 'zod'
import { Language } from '../practices/schema.ts'

const Line = z.string().trim().max(120)
const Phone = z.string().trim().max(40)
const Hours = z.partialRecord(Language, z.string().trim().max(120))

/** A picture for letters and pages: PNG or JPEG, at most 40 kB, as base64; the browser makes it that small. */
export const Logo = z.strictObject({
  mediaType: z.enum(['image/png', 'image/jpeg']),
  data: z
    .string()
    .max(54_000)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/),
})
export type Logo = z.infer<typeof Logo>

/** Lines of the access card that a practice can insist on. */
export const RequirableLine = z.enum(['phone', 'contact-email', 'trusted-email'])
export type RequirableLine = z.infer<typeof RequirableLine>

/** How a mail server is spoken to: `starttls` (usual, 587), `tls` from the start (465), `none` for a local relay only. */
export const MailSecurity = z.enum(['starttls', 'tls', 'none'])
export type MailSecurity = z.infer<typeof MailSecurity>

const MAIL_ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/
/** One address, with or without a name before it: `Fernwood <portal@fernwood.example>`. */
const Sender = z
  .string()
  .trim()
  .max(200)
  .regex(/^([^<>@\r\n]*<[^\s@<>,;"]+@[^\s@<>,;"]+>|[^\s@<>,;"]+@[^\s@<>,;"]+)$/)
const Host = z
  .string()
  .trim()
  .max(253)
  .regex(/^[A-Za-z0-9.:_-]+$/)

/**
 * Everything that a practice's administrators set, each value by itself. A value in the configuration file wins and is
 * locked; one under `initial` there is where administrators start from.
 * @see seeds 000, 001 ("Admin > Config > Portal"), 003 ("Globals > Notifications")
 */
export const SETTINGS = {
  name: z.string().trim().min(1).max(120),
  address: z.array(Line.min(1)).max(5),
  phone: Phone.nullable(),
  /** Number for questions about the portal; null = the practice's own. */
  helpLine: Phone.nullable(),
  /** When somebody answers the help line, in words, by language. */
  hours: Hours.nullable(),
  logo: Logo.nullable(),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone, e.g. America/Chicago'),
  /** The first is the practice's own. */
  languages: z
    .array(Language)
    .min(1)
    .refine((all) => new Set(all).size === all.length, 'must not name a language twice'),

  portalOpen: z.boolean(),
  /** Origin of the patients' pages, one of those that the service is configured for; null = the first of them. */
  portalAddress: z.url({ protocol: /^https?$/ }).nullable(),

  activationMode: z.enum(['strong', 'classic']),
  invitationDays: z.int().min(1).max(90),
  adultAge: z.int().min(13).max(25),
  requiredLines: z.array(RequirableLine).max(3),
  usernameFromEmail: z.boolean(),
  mailTemporaryPasswords: z.boolean(),

  mailFrom: Sender.nullable(),
  mailHost: Host.nullable(),
  mailPort: z.int().min(1).max(65535),
  mailSecurity: MailSecurity,
  mailUser: z.string().trim().max(200).nullable(),
  mailPassword: z.string().max(500).nullable(),
} as const

export const PracticeSettings = z.strictObject(SETTINGS)
export type PracticeSettings = z.infer<typeof PracticeSettings>
export type SettingKey = keyof PracticeSettings
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[]

export const SomeSettings = PracticeSettings.partial()
export type SomeSettings = z.infer<typeof SomeSettings>

/** What holds until somebody says otherwise. */
export const DEFAULT_SETTINGS: Omit<PracticeSettings, 'name'> = {
  address: [],
  phone: null,
  helpLine: null,
  hours: null,
  logo: null,
  timeZone: 'UTC',
  languages: ['en'],
  portalOpen: true,
  portalAddress: null,
  activationMode: 'strong',
  invitationDays: 30,
  adultAge: 18,
  requiredLines: [],
  usernameFromEmail: true,
  mailTemporaryPasswords: false,
  mailFrom: null,
  mailHost: null,
  mailPort: 587,
  mailSecurity: 'starttls',
  mailUser: null,
  mailPassword: null,
}

/** The settings page: every value but the mail password, of which it says only whether there is one. */
export const SettingsView = z.object({
  /** Goes back with the changes; 409 `conflict` when somebody saved meanwhile. */
  version: z.number().int(),
  values: PracticeSettings.omit({ mailPassword: true }),
  mailPasswordSet: z.boolean(),
  /** Keys that the configuration file fixes. */
  locked: z.array(z.string()),
  /** Origins that the portal may be reached under. */
  portalAddresses: z.array(z.url()),
  /** Absolute address of the patient's app as it is now. */
  portalUrl: z.url(),
})
export type SettingsView = z.infer<typeof SettingsView>

/** Body of PUT …/settings: only what changed. `mailPassword` is there only when it is to be replaced. */
export const SaveSettings = z.strictObject({ version: z.int().min(0), changes: SomeSettings })
export type SaveSettings = z.infer<typeof SaveSettings>

/** Body of POST …/settings/portal-check. */
export const CheckPortal = z.strictObject({ address: z.url({ protocol: /^https?$/ }) })
export type CheckPortal = z.infer<typeof CheckPortal>

export const PortalCheck = z.object({
  /** `other` = something answers there, but it is not this Portico. */
  state: z.enum(['ok', 'other', 'unreachable']),
  /** End of the certificate, epoch ms; null without TLS. */
  certificateUntil: z.number().nullable(),
})
export type PortalCheck = z.infer<typeof PortalCheck>

/** Body of POST …/settings/test-mail: where to, and mail settings as they stand on the page, saved or not. */
export const TestMail = z.strictObject({
  to: z.string().trim().max(200).regex(MAIL_ADDRESS),
  changes: PracticeSettings.pick({
    mailFrom: true,
    mailHost: true,
    mailPort: true,
    mailSecurity: true,
    mailUser: true,
    mailPassword: true,
  }).partial(),
})
export type TestMail = z.infer<typeof TestMail>

/** Why a mail server did not take a mail; the browser words it. */
export const MailFault = z.enum([
  'no-server',
  'not-found',
  'not-reached',
  'timeout',
  'no-tls',
  'certificate',
  'sign-in',
  'sender',
  'recipient',
  'refused',
  'other',
])
export type MailFault = z.infer<typeof MailFault>

export const TestMailResult = z.object({
  state: z.enum(['sent', 'refused']),
  fault: MailFault.nullable(),
  /** The server's own line, e.g. `535 5.7.8 Authentication credentials invalid`; null when it said nothing. */
  answer: z.string().nullable(),
})
export type TestMailResult = z.infer<typeof TestMailResult>

/** What a mail is for. `invitation` and `reminder` hold a link, never a password; `temporary-password` is a setting. */
export const MailKind = z.enum(['invitation', 'reminder', 'temporary-password', 'welcome', 'notice'])
export type MailKind = z.infer<typeof MailKind>

const MailState = z.enum(['waiting', 'sent', 'failed'])

/** One row of the outbox as administrators see it. */
export const OutboxMail = z.object({
  id: z.string(),
  kind: MailKind,
  to: z.string(),
  subject: z.string().nullable(),
  state: MailState,
  createdAt: z.number(),
  /** Sent, given up, or next try, by state. */
  at: z.number(),
  attempts: z.number().int(),
  /** Null when nothing went wrong; with `failed` it means that staff printed it instead. */
  fault: MailFault.nullable(),
  /** Its text is still there, so it can go again or be printed. */
  kept: z.boolean(),
})
export type OutboxMail = z.infer<typeof OutboxMail>

export const OutboxView = z.object({
  mails: z.array(OutboxMail),
  counts: z.object({ waiting: z.number().int(), sent: z.number().int(), failed: z.number().int() }),
  /** Ask with `?before=` this for older ones; null at the end. */
  before: z.string().nullable(),
})
export type OutboxView = z.infer<typeof OutboxView>

function isTimeZone(name: string) {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
