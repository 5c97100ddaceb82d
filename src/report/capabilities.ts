import type { EhrCapability } from '../fhir/capability.ts'
import { planFor, type EhrPlan } from '../fhir/plan.ts'
import { state, type Stated } from './findings.ts'

/** What Portico does at an EHR today. Pure. */
export const capabilitiesNow = (plan: EhrPlan): Stated[] => [
  plan.chart.staff ? state('chart-staff', 'works', 'yes') : state('chart-staff', 'impossible', 'no'),
  plan.chart.patients ? state('chart-patients', 'works', 'yes') : state('chart-patients', 'impossible', 'no'),
  contacts(plan),
  embeddedContacts(plan),
  trustedEmail(plan),
  decisions(plan),
]

/**
 * What an EHR is ready for, before the pages for it are there: by what it says that it can do and grant, whatever is
 * asked for as yet. Pure.
 */
export function capabilitiesLater(capability: EhrCapability): Stated[] {
  const { homes, booking, openings, documents, auditMirror } = planFor({
    capability,
    staffScope: grantable(capability, 'user'),
    serviceScope: grantable(capability, 'system'),
  })
  return [
    state('messages', inChart(homes.Communication.home), homes.Communication.home),
    state('booking', booking === 'to-do' ? 'falls-back' : 'works', booking),
    state('openings', OPENINGS[openings], openings),
    state('documents', documents === 'kept' ? 'falls-back' : 'works', documents),
    state('audit', inChart(auditMirror), auditMirror),
  ]
}

/** An EHR need not list its scopes; then it is taken that it grants what it can do. */
const grantable = ({ scopesSupported }: EhrCapability, context: 'user' | 'system'): string =>
  scopesSupported.some((scope) => scope.startsWith(`${context}/`))
    ? scopesSupported.join(' ')
    : [...scopesSupported, `${context}/*.cruds`].join(' ')

const inChart = (home: 'ehr' | 'portal') => (home === 'ehr' ? 'works' : 'falls-back')

const OPENINGS = {
  operations: 'works',
  slots: 'works',
  'busy-times': 'falls-back',
  none: 'impossible',
} as const satisfies Record<EhrPlan['openings'], Stated['state']>

function contacts({ patientChange: { staff }, versions }: EhrPlan): Stated {
  if (staff === 'to-do') return state('contacts', 'falls-back', 'to-do')
  return state('contacts', 'works', staff === 'openemr' || !versions ? 'compared' : staff)
}

const trustedEmail = ({ patientChange, trustedEmail: mark }: EhrPlan): Stated =>
  patientChange.staff === 'to-do'
    ? state('trusted-email', 'falls-back', 'kept')
    : state('trusted-email', 'works', mark)

/** Where the service may not write, the person's own token must come with the page. */
function embeddedContacts({ patientChange: { staff, service } }: EhrPlan): Stated {
  if (service !== 'to-do') return state('contacts-embedded', 'works', 'service')
  return state('contacts-embedded', 'falls-back', staff === 'to-do' ? 'to-do' : 'own-token')
}

function decisions({ consentMirror, portalFlags, homes }: EhrPlan): Stated {
  if (consentMirror === 'ehr') return state('decisions', 'works', 'consent')
  if (portalFlags === 'openemr') return state('decisions', 'works', 'flags')
  return state('decisions', 'falls-back', homes.Consent.isOpen ? 'waits' : 'portal')
}
