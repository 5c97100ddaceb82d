/**
 * Codes of required value sets, by element. @medplum/core checks form, cardinality and invariants but no value
 * sets, so `gender: "xyz"` would pass. The whole of FHIR's terminology is 20 MB; these are the codes that a portal
 * writes.
 * @see https://hl7.org/fhir/R4/terminologies.html#required
 */
const APPOINTMENT_PARTICIPATION = 'accepted declined tentative needs-action'
const EVENT = 'preparation in-progress not-done on-hold stopped completed entered-in-error unknown'
const FINANCIAL = 'active cancelled draft entered-in-error'
const GENDER = 'male female other unknown'
const PRIORITY = 'routine urgent asap stat'
const REQUEST_INTENT = 'proposal plan order original-order reflex-order filler-order instance-order option'

const CODES: Record<string, string> = {
  'Address.type': 'postal physical both',
  'Address.use': 'home work temp old billing',
  'AllergyIntolerance.category': 'food medication environment biologic',
  'AllergyIntolerance.criticality': 'low high unable-to-assess',
  'AllergyIntolerance.type': 'allergy intolerance',
  'Appointment.status':
    'proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist',
  'AppointmentParticipant.required': 'required optional information-only',
  'AppointmentParticipant.status': APPOINTMENT_PARTICIPATION,
  'AppointmentResponse.participantStatus': APPOINTMENT_PARTICIPATION,
  'AuditEvent.action': 'C R U D E',
  'AuditEvent.outcome': '0 4 8 12',
  'Communication.priority': PRIORITY,
  'Communication.status': EVENT,
  'Consent.status': 'draft proposed active rejected inactive entered-in-error',
  'ConsentProvision.type': 'deny permit',
  'ContactPoint.system': 'phone fax email pager url sms other',
  'ContactPoint.use': 'home work temp old mobile',
  'Coverage.status': FINANCIAL,
  'DiagnosticReport.status':
    'registered partial preliminary final amended corrected appended cancelled entered-in-error unknown',
  'DocumentReference.docStatus': 'preliminary final amended entered-in-error',
  'DocumentReference.status': 'current superseded entered-in-error',
  'Encounter.status':
    'planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown',
  'HumanName.use': 'usual official temp nickname anonymous old maiden',
  'Identifier.use': 'usual official temp secondary old',
  'Immunization.status': 'completed entered-in-error not-done',
  'Invoice.status': 'draft issued balanced cancelled entered-in-error',
  'MedicationRequest.intent': REQUEST_INTENT,
  'MedicationRequest.status': 'active on-hold cancelled completed entered-in-error stopped draft unknown',
  'Narrative.status': 'generated extensions additional empty',
  'Observation.status': 'registered preliminary final amended corrected cancelled entered-in-error unknown',
  'Patient.gender': GENDER,
  'PatientLink.type': 'replaced-by replaces refer seealso',
  'PaymentNotice.status': FINANCIAL,
  'Person.gender': GENDER,
  'PersonLink.assurance': 'level1 level2 level3 level4',
  'Practitioner.gender': GENDER,
  'Procedure.status': EVENT,
  'Questionnaire.status': 'draft active retired unknown',
  'QuestionnaireResponse.status': 'in-progress completed amended entered-in-error stopped',
  'RelatedPerson.gender': GENDER,
  'ServiceRequest.intent': `directive ${REQUEST_INTENT}`,
  'ServiceRequest.status': 'draft active on-hold revoked completed entered-in-error unknown',
  'Slot.status': 'busy free busy-unavailable busy-tentative entered-in-error',
  'Task.intent': `unknown ${REQUEST_INTENT}`,
  'Task.priority': PRIORITY,
  'Task.status':
    'draft requested received accepted rejected ready cancelled in-progress on-hold failed completed entered-in-error',
}

const SETS = new Map(Object.entries(CODES).map(([element, codes]) => [element, new Set(codes.split(' '))]))

/** The codes that an element may hold, e.g. of `Patient.gender` or `ContactPoint.system`; undefined where any may. */
export const requiredCodes = (element: string): ReadonlySet<string> | undefined => SETS.get(element)
