import type { Patient } from '@medplum/fhirtypes'
import type { Kept } from '../fhir/client.ts'
import { mergeContacts } from '../fhir/contacts.ts'
import { isUnsupportedByEhr, unsupportedByEhr } from '../fhir/outcome.ts'
import { CONTACT_FIELDS, contactsOf, sameContact, trustedEmailOf, type TrustedMark } from '../fhir/telecom.ts'
import { Problem } from '../problem.ts'
import { editedFields, keptOtherwise, refuseConflicts } from './contact-problems.ts'
import { holdMail } from './hold-mail.ts'
import { contactsWay, mayEditContacts, patientCapability } from './may-edit.ts'
import { readPatient, type AccessDeps, type Asker } from './read-access-card.ts'
import type { ContactField, EditContacts } from './schema.ts'
import { leaveToStaff, type WrittenContacts } from './leave-to-staff.ts'
import { sendContacts, type Sending } from './send-contacts.ts'
import { contactsFor, heldFor, openHeldEmail, readTrusted, type HeldEmail } from './standing.ts'
import { takeTurn } from './take-turn.ts'

/** Somebody else may change the chart between our look and our write; so often it is looked at and merged again. */
const TRIES = 3

type Work = {
  deps: AccessDeps
  asker: Asker
  edits: EditContacts
  way: Sending['way']
  mark: TrustedMark
  versioned: boolean
  /** Where only one of us writes at a time: makes sure that it still is us. */
  keepTurn?: () => Promise<void>
}

/**
 * Writes phone and e-mail into the chart, with the staff member's own token or in their name: look, compare with what was on the screen,
 * merge, write. What somebody else changed meanwhile is never overwritten: another field stays as they made it, the
 * same field is a conflict, and then nothing is written. An EHR without versions cannot refuse a late write: there the
 * look comes right before it, one of us writes at a time, and what was kept is read back. Where the EHR takes no such
 * change at all, by what it says or by what it answers, it is for staff to do.
 *
 * @param patient as read in this request
 * @param edits only those that change something
 * @throws Problem `conflict` with their value for each field; `ehr-refused`; `ehr-rejected` with the field; or another
 * of the EHR gateway's
 * @see design §6 "Patient change accepted by staff"
 */
export async function writeContacts(
  deps: AccessDeps,
  asker: Asker,
  patient: Kept<Patient>,
  edits: EditContacts,
): Promise<WrittenContacts> {
  const { practice, staff, requestId } = asker
  const may = await mayEditContacts(deps, practice.id, staff)
  if (may === 'no') throw new Problem('ehr-refused', 'The EMR does not let you change this from here.')
  const way = may === 'chart' ? await contactsWay(deps, practice.id, staff) : 'to-do'
  if (way === 'to-do') return leaveToStaff(deps, asker, patient, edits)
  try {
    return await writeByWay(deps, asker, { patient, edits, way })
  } catch (error) {
    if (!isUnsupportedByEhr(error)) throw error
    deps.log.warn({ requestId, practiceId: practice.id, way }, 'ehr.write-unsupported')
    deps.forgetCapability(practice.id)
    return leaveToStaff(deps, asker, await readPatient(deps, asker), edits)
  }
}

async function writeByWay(
  deps: AccessDeps,
  asker: Asker,
  { patient, edits, way }: { patient: Kept<Patient>; edits: EditContacts; way: Sending['way'] },
): Promise<WrittenContacts> {
  const { practice } = asker
  const [capability, mark] = await Promise.all([
    patientCapability(deps, practice.id),
    deps.trustedMarkOf(practice.id),
  ])
  const versioned =
    way !== 'openemr' && patient.meta?.versionId !== undefined && (capability?.ifMatch ?? true)
  const work = { deps, asker, edits, way, mark, versioned }
  if (versioned) return write(work, patient)
  return takeTurn(deps, `contacts ${practice.id} ${patient.id}`, async (keepTurn) =>
    write({ ...work, keepTurn }, await readPatient(deps, asker)),
  )
}

async function write(work: Work, first: Kept<Patient>): Promise<WrittenContacts> {
  let patient = first
  for (let left = TRIES - 1; ; left--) {
    const done = await tryToWrite(work, patient, left === 0)
    if (done) return done
    patient = await readPatient(work.deps, work.asker)
  }
}

