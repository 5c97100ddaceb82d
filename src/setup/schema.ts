import * as z from 'zod'
import { Language, PracticeSlug } from '../practices/schema.ts'
import { SETTINGS } from '../settings/schema.ts'

const Text = z.string().trim().max(2000)

/** Body of PUT /setup/api/ehr: as somebody pastes it, with or without `/metadata` behind it. */
export const GiveEhr = z.strictObject({ fhirBase: Text.min(1) })
export type GiveEhr = z.infer<typeof GiveEhr>

/** Body of PUT /setup/api/place: where Portico will answer, and for whom. */
export const GivePlace = z.strictObject({
  publicUrl: Text.min(1),
  name: z
    .string()
    .trim()
    .refine(
      (text) => SETTINGS.name.safeParse(text).success,
      'Give the practice’s name, at most 120 characters.',
    ),
  slug: z
    .string()
    .refine((text) => PracticeSlug.safeParse(text).success, 'Use 2 to 40 small letters, digits and dashes.'),
})
export type GivePlace = z.infer<typeof GivePlace>

/** Body of PUT /setup/api/registration: which of the registration files to go by. */
export const ChooseRegistration = z.strictObject({ kind: z.string().regex(/^[a-z0-9-]{1,40}$/) })
export type ChooseRegistration = z.infer<typeof ChooseRegistration>

/** Body of PUT /setup/api/client: what the EHR calls Portico. */
export const GiveClient = z.strictObject({ clientId: Text.min(1).max(200) })
export type GiveClient = z.infer<typeof GiveClient>

/**
 * Body of PUT /setup/api/practice. `chartUrl`: a patient's page in the EMR, `{patient}` for the id; null = not known.
 * `emrOrigins`: where the EMR's own pages are, which may show Portico in a frame.
 */
export const GivePractice = z.strictObject({
  timeZone: z
    .string()
    .refine(
      (text) => SETTINGS.timeZone.safeParse(text).success,
      'Give a time zone as IANA writes it, e.g. America/Chicago.',
    ),
  languages: z
    .array(z.enum(Language.options, 'Portico speaks en and es.'))
    .min(1, 'Choose one language at least.')
    .max(2),
  portalUrl: Text.min(1),
  chartUrl: Text.nullable(),
  emrOrigins: z.array(Text).max(20),
})
export type GivePractice = z.infer<typeof GivePractice>

/** Body of POST /setup/api/configuration. Nothing that is there already is touched unless one of these says so. */
export const WriteConfiguration = z.strictObject({
  /** Who launched, as it was shown: they become the first administrator. */
  administrator: z.string(),
  /** Put the practice into a configuration file that has others. */
  add: z.boolean().default(false),
  /** The practice is in that file already: its EHR, key and name are written anew. */
  replace: z.boolean().default(false),
})
export type WriteConfiguration = z.infer<typeof WriteConfiguration>

/** One thing that was found out, in a sentence. `bad` = Portico cannot work with it. */
export const Finding = z.object({ mood: z.enum(['good', 'warn', 'bad']), text: z.string() })
export type Finding = z.infer<typeof Finding>

/** Something to copy into a form of the EHR. */
type CopyValue = { label: string; value: string; hint?: string }

/** What the EHR's administrator needs to register Portico. */
export type RegistrationView = {
  kind: string
  /** The EHR's name for people. */
  ehr: string
  kinds: { kind: string; ehr: string }[]
  values: CopyValue[]
  /** Public keys, for EHRs that want them pasted. */
  jwks: string
  /** The whole registration as JSON (RFC 7591). */
  metadata: string
  /** Where the EHR takes it by POST; null when it does not say. */
  endpoint: string | null
  notes: string[]
  /** Scopes of the file that this EHR does not have. */
  left: string[]
}

export const CheckedLaunch = z.object({
  state: z.enum(['begun', 'refused', 'done']),
  /** Epoch milliseconds. */
  at: z.number(),
  findings: z.array(Finding),
  /** Who launched, e.g. `Practitioner/12`; null unless it worked. */
  fhirUser: z.string().nullable(),
  userName: z.string().nullable(),
  patient: z.string().nullable(),
  granted: z.string(),
  /** The EHR launches under this spelling of its FHIR base; null when it is the one that was given. */
  alias: z.string().nullable(),
})
export type CheckedLaunch = z.infer<typeof CheckedLaunch>

export type SetupStep = 'ehr' | 'place' | 'client' | 'launch' | 'practice' | 'write' | 'done'

/** Everything that both fronts show. It holds no secret. */
export type SetupView = {
  step: SetupStep
  ehr: { fhirBase: string; ehr: string; findings: Finding[] } | null
  place: GivePlace | null
  registration: RegistrationView | null
  clientId: string | null
  launch: CheckedLaunch | null
  practice: GivePractice | null
  /** Where to start from: what this machine, the EMR, and a practice that is connected anew say. */
  suggested: { publicUrl: string; timeZone: string; emrOrigins: string[]; chartUrl: string | null }
  files: { config: string; env: string; practices: string[]; hasEnv: boolean }
  /** What to do next, once the files are there. */
  next: string[]
}
