import * as z from 'zod'

export const Permission = z.enum(['access.read', 'access.manage', 'credentials.manage'])
export type Permission = z.infer<typeof Permission>

/** What the staff app needs to know before it asks for the patient: whose tab this is and what may be done in it. */
export const LaunchView = z.object({
  launch: z.string(),
  /** FHIR id of the patient in context; every request of the tab names it. */
  patient: z.string(),
  staff: z.object({ name: z.string().nullable(), fhirUser: z.string() }),
  permissions: z.array(Permission),
  /** Show our own patient banner only if the EMR does not (SMART need_patient_banner). */
  needPatientBanner: z.boolean(),
  /** Deep link, e.g. `create-credentials`; null = the card. */
  intent: z.string().nullable(),
  styleUrl: z.url().nullable(),
  /** Absolute end of the staff session, epoch ms. */
  endsAt: z.number(),
})
export type LaunchView = z.infer<typeof LaunchView>

/** The end of a launch in a frame that keeps no cookie: what the tab kept of it, and what the EMR said in the address. */
export const FinishLaunch = z.object({ sealed: z.string().min(1), query: z.string().min(1) })
export type FinishLaunch = z.infer<typeof FinishLaunch>

/** A staff session for one page's memory: `token` goes into Authorization, `launch` into the address. */
export const FinishedLaunch = z.object({ token: z.string(), launch: z.string() })
export type FinishedLaunch = z.infer<typeof FinishedLaunch>
