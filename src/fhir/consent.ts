import type { Bundle, Consent } from '@medplum/fhirtypes'
import {
  PORTAL_ACCESS,
  PORTAL_ACCESS_IDENTIFIER,
  PORTAL_CONSENT_CODES,
} from '../../fhir-profiles/canonicals.ts'
import type { Kept, SearchParams } from './client.ts'

export type PortalConsent = {
  patientId: string
  practiceSlug: string
  /** `inactive` = access was withdrawn; the consent is kept, never deleted. */
  status: 'active' | 'inactive'
  /** Epoch ms of the decision. */
  at: number
  /** Reference of the practice in its own chart, e.g. `Organization/1`. */
  organization?: string
}

/**
 * Writes into the chart's own words that a patient may, or no longer may, use the portal. A mirror for the EHR's
 * users: what counts is Portico's own row.
 * @see fhir-profiles/README.md; FHIR R4 Consent, ppc-1 and ppc-2
 */
export function toPortalConsent({
  patientId,
  practiceSlug,
  status,
  at,
  organization,
}: PortalConsent): Consent {
  const patient = { reference: `Patient/${patientId}` }
  const when = new Date(at).toISOString()
  return {
    resourceType: 'Consent',
    identifier: [{ system: PORTAL_ACCESS_IDENTIFIER, value: identifierOf({ patientId, practiceSlug }) }],
    status,
    scope: { coding: [{ system: `${TERMINOLOGY}/consentscope`, code: 'patient-privacy' }] },
    category: [
      { coding: [{ system: PORTAL_CONSENT_CODES, code: PORTAL_ACCESS }] },
      { coding: [{ system: 'http://loinc.org', code: '64292-6' }] },
    ],
    patient,
    dateTime: when,
    performer: [patient],
    ...(organization ? { organization: [{ reference: organization }] } : {}),
    policyRule: { coding: [{ system: `${TERMINOLOGY}/v3-ActCode`, code: 'OPTIN' }] },
    provision: {
      type: 'permit',
      period: status === 'active' ? { start: when } : { end: when },
      actor: [
        {
          role: { coding: [{ system: `${TERMINOLOGY}/v3-ParticipationType`, code: 'IRCP' }] },
          reference: patient,
        },
      ],
      purpose: [{ system: `${TERMINOLOGY}/v3-ActReason`, code: 'PATRQT' }],
    },
  }
}

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem'

/** Finds the one consent of this kind for a patient: for a search, and as `ifNoneExist` of a create. */
export const portalConsentQuery = (
  whose: Pick<PortalConsent, 'patientId' | 'practiceSlug'>,
): SearchParams => ({
  identifier: `${PORTAL_ACCESS_IDENTIFIER}|${identifierOf(whose)}`,
})

/**
 * The consent of this kind for a patient among what a search found. Checked again, since an EHR that overlooks the
 * parameter returns everybody's, and the first of them would be overwritten.
 */
export function portalConsentIn(
  found: Bundle<Consent>,
  whose: Pick<PortalConsent, 'patientId' | 'practiceSlug'>,
): Kept<Consent> | undefined {
  return found.entry
    ?.map(({ resource }) => resource)
    .find((resource): resource is Kept<Consent> => {
      const isOurs = resource?.identifier?.some(
        ({ system, value }) => system === PORTAL_ACCESS_IDENTIFIER && value === identifierOf(whose),
      )
      return resource?.resourceType === 'Consent' && resource.id !== undefined && isOurs === true
    })
}

const identifierOf = ({ patientId, practiceSlug }: Pick<PortalConsent, 'patientId' | 'practiceSlug'>) =>
  `${practiceSlug}.${patientId}`
