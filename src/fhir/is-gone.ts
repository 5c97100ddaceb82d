import { SECOND_MS, within } from '../clock.ts'
import { Problem } from '../problem.ts'
import type { Ehr } from './handles.ts'
import { isDeceased, isMergedAway } from './patient.ts'

/** A person waits at the other end; an EHR that is slower than this is treated as away. */
const ASK_FOR_MS = 3 * SECOND_MS

/**
 * Has the patient died, been merged away or been closed in the EHR since the letter or the words were made? Then they
 * open nothing. An EHR that does not answer stops nobody who holds good ones.
 */
export async function isGone(ehr: Ehr, practiceId: string, patientId: string): Promise<boolean> {
  try {
    const asked = ehr.forPatient(practiceId, patientId).read('Patient', patientId)
    const patient = await within(ASK_FOR_MS, asked, undefined)
    if (!patient) return false
    return isDeceased(patient) || patient.active === false || isMergedAway(patient)
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}
