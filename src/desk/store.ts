import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { MINUTE_MS } from '../clock.ts'
import type { Practice } from '../practices/practice.ts'
import { openStaffName } from '../staff/store.ts'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import type { ToDo, ToDoChange } from './schema.ts'

/** What a to-do about contacts keeps sealed while it is open. */
export type Payload = { name: string; changes: ToDoChange[] }
export type WorkItem = Schema['work_item']

/** The EMR's own screen takes a person some minutes. */
const FIRST_CHECK_MS = 5 * MINUTE_MS
/** The oldest ones; what is behind them comes up as these are settled. */
const MOST_SHOWN = 500

/** The open to-dos of a practice, or of one of its patients, the oldest first. One that no key opens any more is left out. */
export async function openToDosOf(
  db: Db,
  keyring: Keyring,
  practice: Pick<Practice, 'id' | 'chartUrl'>,
  patientId?: string,
): Promise<ToDo[]> {
  const rows = await db
    .selectFrom('work_item')
    .leftJoin('staff_member', (join) =>
      join
        .onRef('staff_member.practice_id', '=', 'work_item.practice_id')
        .onRef('staff_member.id', '=', 'work_item.created_by'),
    )
    .selectAll('work_item')
    .select(['staff_member.fhir_user', 'staff_member.name_sealed'])
    .where('work_item.practice_id', '=', practice.id)
    .where('kind', '=', 'contacts')
    .where('done_at', 'is', null)
    .$if(patientId !== undefined, (query) => query.where('patient_id', '=', patientId ?? ''))
    .orderBy('created_at')
    .orderBy('work_item.id')
    .limit(MOST_SHOWN)
    .execute()
  return rows.flatMap((row) => {
    const payload = openPayload(keyring, row)
    const createdBy = openStaffName(keyring, practice.id, row.name_sealed) ?? row.fhir_user
    return payload ? [toToDo(row, payload, { createdBy, chartUrl: practice.chartUrl })] : []
  })
}

/** How many patients of a practice there is something to type into the EMR for, as far as the list can show it. */
export async function countOpenToDos(db: Db, keyring: Keyring, practiceId: string): Promise<number> {
  const rows = await db
    .selectFrom('work_item')
    .select(['practice_id', 'id', 'payload_sealed'])
    .where('practice_id', '=', practiceId)
    .where('kind', '=', 'contacts')
    .where('done_at', 'is', null)
    .execute()
  return rows.filter((row) => openPayload(keyring, row) !== null).length
}

const toToDo = (
  row: WorkItem,
  { name, changes }: Payload,
  { createdBy, chartUrl }: Pick<ToDo, 'createdBy' | 'chartUrl'>,
): ToDo => ({
  id: wireIdOf(row),
  patient: { id: row.patient_id, name },
  changes,
  createdAt: row.created_at,
  createdBy,
  checkedAt: row.checked_at,
  chartUrl: chartUrl && chartUrl.replaceAll('{patient}', encodeURIComponent(row.patient_id)),
})

/** Grows with what is to be done: "Done" must not close a change that its reader had not seen. */
const wireIdOf = ({ id, version }: WorkItem) => `${id}.${version}`

/** The row and the version that the id of a to-do speaks of; undefined when it is none of ours. */
export function fromWireId(text: string): { id: string; version: number } | undefined {
  const [, id, version] = /^([\w-]{1,64})\.(\d{1,9})$/.exec(text) ?? []
  return id === undefined ? undefined : { id, version: Number(version) }
}

export const findOpen = (db: Db, practiceId: string, patientId: string) =>
  db
    .selectFrom('work_item')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('kind', '=', 'contacts')
    .where('patient_id', '=', patientId)
    .where('done_at', 'is', null)
    .executeTakeFirst()

/** Takes the patient's open to-do for the rest of the transaction: a second change waits and sees what the first did. */
export const lockOpen = (tx: Db, practiceId: string, patientId: string) =>
  tx
    .updateTable('work_item')
    .set((eb) => ({ version: eb('version', '+', 0) }))
    .where('practice_id', '=', practiceId)
    .where('kind', '=', 'contacts')
    .where('patient_id', '=', patientId)
    .where('done_at', 'is', null)
    .returningAll()
    .executeTakeFirst()

/** Whom a to-do is about, open or settled; undefined when there is none. */
export async function patientOf(db: Db, practiceId: string, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('work_item')
    .select('patient_id')
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.patient_id
}

/** The same by its id, open or settled. */
export const lockItem = (tx: Db, practiceId: string, id: string) =>
  tx
    .updateTable('work_item')
    .set((eb) => ({ version: eb('version', '+', 0) }))
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()

type NewItem = { practiceId: string; patientId: string; staffId: string; payload: Payload }

/** @returns false when somebody else opens one for this patient at the same moment: theirs is the one to add to */
export async function insertItem(tx: Db, keyring: Keyring, item: NewItem, now: number): Promise<boolean> {
  const { practiceId, patientId, staffId, payload } = item
  const key = { practice_id: practiceId, id: uuidv7(now) }
  const inserted = await tx
    .insertInto('work_item')
    .values({
      ...key,
      kind: 'contacts',
      patient_id: patientId,
      payload_sealed: sealPayload(keyring, key, payload),
      created_at: now,
      created_by: staffId,
      check_at: now + FIRST_CHECK_MS,
      checked_at: null,
      done_at: null,
      done_by: null,
      done_how: null,
      version: 1,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** What is to be done is something else now, so it is a new version, and soon looked for. */
export const changeItem = (tx: Db, keyring: Keyring, row: WorkItem, payload: Payload, now: number) =>
  updateItem(tx, row, {
    payload_sealed: sealPayload(keyring, row, payload),
    version: row.version + 1,
    check_at: now + FIRST_CHECK_MS,
  })

/** The chart shows a part of it by now. */
export const shortenItem = (tx: Db, keyring: Keyring, row: WorkItem, payload: Payload, now: number) =>
  updateItem(tx, row, { payload_sealed: sealPayload(keyring, row, payload), checked_at: now })

/** It is over: who and how stays, names and values go. */
export const closeItem = (
  tx: Db,
  row: WorkItem,
  done: Pick<WorkItem, 'done_by' | 'done_how'> & { checked_at?: number },
  now: number,
) => updateItem(tx, row, { ...done, done_at: now, payload_sealed: null })

const updateItem = (tx: Db, row: WorkItem, columns: Partial<WorkItem>) =>
  tx
    .updateTable('work_item')
    .set(columns)
    .where('practice_id', '=', row.practice_id)
    .where('id', '=', row.id)
    .execute()

type Key = Pick<WorkItem, 'practice_id' | 'id'>

/** Null once it is settled, or where no key opens it any more. */
export function openPayload(keyring: Keyring, row: Key & Pick<WorkItem, 'payload_sealed'>): Payload | null {
  const opened = openOrNull(keyring, row.payload_sealed, contextOf(row))
  return opened === null ? null : (JSON.parse(opened) as Payload)
}

export const sealPayload = (keyring: Keyring, row: Key, payload: Payload): string =>
  keyring.seal(JSON.stringify(payload), contextOf(row))

const contextOf = ({ practice_id, id }: Key) => `work-item ${practice_id} ${id}`
