import type { Patient } from '@medplum/fhirtypes'
import type { ToDoChange } from '../desk/schema.ts'
import type { Kept } from '../fhir/client.ts'
import { sameContact, trustedEmailOf } from '../fhir/telecom.ts'
import type { Problem } from '../problem.ts'
import { editedFields, isTakenBack, refuseConflicts, refuseUnseen } from './contact-problems.ts'
import type { AccessDeps, Asker } from './read-access-card.ts'
import type { ContactField, EditContacts } from './schema.ts'
import { contactsFor, heldFor, readTrusted, type HeldEmail } from './standing.ts'

/** What became of edited contacts. */
export type WrittenContacts = {
  /** The chart's Patient after it. */
  patient: Kept<Patient>
  /** Edited fields that hold another value now. */
  changed: ContactField[]
  /** The address that only the patient reads, from now on. */
  trustedEmail: string | null
  /** It was edited: what is mailed follows it, whether or not it stood there already. */
  follows: boolean
  /**
   * Trusted e-mail that our own row must hold, as the chart does not, in place of what it held when that was decided;
   * undefined = leave the row alone.
   */
  held: { from: string | null; to: HeldEmail | null } | undefined
  /** What staff must type into the EMR, as it takes no such change. */
  toDo: ToDoChange[]
  /** Makes sure that what waits to be typed in is what its reader saw, where more is to wait. */
  seen?: (open: readonly ToDoChange[]) => void
  /** Set where the EHR kept something else than what was written. */
  refusal: Problem | null
}

/**
 * What the EHR takes from no token of ours is for staff to type in. A trusted e-mail counts at once all the same: by our
 * own row, also before the one that the chart has marked, or mail would go on to an address that staff have replaced.
 *
 * @throws Problem `conflict` with their value for each field
 */
export async function leaveToStaff(
  deps: AccessDeps,
  asker: Asker,
  patient: Kept<Patient>,
  edits: EditContacts,
): Promise<WrittenContacts> {
  const { row, known } = await readTrusted(deps, asker.practice.id, patient)
  const now = contactsFor(patient, known)
  refuseConflicts(edits, now)
  const marked = trustedEmailOf(patient)
  const trusted = edits.trustedEmail ? edits.trustedEmail.to : known
  const isEmail = edits.trustedEmail !== undefined || (edits.contactEmail !== undefined && known !== null)
  const isNew = (field: ContactField) =>
    !sameContact(field, edits[field]?.to ?? null, now[field]) || (edits[field] && isTakenBack(edits[field]))
  const fields = editedFields(edits).filter(isNew)
  const over = marked ?? undefined
  // What is to be typed in replaces what the chart itself marks, whatever has counted here.
  const inChart = { ...now, trustedEmail: marked }
  return {
    patient,
    changed: fields.filter((field) => field === 'trustedEmail'),
    trustedEmail: trusted,
    follows: fields.includes('trustedEmail'),
    held: isEmail
      ? { from: row?.trusted_email_sealed ?? null, to: heldAfter(patient, edits, { trusted, over }) }
      : undefined,
    toDo: fields
      .filter((field) => field !== 'trustedEmail' || marked !== null)
      .map((field) => ({ field, from: inChart[field], to: edits[field]?.to ?? null })),
    seen: (open) => refuseUnseen(edits, open),
    refusal: null,
  }
}

/** An address that goes from the chart by this very change, and that staff leave trusted, stays so without the chart. */
function heldAfter(
  patient: Patient,
  { contactEmail }: EditContacts,
  { trusted, over }: { trusted: string | null; over: string | undefined },
): HeldEmail | null {
  const held = heldFor(patient, trusted, over)
  if (!held || !contactEmail || !sameContact('contactEmail', contactEmail.from, held.email)) return held
  return { ...held, inChart: false }
}
