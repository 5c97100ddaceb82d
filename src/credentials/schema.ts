import * as z from 'zod'
import { Language } from '../practices/schema.ts'

const fold = (text: string) => text.replace(/[\s-]/g, '')

/** Six digits; spaces and dashes are forgiven. */
const PortalId = z
  .string()
  .max(20)
  .transform(fold)
  .pipe(z.string().regex(/^\d{6}$/))
/** Eight characters of the code alphabet; case, spaces and dashes are forgiven, O reads as 0 and I or L as 1 nowhere: neither is used. */
const ActivationCode = z
  .string()
  .max(30)
  .transform((text) => fold(text).toUpperCase())
  .pipe(z.string().regex(/^[0-9A-Z]{8}$/))
/** One letter in any script. */
const Initial = z.string().trim().min(1).max(8)
const BirthDate = z.iso.date()
const Token = z.string().min(20).max(200)
const Username = z.string().trim().min(3).max(64)
const NewPassword = z.string().min(1).max(512)

/**
 * Body of POST …/activation: is it you? With a letter `portalId` and, in strong mode, `code`; with a mail its `link`
 * instead of both.
 */
export const ConfirmActivation = z
  .strictObject({
    portalId: PortalId.optional(),
    code: ActivationCode.optional(),
    link: Token.optional(),
    firstInitial: Initial,
    lastInitial: Initial,
    birthDate: BirthDate,
  })
  .refine(({ portalId, link }) => (portalId === undefined) !== (link === undefined), {
    path: ['portalId'],
    message: 'needs either a portal ID or a link',
  })
export type ConfirmActivation = z.infer<typeof ConfirmActivation>

/** Its answer: a set-up ticket for 15 minutes, and what to greet with and suggest. */
export const SetupTicket = z.object({
  ticket: z.string(),
  firstName: z.string(),
  suggestedUsername: z.string(),
  validUntil: z.number(),
})
export type SetupTicket = z.infer<typeof SetupTicket>

/** Body of POST …/activation/credentials: the patient chooses; the answer is a signed-in session. */
export const ChooseCredentials = z.strictObject({ ticket: Token, username: Username, password: NewPassword })
export type ChooseCredentials = z.infer<typeof ChooseCredentials>

/** Body of PUT …/credentials in a restricted session: the password must change, the username may. */
export const ChangeCredentials = z.strictObject({ username: Username, password: NewPassword })
export type ChangeCredentials = z.infer<typeof ChangeCredentials>

/** Why an e-mail is not possible right now; the browser words it. */
export const MailBar = z.enum(['no-trusted-email', 'not-allowed', 'no-server', 'password-not-mailed'])
export type MailBar = z.infer<typeof MailBar>

/** What the "Create credentials" question is asked with. */
export const InvitationOffer = z.object({
  /** The patient's trusted e-mail; null = none. */
  mailTo: z.string().nullable(),
  /** Why no link can be mailed; null = it can. */
  mailBar: MailBar.nullable(),
  /** Why the temporary password cannot be mailed; null = it can. */
  passwordMailBar: MailBar.nullable(),
  suggestedUsername: z.string(),
  /** Until when each would be valid if it were made now. */
  activationUntil: z.number(),
  temporaryPasswordUntil: z.number(),
  activationMode: z.enum(['strong', 'classic']),
})
export type InvitationOffer = z.infer<typeof InvitationOffer>

/** Body of POST …/invitations. `slip` makes the one-time page with the letter; `mail` sends it to the trusted e-mail. */
export const CreateInvitation = z
  .strictObject({
    kind: z.enum(['activation', 'temporary-password']),
    /** For a temporary password; the suggestion, or what staff made of it. */
    username: Username.optional(),
    slip: z.boolean(),
    mail: z.boolean(),
  })
  .refine(({ slip, mail }) => slip || mail, { path: ['slip'], message: 'needs a letter or an e-mail' })
export type CreateInvitation = z.infer<typeof CreateInvitation>

/** Its answer holds no secret, only the one-time address of the slip (the fragment holds its token); null = mail only. */
export const InvitationIssued = z.object({
  slipUrl: z.url().nullable(),
  validUntil: z.number(),
  /** Address that the e-mail goes to; null = none was asked for. */
  mailedTo: z.string().nullable(),
})
export type InvitationIssued = z.infer<typeof InvitationIssued>

export const OpenSlip = z.strictObject({ token: Token })
export type OpenSlip = z.infer<typeof OpenSlip>

/** One thing in the letter's box. `digits` and `code` are set in groups, `words` one word after the other. */
export const LetterFact = z.object({
  label: z.string(),
  value: z.string(),
  form: z.enum(['address', 'digits', 'code', 'username', 'words']),
})
export type LetterFact = z.infer<typeof LetterFact>

/** A whole letter in one language, ready to be set on a screen or on paper. */
export const LetterSheet = z.object({
  language: Language,
  from: z.object({ name: z.string(), address: z.array(z.string()), phone: z.string().nullable() }),
  /** Name and postal address for the envelope's window. */
  to: z.object({ name: z.string(), address: z.array(z.string()) }),
  /** "December 15, 2026" */
  date: z.string(),
  title: z.string(),
  text: z.string(),
  /** `lead` is set bold. */
  steps: z.array(z.object({ lead: z.string(), rest: z.string() })),
  facts: z.array(LetterFact),
  /** Under the QR code, and what a screen reader says in its place; null without one. */
  qr: z.object({ caption: z.string(), label: z.string() }).nullable(),
  until: z.string(),
  help: z.object({ title: z.string(), text: z.string() }),
  privacy: z.object({ title: z.string(), text: z.string() }),
  /** "Account ID: …"; null where there is none to say. */
  account: z.string().nullable(),
})
export type LetterSheet = z.infer<typeof LetterSheet>

/** The letter as PDF files, base64, by paper and print size. */
export const LetterPdfs = z.object({
  letter: z.string(),
  letterLarge: z.string(),
  a4: z.string(),
  a4Large: z.string(),
})
export type LetterPdfs = z.infer<typeof LetterPdfs>

/** What the slip shows once. */
export const Slip = z.object({
  kind: z.enum(['activation', 'temporary-password', 'mail']),
  firstName: z.string(),
  patientName: z.string(),
  /** The patient's language first; the practice's own beside it where they differ. */
  sheets: z.array(LetterSheet).min(1),
  /** Square matrix of the QR code, row by row, `1` = dark. */
  qr: z.array(z.string()).nullable(),
  /** Path of the practice's picture on this service. */
  logo: z.string().nullable(),
  /** Null where the letter has a script that PDF cannot set here: then the browser prints it. */
  pdfs: LetterPdfs.nullable(),
  /** For the practice's own mail program. */
  mailText: z.object({ subject: z.string(), text: z.string() }),
  validUntil: z.number(),
  /** Address that a link was mailed to as well. */
  mailedTo: z.string().nullable(),
})
export type Slip = z.infer<typeof Slip>
