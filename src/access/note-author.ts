import { recordAudit } from '../audit/record.ts'
import { toAuthorship } from '../fhir/provenance.ts'
import { causesOf } from '../log.ts'
import { Problem } from '../problem.ts'
import type { AccessDeps, Asker } from './read-access-card.ts'

/**
 * After the practice's service wrote a Patient for a staff member: says so in the chart. The write stands even where
 * that fails; then the log and the trail tell.
 * @see design §6 "A write from the embedded card"
 */
export async function noteAuthor(deps: AccessDeps, asker: Asker): Promise<void> {
  const { practice, staff, requestId } = asker
  const { patientId } = staff.context
  try {
    const authorship = toAuthorship({ patientId, fhirUser: staff.fhirUser, at: deps.now() })
    await deps.ehr.asService(practice.id).create(authorship, { readBack: false })
  } catch (error) {
    const code = error instanceof Problem ? error.code : 'internal'
    deps.log.error({ requestId, code, causes: causesOf(error) }, 'provenance.failed')
    const entry = { practiceId: practice.id, actor: staff.fhirUser, patientId, requestId }
    const failed = { action: 'provenance.failed', outcome: 'failed' as const, detail: { code } }
    await recordAudit(deps.store.db, { ...entry, ...failed }, deps.now())
  }
}
