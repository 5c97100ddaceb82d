import { recordAudit } from '../audit/record.ts'
import { noteToDo } from '../desk/todos.ts'
import { publishEvent } from '../events/events.ts'
import { displayName } from '../fhir/names.ts'
import { Problem } from '../problem.ts'
import { enqueueJob } from '../store/jobs.ts'
import type { Db } from '../store/open.ts'
import { keptOtherwise, realEdits } from './contact-problems.ts'
import type { WrittenContacts } from './leave-to-staff.ts'
import { followAddress, stopMailed } from './mailed-invitation.ts'
import { MIRROR_CONSENT } from './mirror-consent.ts'
import { mirrorFlags } from './portal-flags.ts'
import { blockingLines, isStopped, readiness } from './readiness.ts'
import { composeCard, readPatient, type AccessDeps, type Asker } from './read-access-card.ts'
import type { AccessCard, ContactField, SaveAccess } from './schema.ts'
import { contactsFor, sealHeldEmail, standingOf, trustedEmailFor } from './standing.ts'
import {
  endEverythingOf,
  readAccess,
  readPortalState,
  saveDecision,
  saveEmailPermission,
  saveHeldEmail,
} from './store.ts'
import { writeContacts } from './write-contacts.ts'

/**
 * One Save for the whole card: may the patient use the portal, may the practice write e-mail, what are phone and
 * e-mail. A "no" takes effect first, whether or not the EHR answers: it ends letters and sessions at once. All the rest
 * needs the chart; where that refuses, nothing of the rest is saved; where it takes no such change at all, that is noted for staff to do. The store's row is what counts; the EHR gets a
 * Consent where it can hold one.
 *
 * @throws Problem `not-eligible` for a patient who can never be invited; `conflict`, `ehr-rejected` by field; or one of
 * the EHR gateway's
 * @see seed 000 step 2, seed 001 "How to Authorize a Patient"
 */
export async function saveAccess(deps: AccessDeps, asker: Asker, request: SaveAccess): Promise<AccessCard> {
  const no = { portal: onlyNo(request.allowPortal), email: onlyNo(request.allowEmail) }
  await settle(deps, asker, no)
  // The EMR's own switches follow while the rest goes on.
  const followed = mirrorFlags(deps, asker, no)
  try {
    return await saveRest(deps, asker, request)
  } finally {
    await followed
  }
}

async function saveRest(deps: AccessDeps, asker: Asker, request: SaveAccess): Promise<AccessCard> {
  const patient = await readPatient(deps, asker)
  if (request.allowPortal) await assertInvitable(deps, asker, patient)
  const edits = realEdits(request.contacts ?? {})
  const written = Object.keys(edits).length > 0 ? await writeContacts(deps, asker, patient, edits) : undefined
  if (written?.refusal) {
    // What did go into the chart is in the trail all the same.
    await settle(deps, asker, { written })
    throw written.refusal
  }
  const yes = { portal: onlyYes(request.allowPortal), email: onlyYes(request.allowEmail) }
  if (!(await settle(deps, asker, { ...yes, written }))) throw await overtaken(deps, asker)
  await mirrorFlags(deps, asker, yes)
  const state = await readPortalState(deps.store.db, asker.practice.id, patient.id)
  return composeCard(deps, asker, written?.patient ?? patient, state)
}

/** The blocking lines as Problem issues: the pointer is the line's id. */
export const toIssues = (lines: Parameters<typeof blockingLines>[0]) =>
  blockingLines(lines).map(({ id, reason }) => ({ pointer: `/${id}`, detail: reason ?? 'missing' }))

const onlyNo = (answer: boolean | undefined) => (answer === false ? false : undefined)
const onlyYes = (answer: boolean | undefined) => answer || undefined

async function assertInvitable(
  deps: AccessDeps,
  { practice }: Asker,
  patient: Awaited<ReturnType<typeof readPatient>>,
) {
  const access = await readAccess(deps.store.db, practice.id, patient.id)
  const standing = standingOf(deps.keyring, patient, access)
  const lines = readiness({ patient, practice, now: deps.now(), ...standing, allowed: 'yes' })
  if (isStopped(lines))
    throw new Problem('not-eligible', 'This patient cannot have an account of their own.', {
      issues: toIssues(lines),
    })
}

type Settled = {
  portal?: boolean | undefined
  email?: boolean | undefined
  written?: WrittenContacts | undefined
}

/**
 * Writes what was decided, each change with its line in the trail, all in one transaction.
 * @returns false when somebody else has decided on the trusted e-mail meanwhile: then theirs stays, and of ours only
 * what is in the chart already is noted
 */
