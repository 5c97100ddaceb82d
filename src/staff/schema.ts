import * as z from 'zod'

export const Permission = z.enum([
  'access.read',
  'access.manage',
  'credentials.manage',
  'settings.manage',
  'audit.read',
  'staff.manage',
])
export type Permission = z.infer<typeof Permission>

/** The roles that every practice starts with; it may change them and add its own. */
export const PresetRole = z.enum(['front-desk', 'clinician', 'administrator'])
export type PresetRole = z.infer<typeof PresetRole>

/** What the staff app needs to know before it asks for the patient: whose tab this is and what may be done in it. */
export const LaunchView = z.object({
  launch: z.string(),
  /** FHIR id of the patient in context; every request of the tab names it. */
  patient: z.string(),
  staff: z.object({
    name: z.string().nullable(),
    fhirUser: z.string(),
    /** Name of the role; null = nobody has given one yet: look only. */
    role: z.string().nullable(),
  }),
  permissions: z.array(Permission),
  /** Show our own patient banner only if the EMR does not (SMART need_patient_banner). */
  needPatientBanner: z.boolean(),
  /** Deep link, e.g. `create-credentials`; null = the card. */
  intent: z.string().nullable(),
  styleUrl: z.url().nullable(),
  /** Names this patient in the practice's live events, and nothing else. */
  liveKey: z.string(),
  /** How to speak to the EMR's page around us, where the launch offered it (SMART Web Messaging). */
  messaging: z.object({ handle: z.string(), origin: z.string() }).nullable(),
  /** How many patients there is something to type into the EMR for, in the whole practice; 0 for who may not see it. */
  todos: z.number().int(),
  /** Absolute end of the staff session, epoch ms. */
  endsAt: z.number(),
})
export type LaunchView = z.infer<typeof LaunchView>

const styled = (pattern: RegExp) => z.string().trim().max(200).regex(pattern).optional().catch(undefined)
const StyleColour = styled(
  /^(#[\da-f]{3,8}|[a-z]+|(rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\([\w\s.,%/+-]*\))$/i,
)
const StyleLength = styled(/^\d{1,3}(\.\d{1,3})?px$/)
const StyleFont = styled(/^[\w\s"',.-]+$/)

/**
 * How the EMR looks, as far as it says; a value that is none of its kind counts as not said.
 * @see SMART App Launch 2.2 §smart_style_url
 */
export const LaunchStyle = z.object({
  color_background: StyleColour,
  color_error: StyleColour,
  color_highlight: StyleColour,
  color_modal_backdrop: StyleColour,
  color_success: StyleColour,
  color_text: StyleColour,
  dim_border_radius: StyleLength,
  dim_font_size: StyleLength,
  dim_spacing_size: StyleLength,
  font_family_body: StyleFont,
  font_family_heading: StyleFont,
})
export type LaunchStyle = z.infer<typeof LaunchStyle>

/** Answer of GET …/style. */
export const LaunchStyleView = z.object({ style: LaunchStyle.nullable() })
export type LaunchStyleView = z.infer<typeof LaunchStyleView>

/** The end of a launch in a frame that keeps no cookie: what the tab kept of it, and what the EMR said in the address. */
export const FinishLaunch = z.object({ sealed: z.string().min(1), query: z.string().min(1) })
export type FinishLaunch = z.infer<typeof FinishLaunch>

/** A staff session for one page's memory: `token` goes into Authorization, `launch` into the address. */
export const FinishedLaunch = z.object({ token: z.string(), launch: z.string() })
export type FinishedLaunch = z.infer<typeof FinishedLaunch>

export const StaffRole = z.object({
  id: z.string(),
  name: z.string(),
  /** Set for the three that every practice starts with: the browser words its name in the reader's language until it is renamed. */
  preset: PresetRole.nullable(),
  permissions: z.array(Permission),
  version: z.number().int(),
  /** How many people have it. */
  people: z.number().int(),
})
export type StaffRole = z.infer<typeof StaffRole>

export const StaffPerson = z.object({
  id: z.string(),
  name: z.string().nullable(),
  fhirUser: z.string(),
  /** Null = nobody has given a role yet: looks only, and stands first in the list. */
  role: z.string().nullable(),
  /** The configuration file makes this person an administrator; that cannot be taken away here. */
  locked: z.boolean(),
  /** When an administrator stopped this person's use of Portico; null = not stopped. */
  stoppedAt: z.number().nullable(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
})
export type StaffPerson = z.infer<typeof StaffPerson>

/** People and rights: who has launched Portico here, and what each role may do. */
export const PeopleView = z.object({ people: z.array(StaffPerson), roles: z.array(StaffRole) })
export type PeopleView = z.infer<typeof PeopleView>

/** Body of PUT …/people/:person. Null takes the role away: look only. */
export const GiveRole = z.strictObject({ role: z.string().min(1).max(64).nullable() })
export type GiveRole = z.infer<typeof GiveRole>

const RoleName = z.string().trim().min(1).max(60)
const RolePermissions = z.array(Permission).max(20)

/** Body of POST …/roles. */
export const NewRole = z.strictObject({ name: RoleName, permissions: RolePermissions })
export type NewRole = z.infer<typeof NewRole>

/** Body of PUT …/roles/:role. */
export const SaveRole = z.strictObject({
  version: z.int().min(1),
  name: RoleName,
  permissions: RolePermissions,
})
export type SaveRole = z.infer<typeof SaveRole>

/** One line of the trail, as those with `audit.read` see it. */
export const HistoryEntry = z.object({
  id: z.string(),
  at: z.number(),
  /** Name of the staff member, else null: `actor` says what it was. */
  by: z.string().nullable(),
  actor: z.enum(['staff', 'patient', 'portico', 'anonymous']),
  /** `noun.past-participle`, e.g. `settings.changed`; the browser words the ones that it knows. */
  action: z.string(),
  outcome: z.enum(['success', 'refused', 'failed']),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type HistoryEntry = z.infer<typeof HistoryEntry>

export const HistoryView = z.object({
  entries: z.array(HistoryEntry),
  /** Ask with `?before=` this for older ones; null at the end. */
  before: z.string().nullable(),
})
export type HistoryView = z.infer<typeof HistoryView>
