import { completeLaunch, type LaunchGrant, type PendingLaunch } from '../../smart-launch/index.ts'
import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import { fingerprint, uuidv7 } from '../crypto/tokens.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import { startSession } from '../store/sessions.ts'
import { personStopped } from './actor.ts'
import { pendingContext, type BeginDeps } from './begin-launch.ts'
import { saveEhrToken } from './ehr-tokens.ts'
import { fromSmartError } from './smart-errors.ts'
import { isStopped } from './stop.ts'
import { saveStaffMember } from './store.ts'

export type FinishDeps = BeginDeps & { store: Store; now: Clock }

/** A launch state may come back once; it is remembered as long as its cookie could live. */
const STATE_LIFETIME_MS = 15 * 60_000

/**
 * The EMR sends the browser back: proves that this browser began the launch, exchanges the code, and opens a staff
 * session with one launch row. Several launches live side by side in one browser.
 *
 * @throws Problem `launch-failed` for anything that does not fit, `ehr-unavailable`, `not-permitted` for somebody whom
 * an administrator has stopped.
 */
export async function finishLaunch(
  deps: FinishDeps,
  practice: Practice,
  query: URLSearchParams,
  sealed: string | undefined,
  requestId: string,
) {
  const pending = openPending(deps, practice, sealed)
  await useStateOnce(deps, practice, pending)
  const grant = await exchange(deps, practice, pending, query)
  const opened = await openLaunch(deps, practice, grant, requestId)
  if (!opened) throw personStopped()
  return opened
}

/** Undefined for who is stopped: of them a line in the trail is kept, and neither a session nor the EHR's token. */
async function openLaunch(deps: FinishDeps, practice: Practice, grant: LaunchGrant, requestId: string) {
  const now = deps.now()
  return deps.store.transaction(async (tx) => {
    const { fhirUser, userName: name } = grant
    const role = practice.firstRoles[fhirUser] ?? null
    // Whichever name the launch came under, it is one EHR, and one person in it.
    const staff = { practiceId: practice.id, iss: practice.fhirBase, fhirUser, name, role }
    const staffId = await saveStaffMember(tx, deps.keyring, staff, now)
    const trail = { practiceId: practice.id, actor: fhirUser, patientId: grant.patient, requestId }
    if (await isStopped(tx, practice, staffId, { requestId, now })) {
      const refused = { ...trail, action: 'launch.refused', outcome: 'refused' } as const
      await recordAudit(tx, { ...refused, detail: { reason: 'stopped' } }, now)
      return undefined
    }
    const launchId = await saveLaunch(tx, deps, practice, staffId, grant)
    const { token } = await startSession(
      tx,
      { practice_id: practice.id, kind: 'staff', subject_id: staffId },
      now,
    )
    await recordAudit(tx, { ...trail, action: 'launch.started', detail: { launch: launchId } }, now)
    return { token, launchId }
  })
}

function openPending({ keyring }: FinishDeps, practice: Practice, sealed: string | undefined): PendingLaunch {
  const failed = (cause?: unknown) =>
    new Problem(
      'launch-failed',
      'This browser did not begin the launch, or it took too long. Open Portico from the patient again.',
      {
        cause,
        extra: { reason: 'no-pending-launch' },
      },
    )
  if (!sealed) throw failed()
  try {
    return JSON.parse(keyring.open(sealed, pendingContext(practice.id))) as PendingLaunch
  } catch (error) {
    throw failed(error)
  }
}

async function useStateOnce({ store, now }: FinishDeps, practice: Practice, pending: PendingLaunch) {
  const fresh = await store.db
    .insertInto('jti')
    .values({
      practice_id: practice.id,
      id: `launch ${fingerprint(pending.state)}`,
      expires_at: now() + STATE_LIFETIME_MS,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!fresh)
    throw new Problem('launch-failed', 'This launch was already used. Open Portico from the patient again.', {
      extra: { reason: 'replayed' },
    })
}

async function exchange(
  deps: FinishDeps,
  practice: Practice,
  pending: PendingLaunch,
  query: URLSearchParams,
) {
  try {
    // An alias is the same EHR under another name: its tokens name the alias that the launch came under.
    const client = { ...deps.clientOf(practice.id), iss: pending.iss }
    if (!practice.issuers.includes(client.iss)) throw new Problem('launch-refused')
    return await completeLaunch(client, pending, query, deps.smart)
  } catch (error) {
    throw fromSmartError(error)
  }
}

async function saveLaunch(tx: Db, deps: FinishDeps, practice: Practice, staffId: string, grant: LaunchGrant) {
  const now = deps.now()
  const id = uuidv7(now)
  const tokenId = await saveEhrToken(tx, deps.keyring, { practiceId: practice.id, ...grant }, now)
  await tx
    .insertInto('launch')
    .values({
      practice_id: practice.id,
      id,
      staff_id: staffId,
      patient_id: grant.patient,
      scope: grant.scope,
      context: JSON.stringify(grant.context),
      ehr_token_id: tokenId,
      created_at: now,
      ended_at: null,
    })
    .execute()
  return id
}
