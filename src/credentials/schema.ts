import * as z from 'zod'

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

/** Body of POST …/activation: is it you? `code` is required in strong mode. */
export const ConfirmActivation = z.strictObject({
  portalId: PortalId,
  code: ActivationCode.optional(),
  firstInitial: Initial,
  lastInitial: Initial,
  birthDate: BirthDate,
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
export const ChooseCredentials = z.strictObject({
  ticket: z.string().min(20).max(200),
  username: z.string().trim().min(3).max(64),
  password: z.string().min(1).max(512),
})
export type ChooseCredentials = z.infer<typeof ChooseCredentials>

/** Answer of POST …/invitations: no secret, only the one-time address of the slip (the fragment holds its token). */
export const InvitationIssued = z.object({ slipUrl: z.url(), validUntil: z.number() })
export type InvitationIssued = z.infer<typeof InvitationIssued>

export const OpenSlip = z.strictObject({ token: z.string().min(20).max(200) })
export type OpenSlip = z.infer<typeof OpenSlip>

/** What the slip shows once. */
export const Slip = z.object({
  firstName: z.string(),
  patientName: z.string(),
  portalUrl: z.url(),
  /** Address that the QR code holds; ID and code are in its fragment. */
  activateUrl: z.url(),
  /** Square matrix of the QR code, row by row, `1` = dark. */
  qr: z.array(z.string()),
  portalId: z.string(),
  /** Null in classic mode. */
  code: z.string().nullable(),
  accountId: z.string(),
  validUntil: z.number(),
  practice: z.object({
    name: z.string(),
    address: z.array(z.string()),
    phone: z.string().nullable(),
    timeZone: z.string(),
  }),
  language: z.enum(['en', 'es']),
})
export type Slip = z.infer<typeof Slip>
