import { recordAudit } from '../audit/record.ts'
import { publishEvent } from '../events/events.ts'
import { enqueueJob } from '../store/jobs.ts'
import { Problem } from '../problem.ts'
import { blockingLines, isStopped, readiness } from './readiness.ts'
import { MIRROR_CONSENT } from './mirror-consent.ts'
import { composeCard, readPatient, type AccessDeps, type Asker } from './read-access-card.ts'
import type { AccessCard, SaveAccess } from './schema.ts'
import { endEverythingOf, readAccess, readPortalState, saveDecision } from './store.ts'

/**
 * Staff say whether the patient may use the portal. The store's row is what counts; the EHR gets a Consent where it can
 * hold one. A "yes" needs the patient's record first; a "no" ends letters and sessions at once, whether or not the EHR
 * answers.
 *
 * @throws Problem `not-eligible` for a patient who can never be invited, or one of the EHR gateway's.
 * @see seed 000 "Allow Patient Portal - YES", seed 001
 */
export async function saveAccess(deps: AccessDeps, asker: Asker, request: SaveAccess): Promise<AccessCard> {
  if (!request.allowPortal) {
    const state = await decide(deps, asker, false)
    return composeCard(deps, asker, await readPatient(deps, asker), state)
  }
  const patient = await readPatient(deps, asker)
  const lines = readiness({ patient, practice: asker.practice, allowed: 'yes', now: deps.now() })
  if (isStopped(lines))
    throw new Problem('not-eligible', 'This patient cannot have an account of their own.', {
      issues: toIssues(lines),
    })
  return composeCard(deps, asker, patient, await decide(deps, asker, true))
}

function decide(deps: AccessDeps, { practice, staff, requestId }: Asker, allowed: boolean) {
  const patientId = staff.launch.patient_id
  const now = deps.now()
  return deps.store.transaction(async (tx) => {
    const decision = { practiceId: practice.id, patientId, allowed, staffId: staff.id }
    if (await saveDecision(tx, decision, now)) {
      if (!allowed) await endEverythingOf(tx, practice.id, patientId, now)
      const action = allowed ? 'access.allowed' : 'access.withdrawn'
      await recordAudit(
        tx,
        { practiceId: practice.id, actor: staff.fhirUser, action, patientId, requestId },
        now,
      )
      await publishEvent(tx, { practiceId: practice.id, topic: 'access', patientId }, now)
      await mirrorLater(deps, tx, practice.id, patientId, now)
    }
    return readPortalState(tx, practice.id, patientId)
  })
}

/** The blocking lines as Problem issues: the pointer is the line's id. */
export const toIssues = (lines: Parameters<typeof blockingLines>[0]) =>
  blockingLines(lines).map(({ id, reason }) => ({ pointer: `/${id}`, detail: reason ?? 'missing' }))

/** One job per decision: the version makes the key, so that a later "no" is not swallowed by an earlier "yes". */
async function mirrorLater(
  deps: AccessDeps,
  tx: typeof deps.store.db,
  practiceId: string,
  patientId: string,
  now: number,
) {
  const row = await readAccess(tx, practiceId, patientId)
  const dedupeKey = `${MIRROR_CONSENT} ${patientId} ${row?.version}`
  const payloadSealed = deps.keyring.seal(JSON.stringify({ patientId }), `job ${practiceId}`)
  await enqueueJob(tx, { practiceId, kind: MIRROR_CONSENT, dedupeKey, payloadSealed, runAt: now, now })
}
