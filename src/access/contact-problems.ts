import type { Patient } from '@medplum/fhirtypes'
import type { ToDoChange } from '../desk/schema.ts'
import { fieldsAt } from '../fhir/contacts.ts'
import { CONTACT_FIELDS, sameContact } from '../fhir/telecom.ts'
import { Problem, type ProblemIssue } from '../problem.ts'
import type { ContactField, Contacts, EditContacts } from './schema.ts'

/** What staff want to be another value, or to be again what the chart holds while another one waits to go there. */
export const editedFields = (edits: EditContacts): ContactField[] =>
  CONTACT_FIELDS.filter((field) => {
    const edit = edits[field]
    return edit !== undefined && (edit.from !== edit.to || isTakenBack(edit))
  })

export const isTakenBack = ({ from, to, waiting }: NonNullable<EditContacts[ContactField]>): boolean =>
  from === to && waiting !== undefined && waiting !== to

/** The edits without those that change nothing: somebody else may have changed that field since. */
export const realEdits = (edits: EditContacts): EditContacts =>
  Object.fromEntries(editedFields(edits).map((field) => [field, edits[field]]))

/**
 * Compares what was on the screen with what is in the chart now, field by field. A field that already is what it is to
 * be is no conflict: an answer that was lost on its way brings the same Save again.
 *
 * @throws Problem `conflict` with their value for every field that somebody changed meanwhile
 */
export function refuseConflicts(edits: EditContacts, now: Contacts): void {
  const issues = editedFields(edits).flatMap((field) => {
    const { from = null, to = null } = edits[field] ?? {}
    if (sameContact(field, from, now[field]) || sameContact(field, to, now[field])) return []
    return [issue(field, 'Someone changed this meanwhile.', now[field])]
  })
  refuse(issues)
}

/**
 * The same for what waits to be typed into the chart: the chart does not show it yet, and what a colleague accepted is
 * not to be replaced unseen. A trusted e-mail counts at once and is compared with the rest.
 *
 * @throws Problem `conflict` with what waits for every field that was changed without having seen it
 */
export function refuseUnseen(edits: EditContacts, open: readonly ToDoChange[]): void {
  const issues = open.flatMap(({ field, to: theirs }) => {
    const edit = edits[field]
    if (!edit || field === 'trustedEmail' || sameContact(field, edit.to, theirs)) return []
    const isSeen = edit.waiting !== undefined && sameContact(field, edit.waiting, theirs)
    return isSeen ? [] : [issue(`${field}/waiting`, 'Someone changed this meanwhile.', theirs)]
  })
  refuse(issues)
}

function refuse(issues: ProblemIssue[]) {
  if (issues.length > 0)
    throw new Problem('conflict', 'Someone changed this meanwhile. Nothing was saved.', { issues })
}

/** The EHR kept something else than what was written: its own rules, or on one without versions a later writer. */
export function keptOtherwise(fields: readonly ContactField[], kept: Contacts, byOthers: boolean): Problem {
  const code = byOthers ? 'conflict' : 'ehr-rejected'
  const detail = byOthers ? 'Someone changed this meanwhile.' : 'The EMR kept another value.'
  return new Problem(code, detail, { issues: fields.map((field) => issue(field, detail, kept[field])) })
}

/** The EHR's refusal of `Patient.telecom[1]` as one of the field that was typed into. */
export function inFieldsOf(problem: Problem, edits: EditContacts, sent: Patient): Problem {
  const edited = editedFields(edits)
  const fields = problem.issues.flatMap(({ pointer, detail }) => {
    const [, element, at] = pointer.split('/')
    if (element !== 'telecom') return []
    const there = fieldsAt(sent, Number(at ?? Number.NaN)).filter((field) => edited.includes(field))
    // An EHR that names no place means any of them.
    return (at === undefined || Number.isNaN(Number(at)) ? edited : there).map(
      (field) => [field, detail] as const,
    )
  })
  const issues = [...new Map(fields)].map(([field, detail]) => issue(field, detail))
  return new Problem(problem.code, problem.message, { issues, cause: problem })
}

const issue = (
  field: ContactField | `${ContactField}/waiting`,
  detail: string,
  theirs?: string | null,
): ProblemIssue => ({
  pointer: `/contacts/${field}`,
  detail,
  ...(theirs === undefined ? {} : { theirs }),
})
