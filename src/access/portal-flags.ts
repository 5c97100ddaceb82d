import { recordAudit } from '../audit/record.ts'
import { causesOf } from '../log.ts'
import type { Column } from '../openemr/openemr.ts'
import { Problem } from '../problem.ts'
import { contactsWay } from './may-edit.ts'
import type { AccessDeps, Asker } from './read-access-card.ts'
import { readAccess } from './store.ts'
import { takeTurn } from './take-turn.ts'

type Decided = { portal?: boolean | undefined; email?: boolean | undefined }

/**
 * Turns OpenEMR's own switches for portal and e-mail as staff have decided here, with their token, so that both say the
 * same. Our row is what counts: a failure is told to the log and the trail, and stops nothing. Never rejects.
 * @see design §6 "access: is this patient allowed"
 */
export async function mirrorFlags(deps: AccessDeps, asker: Asker, decided: Decided): Promise<void> {
  try {
    await mirror(deps, asker, decided)
  } catch (error) {
    await tellFailure(deps, asker, error)
  }
}

async function mirror(deps: AccessDeps, asker: Asker, decided: Decided): Promise<void> {
  const { practice, staff, requestId } = asker
  const { ehrTokenId, patientId } = staff.context
  if (ehrTokenId === null || (decided.portal === undefined && decided.email === undefined)) return
  if ((await contactsWay(deps, practice.id, staff)) !== 'openemr') return
  // Of two who decide at once the last to write says what counts by then, not what it had come with.
  await takeTurn(deps, `flags ${practice.id} ${patientId}`, async (keepTurn) => {
    const openEmr = deps.openEmrAs(practice.id, ehrTokenId)
    const has = await openEmr.readPatient(patientId)
    const wanted = await flagsNow(deps, asker, decided)
    const changed = wanted.filter(([column, value]) => has[column] !== value)
    if (changed.length === 0) return
    await keepTurn()
    await openEmr.updatePatient(patientId, Object.fromEntries(changed))
    const entry = { practiceId: practice.id, actor: staff.fhirUser, patientId, requestId }
    const detail = { flags: changed.map(([column]) => column).join(',') }
    await recordAudit(deps.store.db, { ...entry, action: 'portal-flags.changed', detail }, deps.now())
  })
}

async function tellFailure(deps: AccessDeps, { practice, staff, requestId }: Asker, error: unknown) {
  const code = error instanceof Problem ? error.code : 'internal'
  const say = (causes: unknown) =>
    deps.log.error({ requestId, code, causes: causesOf(causes) }, 'portal-flags.failed')
  say(error)
  const { patientId } = staff.context
  const entry = { practiceId: practice.id, actor: staff.fhirUser, patientId, requestId }
  const failed = { action: 'portal-flags.failed', outcome: 'failed' as const, detail: { code } }
  await recordAudit(deps.store.db, { ...entry, ...failed }, deps.now()).catch(say)
}

/** The switches that were decided about, as things stand now. */
async function flagsNow(
  { store }: AccessDeps,
  { practice, staff }: Asker,
  { portal, email }: Decided,
): Promise<[Column, string][]> {
  const row = await readAccess(store.db, practice.id, staff.context.patientId)
  const flags: [Column, boolean, boolean][] = [
    ['allow_patient_portal', portal !== undefined, row?.allowed_at != null],
    ['hipaa_allowemail', email !== undefined, row?.email_allowed_at != null],
  ]
  return flags.flatMap(([column, isDecided, value]) =>
    isDecided ? [[column, value ? 'YES' : 'NO'] satisfies [Column, string]] : [],
  )
}
