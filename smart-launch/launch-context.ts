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
  smart_web_messaging_handle: hint(z.string().min(1).max(512)),
  smart_web_messaging_origin: hint(z.string().refine(isWebOrigin)),
})

export type LaunchContext = {
  needPatientBanner: boolean
  intent: string | null
  styleUrl: string | null
  fhirContext: unknown[]
  encounter: string | null
  appContext: string | null
  /** How to speak with the page around us; whoever uses it checks that the origin is one of the EHR's own. */
  messaging: { handle: string; origin: string } | null
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
    messaging: toMessaging(answer),
  }
}

/** @see SMART Web Messaging 1.0, Authorization with SMART Scopes */
function toMessaging({
  smart_web_messaging_handle: handle,
  smart_web_messaging_origin: origin,
}: z.infer<typeof ContextAnswer>): LaunchContext['messaging'] {
  return handle === null || origin === null ? null : { handle, origin }
}

function hint(schema: z.ZodType<string>) {
  return schema.nullable().catch(null)
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** `https://ehr.example` and nothing behind it; without TLS only on this machine. */
function isWebOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { origin, protocol, hostname } = new URL(text)
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname)))
}
