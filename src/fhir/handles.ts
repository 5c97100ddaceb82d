import { createFhirHandle, type FhirHandle } from './client.ts'
import { forPatient, type PatientHandle } from './for-patient.ts'

/** The three ways to the EHR. Which one code holds decides what it can reach. */
export type Ehr = {
  /** With that staff member's own SMART token: the EHR's permissions and audit apply. */
  asStaff(practiceId: string, ehrTokenId: string): FhirHandle
  /** With the practice's Backend Services token: for workers. */
  asService(practiceId: string): FhirHandle
  /** The service token pinned to one patient: the only handle that patient-side code gets. */
  forPatient(practiceId: string, patientId: string): PatientHandle
}

export type EhrDeps = {
  baseOf(practiceId: string): string
  staffToken(practiceId: string, ehrTokenId: string): Promise<string>
  serviceToken(practiceId: string): Promise<string>
  fetch?: typeof fetch
}

export function createEhr(deps: EhrDeps): Ehr {
  const handle = (practiceId: string, accessToken: () => Promise<string>) =>
    createFhirHandle({
      base: deps.baseOf(practiceId),
      accessToken,
      ...(deps.fetch ? { fetch: deps.fetch } : {}),
    })
  const asService = (practiceId: string) => handle(practiceId, () => deps.serviceToken(practiceId))
  return {
    asStaff: (practiceId, ehrTokenId) => handle(practiceId, () => deps.staffToken(practiceId, ehrTokenId)),
    asService,
    forPatient: (practiceId, patientId) => forPatient(asService(practiceId), patientId),
  }
}
