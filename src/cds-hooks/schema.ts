import * as z from 'zod'

/**
 * Body of POST /:practice/cds-services/portal-access: somebody has opened a patient's chart. What else an EHR sends,
 * access to its FHIR server and prefetched data, is neither used nor kept.
 * @see CDS Hooks 2.0, Calling a CDS Service; hook patient-view 1.0
 */
export const PatientView = z.object({
  hook: z.literal('patient-view'),
  hookInstance: z.uuid(),
  context: z.object({
    /** Who looks, as the EHR says. Patients have a portal of their own. */
    userId: z.string().regex(/^(Practitioner|PractitionerRole|Person)\/[A-Za-z0-9.-]{1,64}$/),
    patientId: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
    encounterId: z
      .string()
      .regex(/^[A-Za-z0-9.-]{1,64}$/)
      .optional(),
  }),
})
export type PatientView = z.infer<typeof PatientView>

/** One note that the EHR shows beside the chart. */
export const CdsCard = z.object({
  uuid: z.uuid(),
  summary: z.string().max(140),
  indicator: z.enum(['info', 'warning']),
  source: z.object({ label: z.string(), url: z.url() }),
  links: z
    .array(
      z.object({
        label: z.string(),
        url: z.url(),
        type: z.literal('smart'),
        /** JSON with `intent`; comes back to us in the token answer of the launch. */
        appContext: z.string(),
      }),
    )
    .length(1),
})
export type CdsCard = z.infer<typeof CdsCard>

export const CdsCards = z.object({ cards: z.array(CdsCard) })
export type CdsCards = z.infer<typeof CdsCards>
