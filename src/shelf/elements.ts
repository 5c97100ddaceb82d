import type { HomeType } from '../fhir/homes.ts'

/** What the shelf asks of a resource of one type; the rest is its maker's. */
export type Elements = {
  /** Every element it may have, beside what all resources have. */
  known: ReadonlySet<string>
  /** Lists are `name[]`. */
  required: readonly string[]
  /** Codes that FHIR fixes, by element. */
  codes: Readonly<Record<string, ReadonlySet<string>>>
}

const words = (text: string) => new Set(text.trim().split(/\s+/))

/** @see FHIR R4, the table of contents of each resource */
export const ELEMENTS: Readonly<Record<HomeType, Elements>> = {
  Communication: {
    known:
      words(`identifier instantiatesCanonical instantiatesUri basedOn partOf inResponseTo status statusReason
      category priority medium subject topic about encounter sent received recipient sender reasonCode reasonReference
      payload note`),
    required: ['status'],
    codes: {
      status: words('preparation in-progress not-done on-hold stopped completed entered-in-error unknown'),
      priority: words('routine urgent asap stat'),
    },
  },
  Appointment: {
    known:
      words(`identifier status cancelationReason serviceCategory serviceType specialty appointmentType reasonCode
      reasonReference priority description supportingInformation start end minutesDuration slot created comment
      patientInstruction basedOn participant requestedPeriod`),
    required: ['status', 'participant[]'],
    codes: {
      status: words(`proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in
        waitlist`),
    },
  },
  AppointmentResponse: {
    known: words('identifier appointment start end participantType actor participantStatus comment'),
    required: ['appointment', 'participantStatus'],
    codes: { participantStatus: words('accepted declined tentative needs-action') },
  },
  Task: {
    known:
      words(`identifier instantiatesCanonical instantiatesUri basedOn groupIdentifier partOf status statusReason
      businessStatus intent priority code description focus for encounter executionPeriod authoredOn lastModified
      requester performerType owner location reasonCode reasonReference insurance note relevantHistory restriction input
      output`),
    required: ['status', 'intent'],
    codes: {
      status:
        words(`draft requested received accepted rejected ready cancelled in-progress on-hold failed completed
        entered-in-error`),
      intent: words(
        'unknown proposal plan order original-order reflex-order filler-order instance-order option',
      ),
      priority: words('routine urgent asap stat'),
    },
  },
  DocumentReference: {
    known:
      words(`masterIdentifier identifier status docStatus type category subject date author authenticator custodian
      relatesTo description securityLabel content context`),
    required: ['status', 'content[]'],
    codes: {
      status: words('current superseded entered-in-error'),
      docStatus: words('preliminary final amended entered-in-error'),
    },
  },
  Consent: {
    known: words(`identifier status scope category patient dateTime performer organization sourceAttachment
      sourceReference policy policyRule verification provision`),
    required: ['status', 'scope', 'category[]'],
    codes: { status: words('draft proposed active rejected inactive entered-in-error') },
  },
  AuditEvent: {
    known: words(
      `type subtype action period recorded outcome outcomeDesc purposeOfEvent agent source entity`,
    ),
    required: ['type', 'recorded', 'agent[]', 'source'],
    codes: { action: words('C R U D E'), outcome: words('0 4 8 12') },
  },
}

/** What every resource may have. */
export const COMMON = words(
  'resourceType id meta implicitRules language text contained extension modifierExtension',
)
