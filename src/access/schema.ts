import * as z from 'zod'

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

export const Invitation = z.object({
  id: z.string(),
  issuedAt: z.number(),
  issuedBy: z.string().nullable(),
  validUntil: z.number(),
  /** `ended` = five wrong tries. */
  state: z.enum(['live', 'expired', 'ended']),
})
export type Invitation = z.infer<typeof Invitation>

/** The access card: where things stand for one patient, and what comes next. Instants are epoch ms. */
export const AccessCard = z.object({
  patient: PatientBanner,
  /** `stopped` = nothing that staff do here can make it possible (deceased, merged, inactive, under 13). */
  state: z.enum(['stopped', 'not-ready', 'ready', 'invited', 'active', 'suspended']),
  lines: z.array(ReadinessLine),
  allowed: z.object({ at: z.number(), by: z.string().nullable() }).nullable(),
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
  may: z.object({ allow: z.boolean(), create: z.boolean() }),
})
export type AccessCard = z.infer<typeof AccessCard>

/** Body of PUT …/access: one Save for the whole card. */
export const SaveAccess = z.strictObject({ allowPortal: z.boolean() })
export type SaveAccess = z.infer<typeof SaveAccess>
