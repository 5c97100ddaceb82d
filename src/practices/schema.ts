import * as z from 'zod'

/** The address part of a practice's URLs; never re-used for another practice. */
export const PracticeSlug = z.string().regex(/^[a-z0-9-]{2,40}$/)

export const Language = z.enum(['en', 'es'])
export type Language = z.infer<typeof Language>

/** What anybody may know about a practice: enough to say whose door this is and how to reach a person. */
export const PracticeView = z.object({
  slug: PracticeSlug,
  name: z.string(),
  address: z.array(z.string()),
  /** Number for questions about the portal. */
  phone: z.string().nullable(),
  /** When somebody answers the phone, in words, by language. */
  hours: z.partialRecord(Language, z.string()).nullable(),
  /** Path of the practice's picture on this service. */
  logo: z.string().nullable(),
  timeZone: z.string(),
  languages: z.array(Language),
  portalOpen: z.boolean(),
  /** Absolute address of the patient's app, ends in a slash. */
  portalUrl: z.url(),
  activationMode: z.enum(['strong', 'classic']),
  /** Length that a password needs, so that the browser can count along. */
  passwordMinLength: z.number().int(),
})
export type PracticeView = z.infer<typeof PracticeView>