async function settle(deps: AccessDeps, asker: Asker, settled: Settled): Promise<boolean> {
  const { portal, email, written } = settled
  if (portal === undefined && email === undefined && !written) return true
  const { practice, staff, requestId } = asker
  const whose = { practiceId: practice.id, patientId: staff.context.patientId, staffId: staff.id }
  const trail = { practiceId: whose.practiceId, patientId: whose.patientId, actor: staff.fhirUser, requestId }
  const now = deps.now()
  return deps.store.transaction(async (tx) => {
    const isHeld = !written?.held || (await holdEmail(deps, tx, whose, written.held))
    const actions = isHeld ? await decide(deps, tx, whose, settled, now) : []
    const changed = (written?.changed ?? []).filter((field) => isHeld || field !== 'trustedEmail')
    if (written?.follows && isHeld)
      await followAddress(tx, deps.keyring, { ...whose, trustedEmail: written.trustedEmail }, now)
    const via = staff.context.ehrTokenId === null ? { via: 'service' } : {}
    const detail = { fields: changed.join(','), ...via }
    if (written) await noteToDo(tx, deps.keyring, toAccepted(asker, written, { changed, isHeld }), now)
    for (const action of actions) await recordAudit(tx, { ...trail, action }, now)
    if (changed.length > 0) await recordAudit(tx, { ...trail, action: 'contacts.changed', detail }, now)
    if (actions.length + changed.length > 0) await publishEvent(tx, { ...trail, topic: 'access' }, now)
    return isHeld
  })
}

/** What staff must type in; what stands in the chart by now is not to be typed in any more, whatever was accepted before. */
function toAccepted(
  { practice, staff, requestId }: Asker,
  { patient, toDo, trustedEmail, seen }: WrittenContacts,
  { changed, isHeld }: { changed: ContactField[]; isHeld: boolean },
) {
  const stands = contactsFor(patient, trustedEmail)
  const isSettled = (field: ContactField) => !toDo.some((change) => change.field === field)
  const settled = changed
    .filter(isSettled)
    .map((field) => ({ field, from: stands[field], to: stands[field] }))
  const changes = isHeld ? [...toDo, ...settled] : settled
  const patientName = displayName(patient)
  return {
    practiceId: practice.id,
    patientId: patient.id,
    staffId: staff.id,
    patientName,
    changes,
    seen,
    requestId,
  }
}

type Whose = { practiceId: string; patientId: string; staffId: string }

/** @returns what the trail says of it; nothing where it was so before */
async function decide(
  deps: AccessDeps,
  tx: Db,
  whose: Whose,
  { portal, email }: Settled,
  now: number,
): Promise<string[]> {
  const actions: string[] = []
  if (portal !== undefined && (await saveDecision(tx, { ...whose, allowed: portal }, now))) {
    if (!portal) await endEverythingOf(tx, whose.practiceId, whose.patientId, now)
    await mirrorLater(deps, tx, whose, now)
    actions.push(portal ? 'access.allowed' : 'access.withdrawn')
  }
  if (email !== undefined && (await saveEmailPermission(tx, { ...whose, allowed: email }, now))) {
    if (!email) await stopMailed(tx, whose, now)
    actions.push(email ? 'email.allowed' : 'email.withdrawn')
  }
  return actions
}

/** Says what the trusted e-mail is by now. */
async function overtaken(deps: AccessDeps, asker: Asker): Promise<Problem> {
  const patient = await readPatient(deps, asker)
  const row = await readAccess(deps.store.db, asker.practice.id, patient.id)
  const theirs = contactsFor(patient, trustedEmailFor(deps.keyring, patient, row))
  return keptOtherwise(['trustedEmail'], theirs, true)
}

function holdEmail(
  { keyring }: AccessDeps,
  tx: Db,
  whose: Whose,
  { from, to }: NonNullable<WrittenContacts['held']>,
) {
  const key = { practice_id: whose.practiceId, patient_id: whose.patientId }
  return saveHeldEmail(tx, { ...whose, from, to: to && sealHeldEmail(keyring, key, to) })
}

/** One job per decision: the version makes the key, so that a later "no" is not swallowed by an earlier "yes". */
async function mirrorLater(deps: AccessDeps, tx: Db, { practiceId, patientId }: Whose, now: number) {
  const row = await readAccess(tx, practiceId, patientId)
  const dedupeKey = `${MIRROR_CONSENT} ${patientId} ${row?.version}`
  const payloadSealed = deps.keyring.seal(JSON.stringify({ patientId }), `job ${practiceId}`)
  await enqueueJob(tx, { practiceId, kind: MIRROR_CONSENT, dedupeKey, payloadSealed, runAt: now, now })
}
