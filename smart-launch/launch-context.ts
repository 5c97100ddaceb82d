import * as z from 'zod'

/** An id as FHIR has it. Whatever goes into an address of the EHR must look like one. */
export const FhirId = z.string().regex(/^[A-Za-z0-9\-.]{1,64}$/)

const webAddress = z.url({ protocol: /^https?$/ })

/**
 * The part of a token answer that says where in the EHR we were opened. Only hints for the screen: a value
 * that cannot be used counts as absent and stops nobody's work.
 *
 * @see SMART App Launch 2.2, Launch context arrives with your access_token
 */
export const ContextAnswer = z.object({
  // Absent means that nobody else shows who the patient is, so we do.
  need_patient_banner: z.boolean().catch(true),
  intent: hint(z.string().min(1)),
  smart_style_url: hint(webAddress),
  fhirContext: z.array(z.unknown()).catch([]),
  encounter: hint(FhirId),
  appContext: hint(z.string()),
})

export type LaunchContext = {
  needPatientBanner: boolean
  intent: string | null
  styleUrl: string | null
  fhirContext: unknown[]
  encounter: string | null
  appContext: string | null
}

/** The launch context in our own words. */
export function toLaunchContext(answer: z.infer<typeof ContextAnswer>): LaunchContext {
  return {
    needPatientBanner: answer.need_patient_banner,
    intent: answer.intent,
    styleUrl: answer.smart_style_url,
    fhirContext: answer.fhirContext,
    encounter: answer.encounter,
    appContext: answer.appContext,
  }
}

function hint(schema: z.ZodType<string>) {
  return schema.nullable().catch(null)
}
