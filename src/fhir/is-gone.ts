import { setTimeout as delay } from 'node:timers/promises'
import { SECOND_MS } from '../clock.ts'
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
