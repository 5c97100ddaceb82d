import { recordAudit } from '../audit/record.ts'
import { publishEvent } from '../events/events.ts'
import { dateIn } from '../fhir/dates.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { composeCard, readPatient, type AccessDeps, type Asker } from './read-access-card.ts'
import type { AccessCard, RefuseAccess } from './schema.ts'
import { readPortalState } from './store.ts'

/** Later than this nobody remembers what it was about. */
const MOST_YEARS_AHEAD = 2

/**
 * Staff note that a patient does not want the portal today, why, and when to ask again.
 *
 * @throws Problem `invalid-request` for a day that is past or more than two years ahead, or one of the EHR gateway's
 */
export async function refuseAccess(
  deps: AccessDeps,
  asker: Asker,
  request: RefuseAccess,
): Promise<AccessCard> {
  assertAskable(request.askAgainOn, dateIn(deps.now(), asker.practice.timeZone))
  const patient = await readPatient(deps, asker)
  const state = await deps.store.transaction(async (tx) => {
    const now = deps.now()
    if (await saveRefusal(tx, asker, request, now)) {
      const detail = { reason: request.reason, askAgainOn: request.askAgainOn }
      await recordAudit(tx, { ...trailOf(asker), action: 'refusal.recorded', detail }, now)
      await publishEvent(tx, { ...trailOf(asker), topic: 'access' }, now)
    }
    return readPortalState(tx, asker.practice.id, asker.staff.context.patientId)
  })
  return composeCard(deps, asker, patient, state)
}

/** Staff take "not now" back. */
export async function takeBackRefusal(deps: AccessDeps, asker: Asker): Promise<AccessCard> {
  const patient = await readPatient(deps, asker)
  const state = await deps.store.transaction(async (tx) => {
    const now = deps.now()
    if (await clearRefusal(tx, trailOf(asker), now))
      await publishEvent(tx, { ...trailOf(asker), topic: 'access' }, now)
    return readPortalState(tx, asker.practice.id, asker.staff.context.patientId)
  })
  return composeCard(deps, asker, patient, state)
}

/**
 * Forgets "not now", as something came of it after all. The caller publishes the event of its own change.
 * @returns whether there was any
 */
export async function clearRefusal(
  tx: Db,
  trail: { practiceId: string; patientId: string; actor: string; requestId: string },
  now: number,
): Promise<boolean> {
  const cleared = await tx
    .deleteFrom('refusal')
    .where('practice_id', '=', trail.practiceId)
    .where('patient_id', '=', trail.patientId)
    .returning('patient_id')
    .executeTakeFirst()
  if (!cleared) return false
  await recordAudit(tx, { ...trail, action: 'refusal.cleared' }, now)
  return true
}

/** The same again changes nothing, so that it is in the trail once. */
async function saveRefusal(
  tx: Db,
  { practice, staff }: Asker,
  { reason, askAgainOn }: RefuseAccess,
  now: number,
): Promise<boolean> {
  const columns = { reason, ask_again_on: askAgainOn, recorded_at: now, recorded_by: staff.id }
  const saved = await tx
    .insertInto('refusal')
    .values({ practice_id: practice.id, patient_id: staff.context.patientId, ...columns })
    .onConflict((conflict) =>
      conflict
        .columns(['practice_id', 'patient_id'])
        .doUpdateSet(columns)
        .where((eb) =>
          eb.or([eb('refusal.reason', '<>', reason), eb('refusal.ask_again_on', '<>', askAgainOn)]),
        ),
    )
    .returning('patient_id')
    .executeTakeFirst()
  return saved !== undefined
}

function assertAskable(askAgainOn: string, today: string) {
  const latest = `${Number(today.slice(0, 4)) + MOST_YEARS_AHEAD}${today.slice(4)}`
  if (askAgainOn >= today && askAgainOn <= latest) return
  const detail = askAgainOn < today ? 'This day is past.' : 'This is more than two years ahead.'
  throw new Problem('invalid-request', detail, { issues: [{ pointer: '/askAgainOn', detail }] })
}

const trailOf = ({ practice, staff, requestId }: Asker) => ({
  practiceId: practice.id,
  patientId: staff.context.patientId,
  actor: staff.fhirUser,
  requestId,
})
