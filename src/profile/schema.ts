import * as z from 'zod'

/** What the practice has on file about the patient, read live from the EHR. */
export const Profile = z.object({
  name: z.string(),
  firstName: z.string(),
  birthDate: z.string().nullable(),
  gender: z.string().nullable(),
  language: z.string().nullable(),
  mrn: z.string().nullable(),
  phones: z.array(z.object({ use: z.string().nullable(), value: z.string() })),
  emails: z.array(z.string()),
  /** Lines of the current address, ready to show. */
  address: z.array(z.string()),
})
export type Profile = z.infer<typeof Profile>

/** The patient's first screen. `chart: 'unavailable'` = signed in, but the EHR does not answer or may not be read. */
export const Home = z.object({
  firstName: z.string(),
  accountId: z.string(),
  username: z.string(),
  lastSignInAt: z.number().nullable(),
  chart: z.enum(['shown', 'unavailable', 'not-offered']),
  profile: Profile.nullable(),
})
export type Home = z.infer<typeof Home>
