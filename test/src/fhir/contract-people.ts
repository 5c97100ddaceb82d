import { randomUUID } from 'node:crypto'
import type {
  Appointment,
  AppointmentResponse,
  AuditEvent,
  Communication,
  Consent,
  DocumentReference,
  Resource,
  Task,
} from '@medplum/fhirtypes'
import type { HomeType } from '../../../src/fhir/homes.ts'

export const SYSTEM = 'urn:portico:contract'
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem'

export const refer = (type: string, id: string) => ({ reference: `${type}/${id}` })
const patient = (id: string) => refer('Patient', id)

/** A business identifier that nothing else on the server has. */
export const unique = () => ({ system: SYSTEM, value: randomUUID() })

export const thread = (who: string, rest: Partial<Communication> = {}): Communication => ({
  resourceType: 'Communication',
  status: 'in-progress',
  category: [{ coding: [{ system: `${SYSTEM}/topic`, code: 'question' }] }],
  subject: patient(who),
  topic: { text: 'About my result' },
  sender: patient(who),
  sent: '2026-11-22T15:00:00Z',
  ...rest,
})

export const message = (who: string, of: string, rest: Partial<Communication> = {}): Communication => ({
  resourceType: 'Communication',
  status: 'completed',
  partOf: [refer('Communication', of)],
  subject: patient(who),
  sender: patient(who),
  sent: '2026-11-22T16:00:00Z',
  payload: [{ contentString: 'Your potassium is fine.' }],
  ...rest,
})

export const visit = (who: string, rest: Partial<Appointment> = {}): Appointment => ({
  resourceType: 'Appointment',
  status: 'booked',
  appointmentType: { coding: [{ system: `${TERMINOLOGY}/v2-0276`, code: 'ROUTINE' }] },
  start: '2026-11-30T14:00:00Z',
  end: '2026-11-30T14:20:00Z',
  participant: [{ actor: patient(who), status: 'accepted' }],
  ...rest,
})

/** A request: the patient has said no time. */
export function asked(who: string): Appointment {
  const { start: _, end: __, ...rest } = visit(who)
  return { ...rest, status: 'proposed' }
}

export const answer = (who: string, to: string): AppointmentResponse => ({
  resourceType: 'AppointmentResponse',
  appointment: refer('Appointment', to),
  actor: patient(who),
  participantStatus: 'tentative',
  comment: 'Can I come on Tuesday instead?',
})

export const task = (who: string, rest: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  priority: 'routine',
  code: { coding: [{ system: `${SYSTEM}/task`, code: 'respond' }] },
  for: patient(who),
  authoredOn: '2026-11-22T15:00:00Z',
  ...rest,
})

export const document = (who: string, rest: Partial<DocumentReference> = {}): DocumentReference => ({
  resourceType: 'DocumentReference',
  status: 'current',
  type: { coding: [{ system: 'http://loinc.org', code: '51855-5' }] },
  subject: patient(who),
  date: '2026-11-22T15:00:00Z',
  content: [{ attachment: { contentType: 'text/plain', data: 'aGVsbG8=', title: 'Card' } }],
  ...rest,
})

export const consent = (who: string, rest: Partial<Consent> = {}): Consent => ({
  resourceType: 'Consent',
  status: 'active',
  scope: { coding: [{ system: `${TERMINOLOGY}/consentscope`, code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '64292-6' }] }],
  patient: patient(who),
  dateTime: '2026-11-22T15:00:00Z',
  policyRule: { coding: [{ system: `${TERMINOLOGY}/v3-ActCode`, code: 'OPTIN' }] },
  provision: { type: 'permit', period: { start: '2026-11-22' } },
  ...rest,
})

export const audit = (who: string, rest: Partial<AuditEvent> = {}): AuditEvent => ({
  resourceType: 'AuditEvent',
  type: { system: `${TERMINOLOGY}/audit-event-type`, code: 'rest' },
  subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
  action: 'R',
  recorded: '2026-11-22T15:00:00.000Z',
  outcome: '0',
  agent: [{ requestor: true, who: patient(who) }],
  source: { observer: { display: 'Portico' } },
  entity: [{ what: patient(who) }],
  ...rest,
})

/** One of each, as Portico would write it. */
export const EXAMPLES: Readonly<Record<HomeType, (who: string, other: string) => Resource>> = {
  Communication: (who) => thread(who),
  Appointment: (who) => visit(who),
  AppointmentResponse: (who, appointment) => answer(who, appointment),
  Task: (who) => task(who),
  DocumentReference: (who) => document(who),
  Consent: (who) => consent(who),
  AuditEvent: (who) => audit(who),
}
