import { scopeAllows } from '../../smart-launch/index.ts'
import { capabilityOf, narrowCapability, type EhrCapability } from './capability.ts'
import { HOME_TYPES, homeOf, type Home, type HomeType } from './homes.ts'

/** How a change of a Patient that staff accepted gets into the chart; `to-do` = by a person's hands. */
export type PatientChangeWay = 'openemr' | 'put' | 'patch' | 'to-do'

/** Whose token writes a type; `portal` = it is on our own shelf. */
type Writer = 'service' | 'staff' | 'portal'

/** @property isOpen it would be another one if the service had the token that the EHR does not give it now */
type HomePlan = { home: Home; writer: Writer; isOpen: boolean }

/** What Portico does at one EHR, capability by capability. */
export type EhrPlan = {
  /** Who can be shown the chart: staff by their own tokens, patients by the service's. */
  chart: { staff: boolean; patients: boolean }
  patientChange: { staff: PatientChangeWay; service: PatientChangeWay }
  /** An update with an old version is refused; without this it is looked at again right before and after. */
  versions: boolean
  /** How the chart marks the address that only the patient reads. */
  trustedEmail: 'extension' | 'use-mobile'
  /** Whether the EHR has switches of its own for portal and e-mail that follow ours. */
  portalFlags: 'openemr' | 'none'
  homes: Readonly<Record<HomeType, HomePlan>>
  openings: 'operations' | 'slots' | 'busy-times' | 'none'
  booking: 'ehr' | 'openemr' | 'to-do'
  /** Where staff read what a patient wrote beside Portico. */
  staffInbox: 'openemr' | 'none'
  documents: 'ehr' | 'openemr' | 'kept'
  consentMirror: Home
  auditMirror: Home
}

export type PlanFacts = {
  capability: EhrCapability
  /** Scopes granted where known, else those that are asked for; '' = none. */
  staffScope: string
  serviceScope: string
  /** Whether the EHR gives the service its token; while it does not, `serviceScope` is what is asked for. */
  service?: 'granted' | 'refused' | 'unknown'
}

/**
 * From what an EHR can do and what our tokens may, what Portico does there. Pure: the same facts, the same plan,
 * whichever vendor made it.
 * @see design §1.2, §6
 */
export function planFor(facts: PlanFacts): EhrPlan {
  const { capability, staffScope, service: has = 'granted' } = facts
  const asked = capability.services ? facts.serviceScope : ''
  const serviceScope = has === 'refused' ? '' : asked
  const staff = narrowCapability(capability, 'user', asOwn(staffScope))
  const service = narrowCapability(capability, 'system', serviceScope)
  const hoped = has === 'granted' ? null : narrowCapability(capability, 'system', asked)
  const homes = homesFor(staff, service, hoped)
  const hasRest = (right: string) => hasOpenEmrRest(capability, staffScope, right)
  return {
    chart: {
      staff: capabilityOf(staff, 'Patient').read,
      patients: capabilityOf(service, 'Patient').read,
    },
    patientChange: {
      staff: patientChangeWay(capability, 'user', staffScope),
      service: patientChangeWay(capability, 'system', serviceScope),
    },
    versions: capabilityOf(capability, 'Patient').ifMatch,
    trustedEmail: isOpenEmr(capability) ? 'use-mobile' : 'extension',
    portalFlags: hasRest('user/patient.write') ? 'openemr' : 'none',
    homes,
    openings: openingsOf(service),
    booking: bookingOf(staff, service, hasRest('user/appointment.write')),
    staffInbox: hasRest('user/message.write') ? 'openemr' : 'none',
    documents: documentsOf(homes, hasRest('user/document.write')),
    consentMirror: homes.Consent.home,
    auditMirror: homes.AuditEvent.home,
  }
}

/**
 * How a token gets a change of a Patient into the chart. Where the EHR does not say what it can, a person's own token
 * is taken at its scope: the write itself tells. The service writes only where the chart can also say for whom.
 */
export function patientChangeWay(
  capability: EhrCapability | undefined,
  level: 'user' | 'system',
  scope: string,
): PatientChangeWay {
  if (!capability)
    return level === 'user' &&
      (['user', 'patient'] as const).some((context) => scopeAllows(scope, context, 'Patient', 'u'))
      ? 'put'
      : 'to-do'
  if (level === 'user' && hasOpenEmrRest(capability, scope, 'user/patient.write')) return 'openemr'
  const can = narrowCapability(capability, level, level === 'user' ? asOwn(scope) : scope)
  if (level === 'system' && !capabilityOf(can, 'Provenance').create) return 'to-do'
  const { update, patch, ifMatch } = capabilityOf(can, 'Patient')
  // Where a late write is not refused, a whole Patient would take back what others changed meanwhile.
  if (update && (ifMatch || !patch)) return 'put'
  return patch ? 'patch' : 'to-do'
}

/** A launch for one patient may grant rights for that patient alone; where one is written, nobody else is meant. */
const asOwn = (scope: string) => scope.replaceAll(/(^|\s)patient\/(?=[A-Z*])/g, '$1user/')

/** Whether the EHR keeps the conventions of OpenEMR, and may have its REST API beside FHIR. */
export const isOpenEmr = ({ software, scopesSupported }: EhrCapability): boolean =>
  software?.name === 'OpenEMR' || scopesSupported.includes('api:oemr')

/** Its REST API takes staff's own tokens alone; its scopes are lower case. */
const hasOpenEmrRest = (capability: EhrCapability, scope: string, right: string) => {
  const granted = scope.split(/\s+/)
  return isOpenEmr(capability) && granted.includes('api:oemr') && granted.includes(right)
}

/** @param hoped what the service could do with the token that it does not have now; null where it has one */
function homesFor(
  staff: EhrCapability,
  service: EhrCapability,
  hoped: EhrCapability | null,
): EhrPlan['homes'] {
  const rows = HOME_TYPES.map((type) => {
    // Patients write while no staff member is there, so it takes the service; a document waits until staff accept it.
    const byStaff = type === 'DocumentReference' && homeOf(staff, type) === 'ehr'
    const writer = homeOf(service, type) === 'ehr' ? 'service' : byStaff ? 'staff' : 'portal'
    const isOpen = hoped !== null && !byStaff && homeOf(hoped, type) === 'ehr'
    return [type, { home: writer === 'portal' ? 'portal' : 'ehr', writer, isOpen }] as const
  })
  return Object.fromEntries(rows) as EhrPlan['homes']
}

function openingsOf(service: EhrCapability): EhrPlan['openings'] {
  const appointments = capabilityOf(service, 'Appointment')
  if (['find', 'book'].every((name) => appointments.operations.includes(name))) return 'operations'
  if (capabilityOf(service, 'Slot').search && capabilityOf(service, 'Schedule').search) return 'slots'
  return appointments.search ? 'busy-times' : 'none'
}

function bookingOf(staff: EhrCapability, service: EhrCapability, rest: boolean): EhrPlan['booking'] {
  if ([service, staff].some((ehr) => capabilityOf(ehr, 'Appointment').create)) return 'ehr'
  return rest ? 'openemr' : 'to-do'
}

function documentsOf({ DocumentReference }: EhrPlan['homes'], rest: boolean): EhrPlan['documents'] {
  if (DocumentReference.home === 'ehr') return 'ehr'
  return rest ? 'openemr' : 'kept'
}
