import type { CodeableConcept, Resource } from '@medplum/fhirtypes'

export type StaffRole = 'front-desk' | 'physician' | 'administrator'

/** Somebody who can log in to the EMR. */
export type StaffUser = {
  role: StaffRole
  /** FHIR reference, e.g. `Practitioner/12`. */
  fhirUser: string
  name: string
}

export const ROLE_NAMES: Record<StaffRole, string> = {
  'front-desk': 'Front desk',
  physician: 'Physician',
  administrator: 'Administrator',
}

/** What each role may let an app do in its name, whatever the app is registered for. */
const ROLE_SCOPES: Record<StaffRole, string> = {
  'front-desk': [
    'openid fhirUser launch online_access offline_access messaging/ui',
    'user/Patient.crus user/RelatedPerson.cruds user/Coverage.crus user/Consent.crus user/Provenance.crs',
    'user/Appointment.cruds user/Schedule.rs user/Slot.rus user/Encounter.rs user/Location.rs',
    'user/Practitioner.rs user/PractitionerRole.rs user/Organization.rs user/HealthcareService.rs',
    'user/Communication.crus user/Task.crus user/DocumentReference.crs user/Binary.cr user/AuditEvent.c',
    'user/Questionnaire.rs user/QuestionnaireResponse.crus',
  ].join(' '),
  physician: 'openid fhirUser launch online_access offline_access messaging/ui user/*.cruds',
  administrator: 'openid fhirUser launch online_access offline_access messaging/ui user/*.cruds',
}

/** The same at one EMR, which may have more to give. */
export const roleScope = ({ moreRoleScope }: { moreRoleScope: string }, role: StaffRole) =>
  `${ROLE_SCOPES[role]} ${moreRoleScope}`.trim()

/**
 * Who can log in: the first practitioner of each role, going by PractitionerRole.code.
 * Whoever has no such role is part of the chart only.
 */
export function staffOf(resources: Resource[]): StaffUser[] {
  return ROLES.flatMap(({ role, matches }) => {
    const found = resources.find(
      (one) => one.resourceType === 'PractitionerRole' && matches.test(wordsOf(one.code)),
    )
    const fhirUser = found?.resourceType === 'PractitionerRole' ? found.practitioner?.reference : undefined
    return fhirUser ? [{ role, fhirUser, name: nameOf(resources, fhirUser) }] : []
  })
}

const ROLES: { role: StaffRole; matches: RegExp }[] = [
  { role: 'front-desk', matches: /front desk|reception/i },
  { role: 'physician', matches: /doctor|physician/i },
  { role: 'administrator', matches: /administrator/i },
]

const wordsOf = (codes: CodeableConcept[] = []) =>
  codes
    .flatMap(({ text, coding = [] }) => [text, ...coding.flatMap(({ code, display }) => [code, display])])
    .join(' ')

function nameOf(resources: Resource[], reference: string): string {
  const found = resources.find((one) => `${one.resourceType}/${one.id}` === reference)
  const [name] = found?.resourceType === 'Practitioner' ? (found.name ?? []) : []
  return name?.text ?? [name?.given?.join(' '), name?.family].filter(Boolean).join(' ')
}
