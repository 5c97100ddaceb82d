import { recordAudit } from '../audit/record.ts'
import { causesOf } from '../log.ts'
import type { Column } from '../openemr/openemr.ts'
import { Problem } from '../problem.ts'
import { contactsWay } from './may-edit.ts'
import type { AccessDeps, Asker } from './read-access-card.ts'

type Decided = { portal?: boolean | undefined; email?: boolean | undefined }

/**
 * Turns OpenEMR's own switches for portal and e-mail as staff have decided here, with their token, so that both say the
 * same. Our row is what counts: a failure is told to the log and the trail, and stops nothing.
 * @see design §6 "access: is this patient allowed"
 */
export async function mirrorFlags(deps: AccessDeps, asker: Asker, decided: Decided): Promise<void> {
  const { practice, staff, requestId } = asker
  const { ehrTokenId, patientId } = staff.context
  const wanted = flagsOf(decided)
  if (ehrTokenId === null || wanted.length === 0) return
  if ((await contactsWay(deps, practice.id, staff)) !== 'openemr') return
  const entry = { practiceId: practice.id, actor: staff.fhirUser, patientId, requestId }
  try {
    const openEmr = deps.openEmrAs(practice.id, ehrTokenId)
    const has = await openEmr.readPatient(patientId)
    const changed = wanted.filter(([column, value]) => has[column] !== value)
    if (changed.length === 0) return
    await openEmr.updatePatient(patientId, Object.fromEntries(changed))
    const detail = { flags: changed.map(([column]) => column).join(',') }
    await recordAudit(deps.store.db, { ...entry, action: 'portal-flags.changed', detail }, deps.now())
  } catch (error) {
    const code = error instanceof Problem ? error.code : 'internal'
    deps.log.error({ requestId, code, causes: causesOf(error) }, 'portal-flags.failed')
    const failed = { action: 'portal-flags.failed', outcome: 'failed' as const, detail: { code } }
    await recordAudit(deps.store.db, { ...entry, ...failed }, deps.now())
  }
}

function flagsOf({ portal, email }: Decided): [Column, string][] {
  const flags: [Column, boolean | undefined][] = [
    ['allow_patient_portal', portal],
    ['hipaa_allowemail', email],
  ]
  return flags.flatMap(([column, value]) =>
    value === undefined ? [] : [[column, value ? 'YES' : 'NO'] satisfies [Column, string]],
  )
}
