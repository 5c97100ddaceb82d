import { setTimeout as delay } from 'node:timers/promises'
import { SECOND_MS } from '../clock.ts'
import type { Ehr } from '../fhir/handles.ts'
import { isDeceased, isMergedAway } from '../fhir/patient.ts'
import { Problem } from '../problem.ts'

/** A person waits at the other end; an EHR that is slower than this is treated as away. */
const ASK_FOR_MS = 3 * SECOND_MS

/**
 * Has the patient died, been merged away or been closed in the EHR since the letter was made? Then it opens nothing.
 * An EHR that does not answer stops nobody who holds a good letter.
 */
export async function isGone(ehr: Ehr, practiceId: string, patientId: string): Promise<boolean> {
  const late = delay(ASK_FOR_MS, undefined, { ref: false })
  try {
    const patient = await Promise.race([
      ehr.forPatient(practiceId, patientId).read('Patient', patientId),
      late,
    ])
    if (!patient) return false
    return isDeceased(patient) || patient.active === false || isMergedAway(patient)
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}
