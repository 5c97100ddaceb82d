import { capabilityOf, type EhrCapability, type TypeCapability } from './capability.ts'

/** Where resources of a type live for a practice: in the chart, or on the portal's own shelf. */
export type Home = 'ehr' | 'portal'

/** What Portico writes beside the Patient; each type has one home in a practice. */
export const HOME_TYPES = [
  'Communication',
  'Appointment',
  'AppointmentResponse',
  'Task',
  'DocumentReference',
  'Consent',
  'AuditEvent',
] as const
export type HomeType = (typeof HOME_TYPES)[number]

type Ability = 'read' | 'search' | 'create' | 'update' | 'change'

/** What the EHR must let us do before a type can live there; `change` = by update or by patch. */
const NEEDS: Readonly<Record<HomeType, readonly Ability[]>> = {
  Communication: ['read', 'search', 'create', 'change'],
  Appointment: ['read', 'search', 'create', 'change'],
  AppointmentResponse: ['read', 'search', 'create'],
  Task: ['read', 'search', 'create', 'change'],
  DocumentReference: ['read', 'search', 'create'],
  Consent: ['read', 'search', 'create', 'update'],
  AuditEvent: ['search', 'create'],
}

/**
 * What we search a type by, one of each list: without it nobody's own could be found among everybody's. An EHR that
 * lists none at all says nothing by that.
 */
const FOUND_BY: Readonly<Record<HomeType, readonly (readonly string[])[]>> = {
  Communication: [['patient', 'subject', 'part-of']],
  Appointment: [['patient', 'actor']],
  AppointmentResponse: [['patient', 'actor', 'appointment']],
  Task: [['patient', 'subject']],
  DocumentReference: [['patient', 'subject']],
  Consent: [['patient'], ['identifier']],
  AuditEvent: [['patient', 'entity']],
}

/**
 * Where resources of a type live, given what the EHR lets a token do.
 * @see design §6
 */
export function homeOf(capability: EhrCapability, type: HomeType): Home {
  return lacksOf(capability, type).length === 0 ? 'ehr' : 'portal'
}

/** What is missing before a type could live in the EHR, in FHIR's own words, e.g. `create`, `search by identifier`. */
export function lacksOf(capability: EhrCapability, type: HomeType): string[] {
  const can = capabilityOf(capability, type)
  const abilities: string[] = NEEDS[type].filter((ability) => !isAble(can, ability))
  const { searchParams } = can
  const unknown =
    searchParams.length === 0
      ? []
      : FOUND_BY[type].filter((names) => !names.some((name) => searchParams.includes(name)))
  // A document is more than what is said of it.
  const needsFile = type === 'DocumentReference' && !capabilityOf(capability, 'Binary').create
  return [
    ...abilities,
    ...unknown.map((names) => `search by ${names.join(' or ')}`),
    ...(needsFile ? ['create of Binary'] : []),
  ]
}

const isAble = (can: TypeCapability, ability: Ability) =>
  ability === 'change' ? can.update || can.patch : can[ability]
