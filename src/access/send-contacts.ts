import type { Patient } from '@medplum/fhirtypes'
import type { Kept } from '../fhir/client.ts'
import type { PatientChangeWay } from '../fhir/plan.ts'
import { isTrusted, isTrustedByUse, trustedEmailOf, withoutMark, withoutReadMarks } from '../fhir/telecom.ts'
import { isUnsupportedByEhr } from '../fhir/outcome.ts'
import { telecomPatch } from '../fhir/telecom-patch.ts'
import type { Column } from '../openemr/openemr.ts'
import { Problem } from '../problem.ts'
import { editedFields, inFieldsOf } from './contact-problems.ts'
import { noteAuthor } from './note-author.ts'
import { chartFor, readPatient, type AccessDeps, type Asker } from './read-access-card.ts'
import type { ContactField, EditContacts } from './schema.ts'

/** One write of contacts into the chart. */
export type Sending = {
  deps: AccessDeps
  asker: Asker
  edits: EditContacts
  way: Exclude<PatientChangeWay, 'to-do'>
  /** An update with an old version is refused. */
  versioned: boolean
  /** As read just now. */
  before: Kept<Patient>
  /** The same with the edits in it. */
  merged: Kept<Patient>
}

/**
 * Writes contacts by whichever way the EHR has: the whole Patient, its contacts alone, or OpenEMR's own columns.
 *
 * @returns the Patient as the EHR keeps it
 * @throws Problem of the EHR gateway; `ehr-rejected` names the fields
 */
export async function sendContacts(sending: Sending): Promise<Kept<Patient>> {
  const { deps, asker, versioned, way } = sending
  try {
    const answered = await WAYS[way](sending)
    if (asker.staff.context.ehrTokenId === null) await noteAuthor(deps, asker)
    // An EHR may say back what it was sent, and keep something else.
    return versioned && answered ? answered : await readPatient(deps, asker)
  } catch (error) {
    const isRejected = error instanceof Problem && error.code === 'ehr-rejected'
    if (!isRejected && !isUnsupportedByEhr(error)) throw error
    const plain = withoutNewMark(sending)
    // Some EHRs refuse an extension that they do not know, where others drop it.
    if (plain) return sendContacts({ ...sending, merged: plain })
    if (!isRejected) throw error
    throw way === 'openemr' ? inFieldsOfColumns(error) : inFieldsOf(error, sending.edits, sending.merged)
  }
}

const WAYS: Record<Sending['way'], (sending: Sending) => Promise<Kept<Patient> | undefined>> = {
  put: ({ deps, asker, merged }) => chartFor(deps, asker).update(merged, { ifMatch: merged.meta?.versionId }),
  patch: ({ deps, asker, before, merged }) =>
    chartFor(deps, asker).patch('Patient', before.id, patchOf(before, merged), {
      ifMatch: before.meta?.versionId,
    }),
  openemr: async ({ deps, asker, edits, before }) => {
    const { practice, staff } = asker
    await deps
      .openEmrAs(practice.id, staff.context.ehrTokenId ?? '')
      .updatePatient(before.id, columnsOf(edits))
    return undefined
  },
}

/** Nothing but the contacts, and only if they still are what was read. */
const patchOf = (before: Patient, merged: Patient) =>
  telecomPatch(withoutReadMarks(before).telecom ?? [], withoutReadMarks(merged).telecom ?? [])

/** The same without our mark of a trusted e-mail; undefined where that is not new, or not how the chart says it. */
function withoutNewMark({ before, merged, way }: Sending): Kept<Patient> | undefined {
  const isNew = trustedEmailOf(before) === null && trustedEmailOf(merged) !== null
  if (way === 'openemr' || !isNew || merged.telecom?.some(isTrustedByUse)) return undefined
  return {
    ...merged,
    telecom: (merged.telecom ?? []).map((one) => (isTrusted(one) ? withoutMark(one) : one)),
  }
}

const COLUMN_OF: Record<ContactField, Column> = {
  homePhone: 'phone_home',
  mobilePhone: 'phone_cell',
  contactEmail: 'email',
  trustedEmail: 'email_direct',
}

const columnsOf = (edits: EditContacts): Partial<Record<Column, string>> =>
  Object.fromEntries(editedFields(edits).map((field) => [COLUMN_OF[field], edits[field]?.to ?? '']))

/** OpenEMR's refusal of a column as one of the field that was typed into. */
function inFieldsOfColumns(problem: Problem): Problem {
  const fields = Object.entries(COLUMN_OF).map(([field, column]) => [`/${column}`, field] as const)
  const issues = problem.issues.flatMap(({ pointer, detail }) =>
    fields
      .filter(([column]) => column === pointer)
      .map(([, field]) => ({ pointer: `/contacts/${field}`, detail })),
  )
  return new Problem(problem.code, problem.message, { issues, cause: problem })
}