/** @returns undefined when somebody else's write came between, so that it must be done again. */
async function tryToWrite(
  work: Work,
  before: Kept<Patient>,
  isLast: boolean,
): Promise<WrittenContacts | undefined> {
  const { deps, asker, edits, versioned } = work
  const { row, known } = await readTrusted(deps, asker.practice.id, before)
  refuseConflicts(edits, contactsFor(before, known))
  const merged = { ...mergeContacts(before, edits, known, work.mark), id: before.id }
  const isSame = isSameTelecom(merged, before)
  await work.keepTurn?.()
  const kept = isSame ? before : await send(work, before, merged, isLast)
  if (!kept) return undefined

  const trusted = edits.trustedEmail ? edits.trustedEmail.to : known
  const lost = isSame ? [] : lostOf(work, merged, kept)
  const isBack = lost.every((field) => sameContact(field, contactsOf(before)[field], contactsOf(kept)[field]))
  // Perhaps a late writer who had not seen ours put the old values back.
  if (lost.length > 0 && isBack && !versioned && !isLast) return undefined
  const former = openHeldEmail(deps.keyring, row)
  const held = heldFor(kept, trusted, edits.trustedEmail ? undefined : former?.over)
  // A row that we have no reason to change may be changed by somebody else meanwhile.
  const stays = !edits.trustedEmail && (isSame || isSameHeld(held, former))
  const now = contactsFor(kept, held ? held.email : trustedEmailOf(kept))
  // Told from what staff saw: it may stand in the chart by a Save whose answer was lost.
  const isOther = (field: ContactField) => now[field] !== (edits[field]?.from ?? null)
  return {
    patient: kept,
    changed: editedFields(edits).filter((field) => !lost.includes(field) && isOther(field)),
    trustedEmail: now.trustedEmail,
    follows: edits.trustedEmail !== undefined,
    held: stays ? undefined : { from: row?.trusted_email_sealed ?? null, to: held },
    toDo: [],
    refusal: lost.length > 0 ? keptOtherwise(lost, contactsOf(kept), !versioned && !isBack) : null,
  }
}

/** @returns the Patient as the EHR keeps it; undefined when somebody else was quicker and there is another try. */
async function send(
  work: Work,
  before: Kept<Patient>,
  merged: Kept<Patient>,
  isLast: boolean,
): Promise<Kept<Patient> | undefined> {
  if (work.edits.trustedEmail) await holdMail(work.deps, work.asker)
  try {
    return await sendContacts({ ...work, before, merged })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'conflict' && !isLast) return undefined
    if (!isDoubtful(error, work.way)) throw error
    const now = await readPatient(work.deps, work.asker)
    // The patient is there, so it is the way that is missing.
    if (error.code === 'not-found') throw unsupportedByEhr(error)
    if (error.code === 'ehr-session-ended') throw new Problem('ehr-refused', undefined, { cause: error })
    // A patch that finds other contacts than it was made for may be refused as one that is wrong.
    if (isSameTelecom(now, before) || isLast) throw error
    return undefined
  }
}

/** What may mean something else than it says; another look tells. OpenEMR says 401 where a person lacks a right, too. */
const isDoubtful = ({ code }: Problem, way: Sending['way']) =>
  code === 'not-found' ||
  (code === 'ehr-rejected' && way === 'patch') ||
  (code === 'ehr-session-ended' && way === 'openemr')

/** Where the EHR holds another value than was written. That it dropped only the mark of a trusted e-mail is no loss. */
function lostOf({ edits, versioned }: Work, merged: Patient, kept: Patient): ContactField[] {
  const [wanted, has] = [contactsOf(merged), contactsOf(kept)]
  const isKept = (field: ContactField) =>
    (field === 'trustedEmail' && has[field] === null) ||
    sameContact(field, wanted[field]?.toLowerCase() ?? null, has[field]?.toLowerCase() ?? null)
  // Without versions another field may be another's change.
  const fields = versioned ? CONTACT_FIELDS : editedFields(edits)
  return fields.filter((field) => !isKept(field))
}

const isSameHeld = (one: HeldEmail | null, other: HeldEmail | null) =>
  one?.email === other?.email && one?.inChart === other?.inChart && one?.over === other?.over

const isSameTelecom = (one: Patient, other: Patient) =>
  JSON.stringify(one.telecom) === JSON.stringify(other.telecom)
