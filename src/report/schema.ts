import * as z from 'zod'

/** One thing that Portico does, and how at this EHR. */
export const Capability = z.object({
  id: z.string(),
  /** `falls-back` = it is done, in another way; `impossible` = staff or patients go without. */
  state: z.enum(['works', 'falls-back', 'impossible']),
  title: z.string(),
  /** How, or why not and what is done instead; in the language that was asked for. */
  text: z.string(),
})
export type Capability = z.infer<typeof Capability>

/** One thing that must be right for the rest to work. */
export const Check = z.object({
  id: z.string(),
  state: z.enum(['ok', 'warning', 'fault', 'unknown']),
  title: z.string(),
  text: z.string(),
  /** Something to copy: scopes that are missing, a policy to add; null where there is nothing. */
  value: z.string().nullable(),
})
export type Check = z.infer<typeof Check>

/** What works at a practice's EHR, what falls back to what, what cannot be done and why. Instants are epoch ms. */
export const HostReport = z.object({
  practice: z.object({ slug: z.string(), name: z.string() }),
  at: z.number(),
  ehr: z.object({
    fhirBase: z.string(),
    software: z.string().nullable(),
    fhirVersion: z.string().nullable(),
  }),
  /** What Portico does now; empty while the EHR does not say what it can do. */
  now: z.array(Capability),
  /** What this EHR is ready for as Portico grows. */
  later: z.array(Capability),
  smart: z.array(Check),
  surroundings: z.array(Check),
  hosts: z.array(Check),
})
export type HostReport = z.infer<typeof HostReport>

/**
 * `again`: look at everything anew; at most once a minute where that means to sign in, every five minutes at what the
 * EHR says that it can do.
 */
export const ReportQuery = z.object({
  lang: z.enum(['en', 'es']).default('en'),
  again: z.literal('true').optional(),
})
