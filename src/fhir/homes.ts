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
 * Where resources of a type live, given what the EHR lets a token do.
 * @see design §6
 */
export function homeOf(capability: EhrCapability, type: HomeType): Home {
  const can = capabilityOf(capability, type)
  return NEEDS[type].every((ability) => isAble(can, ability)) ? 'ehr' : 'portal'
}

const isAble = (can: TypeCapability, ability: Ability) =>
  ability === 'change' ? can.update || can.patch : can[ability]
