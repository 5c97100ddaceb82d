import type { Patient } from '@medplum/fhirtypes'
import type { Kept } from '../fhir/client.ts'
import { mergeContacts } from '../fhir/contacts.ts'
import { CONTACT_FIELDS, contactsOf, emailsOf, sameContact, trustedEmailOf } from '../fhir/telecom.ts'
import { Problem } from '../problem.ts'
import { editedFields, inFieldsOf, keptOtherwise, refuseConflicts } from './contact-problems.ts'
import { mayEditContacts, patientCapability } from './may-edit.ts'
import { noteAuthor } from './note-author.ts'
import { chartFor, readPatient, type AccessDeps, type Asker } from './read-access-card.ts'
import type { ContactField, EditContacts } from './schema.ts'
import { contactsFor, openHeldEmail, trustedEmailFor, type HeldEmail } from './standing.ts'
import { readAccess } from './store.ts'
import { takeTurn } from './take-turn.ts'

/** Somebody else may change the chart between our look and our write; so often it is looked at and merged again. */
const TRIES = 3

export type WrittenContacts = {
  /** The chart's Patient after it. */
  patient: Kept<Patient>
  /** Edited fields that hold another value now. */
  changed: ContactField[]
  /** The address that only the patient reads, from now on. */
  trustedEmail: string | null
  /**
   * Trusted e-mail that our own row must hold, as the chart does not, in place of what it held when that was decided;
   * undefined = leave the row alone.
   */
  held: { from: string | null; to: HeldEmail | null } | undefined
  /** Set where the EHR kept something else than what was written. */
  refusal: Problem | null
}

type Work = {
  deps: AccessDeps
  asker: Asker
  edits: EditContacts
  versioned: boolean
  /** Where only one of us writes at a time: makes sure that it still is us. */
  keepTurn?: () => Promise<void>
}

/**
 * Writes phone and e-mail into the chart, with the staff member's own token or in their name: look, compare with what was on the screen,
 * merge, write. What somebody else changed meanwhile is never overwritten: another field stays as they made it, the
 * same field is a conflict, and then nothing is written. An EHR without versions cannot refuse a late write: there the
 * look comes right before it, one of us writes at a time, and what was kept is read back.
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
  const { practice, staff } = asker
  if (!(await mayEditContacts(deps, practice.id, staff)))
    throw new Problem('ehr-refused', 'The EMR does not let you change this from here.')
  const capability = await patientCapability(deps, practice.id)
  const versioned = patient.meta?.versionId !== undefined && (capability?.ifMatch ?? true)
  const work = { deps, asker, edits, versioned }
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
  const row = await readAccess(deps.store.db, asker.practice.id, before.id)
  const known = trustedEmailFor(deps.keyring, before, row)
  refuseConflicts(edits, contactsFor(before, known))
  const merged = { ...mergeContacts(before, edits, known), id: before.id }
  const isSame = JSON.stringify(merged.telecom) === JSON.stringify(before.telecom)
  await work.keepTurn?.()
  const kept = isSame ? before : await put(work, merged, isLast)
  if (!kept) return undefined

  const trusted = edits.trustedEmail ? edits.trustedEmail.to : known
  const lost = isSame ? [] : lostOf(work, merged, kept)
  const isBack = lost.every((field) => sameContact(field, contactsOf(before)[field], contactsOf(kept)[field]))
  // Perhaps a late writer who had not seen ours put the old values back.
  if (lost.length > 0 && isBack && !versioned && !isLast) return undefined
  const held = heldFor(kept, trusted)
  // A row that we have no reason to change may be changed by somebody else meanwhile.
  const stays = !edits.trustedEmail && (isSame || isSameHeld(held, openHeldEmail(deps.keyring, row)))
  const now = contactsFor(kept, trustedEmailOf(kept) ?? held?.email ?? null)
  const earlier = contactsFor(before, known)
  return {
    patient: kept,
    changed: editedFields(edits).filter((field) => !lost.includes(field) && now[field] !== earlier[field]),
    trustedEmail: now.trustedEmail,
    held: stays ? undefined : { from: row?.trusted_email_sealed ?? null, to: held },
    refusal: lost.length > 0 ? keptOtherwise(lost, contactsOf(kept), !versioned && !isBack) : null,
  }
}

/** @returns the Patient as the EHR keeps it; undefined when somebody else was quicker and there is another try. */
async function put(
  { deps, asker, edits, versioned }: Work,
  patient: Kept<Patient>,
  isLast: boolean,
): Promise<Kept<Patient> | undefined> {
  const ehr = chartFor(deps, asker)
  try {
    const answered = await ehr.update(patient, { ifMatch: patient.meta?.versionId })
    if (asker.staff.context.ehrTokenId === null) await noteAuthor(deps, asker)
    // An EHR may say back what it was sent, and keep something else.
    return versioned ? answered : await ehr.read('Patient', patient.id)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'conflict' && !isLast) return undefined
    throw error.code === 'ehr-rejected' ? inFieldsOf(error, edits, patient) : error
  }
}

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

/** What our own row must hold so that this address stays trusted; null where the chart's mark does. */
function heldFor(kept: Patient, trusted: string | null): HeldEmail | null {
  if (trusted === null || trustedEmailOf(kept) !== null) return null
  const inChart = emailsOf(kept).some((email) => sameContact('trustedEmail', email, trusted))
  return { email: trusted, inChart }
}

const isSameHeld = (one: HeldEmail | null, other: HeldEmail | null) =>
  one?.email === other?.email && one?.inChart === other?.inChart
