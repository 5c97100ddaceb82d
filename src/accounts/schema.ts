import * as z from 'zod'

/** PostgreSQL keeps no NUL in text. */
const Text = z.string().refine((text) => !text.includes('\0'), 'must not contain NUL')

export const SignIn = z.strictObject({ username: Text.max(320), password: z.string().min(1).max(512) })
export type SignIn = z.infer<typeof SignIn>

/** Who is signed in at the patient's app; instants are epoch ms. */
export const SessionView = z.object({
  accountId: z.string(),
  username: z.string(),
  /** End by idleness if nothing else is asked, and the absolute end. */
  idleEndsAt: z.number(),
  endsAt: z.number(),
  /**
   * True after a temporary password: the session opens nothing but the page where a new one is chosen, and `firstName`
   * is there to greet with.
   */
  restricted: z.boolean(),
  firstName: z.string().nullable(),
})
export type SessionView = z.infer<typeof SessionView>
