import { scopeAllows } from '../../smart-launch/index.ts'
import { capabilityOf, narrowCapability, type EhrCapability } from './capability.ts'
import { HOME_TYPES, homeOf, type Home, type HomeType } from './homes.ts'

/** How a change of a Patient that staff accepted gets into the chart; `to-do` = by a person's hands. */
export type PatientChangeWay = 'openemr' | 'put' | 'patch' | 'to-do'

/** Whose token writes a type; `portal` = it is on our own shelf. */
type Writer = 'service' | 'staff' | 'portal'

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
  homes: Readonly<Record<HomeType, { home: Home; writer: Writer }>>
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
}

/**
 * From what an EHR can do and what our tokens may, what Portico does there. Pure: the same facts, the same plan,
 * whichever vendor made it.
 * @see design §1.2, §6
 */
export function planFor({ capability, staffScope, serviceScope }: PlanFacts): EhrPlan {
  const staff = narrowCapability(capability, 'user', staffScope)
  const service = narrowCapability(capability, 'system', capability.services ? serviceScope : '')
  const homes = homesFor(staff, service)
  const hasRest = (right: string) => hasOpenEmrRest(capability, staffScope, right)
  return {
    chart: {
      staff: capabilityOf(staff, 'Patient').read,
      patients: capabilityOf(service, 'Patient').read,
    },
    patientChange: {
      staff: patientChangeWay(capability, 'user', staffScope),
      service: patientChangeWay(capability, 'system', capability.services ? serviceScope : ''),
    },
    versions: capabilityOf(capability, 'Patient').ifMatch,
    trustedEmail: isOpenEmr(capability) ? 'use-mobile' : 'extension',
    portalFlags: hasRest('user/patient.write') ? 'openemr' : 'none',
    homes,
    openings: openingsOf(service),
    booking: bookingOf(staff, service, hasRest('user/appointment.write')),
    staffInbox: hasRest('user/message.write') ? 'openemr' : 'none',
    documents: documentsOf(staff, hasRest('user/document.write')),
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
  const can = narrowCapability(capability, level, scope)
  if (level === 'system' && !capabilityOf(can, 'Provenance').create) return 'to-do'
  const { update, patch } = capabilityOf(can, 'Patient')
  if (update) return 'put'
  return patch ? 'patch' : 'to-do'
}

/** Whether the EHR keeps the conventions of OpenEMR, and may have its REST API beside FHIR. */
export const isOpenEmr = ({ software, scopesSupported }: EhrCapability): boolean =>
  software?.name === 'OpenEMR' || scopesSupported.includes('api:oemr')

/** Its REST API takes staff's own tokens alone; its scopes are lower case. */
const hasOpenEmrRest = (capability: EhrCapability, scope: string, right: string) => {
  const granted = scope.split(/\s+/)
  return isOpenEmr(capability) && granted.includes('api:oemr') && granted.includes(right)
}

function homesFor(staff: EhrCapability, service: EhrCapability): EhrPlan['homes'] {
  const rows = HOME_TYPES.map((type) => {
    // The service first: patients write while no staff member is there.
    const writer =
      homeOf(service, type) === 'ehr' ? 'service' : homeOf(staff, type) === 'ehr' ? 'staff' : null
    return [type, writer ? { home: 'ehr', writer } : { home: 'portal', writer: 'portal' }] as const
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

/** What a patient sent goes into the chart when staff accept it, so their token counts. */
function documentsOf(staff: EhrCapability, rest: boolean): EhrPlan['documents'] {
  const hasPlace = ['DocumentReference', 'Binary'].every((type) => capabilityOf(staff, type).create)
  if (hasPlace) return 'ehr'
  return rest ? 'openemr' : 'kept'
}
