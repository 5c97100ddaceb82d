import type { Provenance } from '@medplum/fhirtypes'

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem'

/** A change of a Patient, and the staff member in whose name the service made it. */
export type AuthoredChange = {
  patientId: string
  /** e.g. `Practitioner/12` */
  fhirUser: string
  /** Epoch ms. */
  at: number
}

/**
 * Says in the chart who changed a Patient, where the service's own token wrote it and the EHR saw nobody else.
 * @see FHIR R4 Provenance
 */
export const toAuthorship = ({ patientId, fhirUser, at }: AuthoredChange): Provenance => ({
  resourceType: 'Provenance',
  target: [{ reference: `Patient/${patientId}` }],
  recorded: new Date(at).toISOString(),
  activity: { coding: [{ system: `${TERMINOLOGY}/v3-DataOperation`, code: 'UPDATE' }] },
  agent: [
    // R4 lets no Person be an agent: then it is named, not pointed at.
    {
      type: role('author'),
      who: fhirUser.startsWith('Person/') ? { display: fhirUser } : { reference: fhirUser },
    },
    { type: role('enterer'), who: { display: 'Portico' } },
  ],
})

const role = (code: string) => ({ coding: [{ system: `${TERMINOLOGY}/provenance-participant-type`, code }] })
