import * as z from 'zod'
import { ToDo } from '../desk/schema.ts'

export const LineId = z.enum([
  'portal-on',
  'portal-address',
  'allowed',
  'birth-date',
  'name',
  'alive',
  'active',
  'not-merged',
  'age',
  'phone',
  'contact-email',
  'trusted-email',
  'allow-email',
  'mail-sender',
])
export type LineId = z.infer<typeof LineId>

/** One requirement on the access card. `blocks` stops an invitation, `mail` only stops e-mail, `advised` stops nothing. */
export const ReadinessLine = z.object({
  id: LineId,
  done: z.boolean(),
  need: z.enum(['blocks', 'mail', 'advised']),
  /** Why it is not done, as a code that the browser words, e.g. `deceased`, `year-only`, `under-13`, `not-asked`. */
  reason: z.string().nullable(),
  /** What the EMR holds, shown beside a line that is done, e.g. a phone number. */
  value: z.string().nullable(),
})
export type ReadinessLine = z.infer<typeof ReadinessLine>

export const PatientBanner = z.object({
  id: z.string(),
  /** Full name as the EMR writes it. */
  name: z.string(),
  /** How to speak of the patient in a sentence; the full name when there is no given name. */
  firstName: z.string(),
  /** FHIR date; may be a year or a year and month only. */
  birthDate: z.string().nullable(),
  age: z.number().int().nullable(),
  gender: z.string().nullable(),
  mrn: z.string().nullable(),
  language: z.string().nullable(),
})
export type PatientBanner = z.infer<typeof PatientBanner>

/** What staff can set right in the chart from here; the values that the EMR holds now, null = none. */
export const Contacts = z.object({
  homePhone: z.string().nullable(),
  mobilePhone: z.string().nullable(),
  contactEmail: z.string().nullable(),
  /** Address that only the patient reads. May be the same as the contact e-mail. */
  trustedEmail: z.string().nullable(),
})
export type Contacts = z.infer<typeof Contacts>
export type ContactField = keyof Contacts

/** What became of the invitation's newest e-mail. */
export const InvitationMail = z.object({
  to: z.string(),
  /** `waiting` = not handed over yet; `sent` = the mail server took it; `failed` = it came back or was given up. */
  state: z.enum(['waiting', 'sent', 'failed']),
  at: z.number(),
  /** Why it did not go (a `MailFault`); null when nothing went wrong. */
  fault: z.string().nullable(),
})
export type InvitationMail = z.infer<typeof InvitationMail>

export const Invitation = z.object({
  id: z.string(),
  kind: z.enum(['activation', 'temporary-password']),
  issuedAt: z.number(),
  issuedBy: z.string().nullable(),
  validUntil: z.number(),
  /** `ended` = five wrong tries, or three visits that ended before a new password was chosen. */
  state: z.enum(['live', 'expired', 'ended']),
  /** When the patient first got as far as the page behind it; null = nobody yet. */
  openedAt: z.number().nullable(),
  /** Null = no e-mail was asked for. */
  mail: InvitationMail.nullable(),
})
export type Invitation = z.infer<typeof Invitation>

export const RefusalReason = z.enum(['no-email', 'declined', 'needs-proxy', 'other'])
export type RefusalReason = z.infer<typeof RefusalReason>

/** "Not now": why, and when to ask again. */
export const Refused = z.object({
  reason: RefusalReason,
  /** Date in the practice's zone, `2027-02-01`. */
  askAgainOn: z.string(),
  /** True from that day on. */
  due: z.boolean(),
  at: z.number(),
  by: z.string().nullable(),
})
export type Refused = z.infer<typeof Refused>

/**
 * What becomes of a changed phone or e-mail: it goes into the chart; nobody's token can write it there, so that it goes
 * onto the list of what staff type in by hand; or it cannot be changed from here.
 */
export const MayEdit = z.enum(['chart', 'to-do', 'no'])
export type MayEdit = z.infer<typeof MayEdit>

/** The access card: where things stand for one patient, and what comes next. Instants are epoch ms. */
export const AccessCard = z.object({
  patient: PatientBanner,
  /** `stopped` = nothing that staff do here can make it possible (deceased, merged, inactive, under 13). */
  state: z.enum(['stopped', 'not-ready', 'ready', 'invited', 'active', 'suspended']),
  lines: z.array(ReadinessLine),
  contacts: Contacts,
  /** Accepted changes that nobody has typed into the EMR yet; `contacts` and `lines` go by what the EMR holds. */
  todos: z.array(ToDo),
  /** The patient agreed to get e-mail from the practice. */
  emailAllowed: z.boolean(),
  allowed: z.object({ at: z.number(), by: z.string().nullable() }).nullable(),
  /** Null unless staff noted "not now" and nothing has come of it since. */
  refused: Refused.nullable(),
  invitation: Invitation.nullable(),
  account: z
    .object({
      accountId: z.string(),
      username: z.string().nullable(),
      activeSince: z.number().nullable(),
      lastSignInAt: z.number().nullable(),
    })
    .nullable(),
  /** What this reader may ever do for this patient; `state` says whether it is possible now. */
  may: z.object({
    allow: z.boolean(),
    create: z.boolean(),
    edit: MayEdit,
    /** Open the practice's settings, where its own lines are mended. */
    settings: z.boolean(),
  }),
})
export type AccessCard = z.infer<typeof AccessCard>

const Phone = z
  .string()
  .trim()
  .max(40)
  .regex(/^[+\d(][\d\s().-]{5,}(\s*(x|ext\.?)\s*\d{1,6})?$/i)
const Email = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/)

/**
 * One value of the chart: what the reader saw, and what it is to be. The first tells a change by somebody else, and so
 * does `waiting`: what the reader saw waiting to be typed into the chart; absent = nothing.
 */
const Edit = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    from: z.string().max(400).nullable(),
    to: value.nullable(),
    waiting: z.string().max(400).nullable().optional(),
  })

export const EditContacts = z.strictObject({
  homePhone: Edit(Phone).optional(),
  mobilePhone: Edit(Phone).optional(),
  contactEmail: Edit(Email).optional(),
  trustedEmail: Edit(Email).optional(),
})
export type EditContacts = z.infer<typeof EditContacts>

/**
 * Body of PUT …/access: one Save for the whole card. 409 `conflict` names each field that somebody changed meanwhile:
 * `issues[{pointer: '/contacts/mobilePhone', theirs}]`, with `/waiting` behind it where theirs still waits to be typed
 * into the chart; and nothing was written.
 */
export const SaveAccess = z.strictObject({
  allowPortal: z.boolean().optional(),
  allowEmail: z.boolean().optional(),
  contacts: EditContacts.optional(),
})
export type SaveAccess = z.infer<typeof SaveAccess>

/** Body of PUT …/refusal. */
export const RefuseAccess = z.strictObject({ reason: RefusalReason, askAgainOn: z.iso.date() })
export type RefuseAccess = z.infer<typeof RefuseAccess>
