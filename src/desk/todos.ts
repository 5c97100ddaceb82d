import type { Patient } from '@medplum/fhirtypes'
import { recordAudit } from '../audit/record.ts'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { publishEvent } from '../events/events.ts'
import { isMergedAway } from '../fhir/patient.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { StaffMember } from '../staff/store.ts'
import type { Db, Store } from '../store/open.ts'
import { isInChart, mergeChanges } from './changes.ts'
import type { SettleToDo, ToDoChange } from './schema.ts'
import {
  changeItem,
  closeItem,
  findOpen,
  fromWireId,
  insertItem,
  lockItem,
  lockOpen,
  openPayload,
  patientOf,
  shortenItem,
  type WorkItem,
} from './store.ts'

export { countOpenToDos, openToDosOf } from './store.ts'

export type DeskDeps = { store: Store; keyring: Keyring; now: Clock }

type Whose = { practiceId: string; patientId: string }

/** What the one who accepts a trusted e-mail keeps of it beside the chart. */
export type HeldOver = {
  /** Takes the patient's row first, as a Save does: of two who wait for each other one would be turned away. */
  lock(tx: Db, practiceId: string, patientId: string): Promise<unknown>
  /** The change is not wanted any more. @returns whether something counted by it */
  takeBack(tx: Db, keyring: Keyring, whose: Whose, now: number): Promise<boolean>
  /** Asked before the chart is read; what comes back is told what stands there. */
  watch(deps: DeskDeps, whose: Whose): Promise<(patient: Patient) => Promise<void>>
}

export type SettleDeps = DeskDeps & { heldOver: HeldOver }

/** What staff accepted and the EHR cannot be told. */
export type AcceptedChange = {
  practiceId: string
  patientId: string
  /** Who accepted it: id of the staff member. */
  staffId: string
  patientName: string
  changes: readonly ToDoChange[]
  /** Throws where what waits already is not what was seen when this was accepted. */
  seen?: ((open: readonly ToDoChange[]) => void) | undefined
  requestId?: string
}

/**
 * Leaves it to staff to type an accepted change into the EMR. A patient has one open to-do, which grows; one that is to
 * be again what the chart holds is withdrawn. Belongs into the transaction of what was accepted.
 * @see design §6 "Patient change accepted by staff"
 */
export async function noteToDo(
  tx: Db,
  keyring: Keyring,
  accepted: AcceptedChange,
  now: number,
): Promise<void> {
  const { practiceId, patientId, staffId } = accepted
  const row = await lockOpen(tx, practiceId, patientId)
  const before = (row && openPayload(keyring, row)?.changes) ?? []
  accepted.seen?.(before)
  const payload = { name: accepted.patientName, changes: mergeChanges(before, accepted.changes) }
  const opened = payload.changes.filter((change) => !before.some((one) => isSameChange(one, change)))
  const dropped = before.filter(({ field }) => !payload.changes.some((change) => change.field === field))
  if (opened.length + dropped.length === 0) return
  if (!row) {
    const isOurs = await insertItem(tx, keyring, { practiceId, patientId, staffId, payload }, now)
    if (!isOurs) return noteToDo(tx, keyring, accepted, now)
  } else if (payload.changes.length > 0) await changeItem(tx, keyring, row, payload, now)
  else await closeItem(tx, row, { done_by: staffId, done_how: 'withdrawn' }, now)

  const { requestId } = accepted
  const by = { practiceId, patientId, actor: await fhirUserOf(tx, practiceId, staffId), requestId }
  const deeds = [
    { action: 'todo.opened', changes: opened },
    { action: 'todo.closed', how: 'withdrawn', changes: dropped },
  ]
  await tell(tx, by, deeds, now)
}

/**
 * Takes off the list what a patient's chart shows by now, whoever wrote it there; with the last of it the to-do is over.
 *
 * @param patient as read from the EHR just now
 * @returns whether there is less to do than before
 */
export async function closeSeen(
  { store, keyring, now }: DeskDeps,
  { id: practiceId }: Pick<Practice, 'id'>,
  patient: Patient,
): Promise<boolean> {
  const patientId = patient.id ?? ''
  const seenIn = (row: WorkItem | undefined) => {
    const payload = row && openPayload(keyring, row)
    const seen = payload?.changes.filter((change) => isInChart(change, patient)) ?? []
    return row && payload && seen.length > 0 ? { row, payload, seen } : null
  }
  // Of a record that was merged into another one nobody can say what it should hold.
  if (isMergedAway(patient) || !seenIn(await findOpen(store.db, practiceId, patientId))) return false
  return store.transaction(async (tx) => {
    const found = seenIn(await lockOpen(tx, practiceId, patientId))
    if (!found) return false
    const { row, payload, seen } = found
    const left = payload.changes.filter((change) => !seen.includes(change))
    const at = now()
    if (left.length > 0) await shortenItem(tx, keyring, row, { ...payload, changes: left }, at)
    else await closeItem(tx, row, { done_by: null, done_how: 'chart', checked_at: at }, at)
    const deed = { action: 'todo.closed', how: 'chart', changes: seen }
    await tell(tx, { practiceId, patientId, actor: 'portico' }, [deed], at)
    return true
  })
}

/** Who settles a to-do, and in which request. */
export type Settler = { practice: Practice; staff: Pick<StaffMember, 'id' | 'fhirUser'>; requestId: string }

/**
 * Staff say that they have typed it into the EMR, or that it is not wanted any more. A trusted e-mail that is withdrawn
 * counts no more, and what the chart marks does again.
 *
 * @param request.patientId where the reader may act for this patient alone
 * @throws Problem `not-found`; `conflict` when it was settled already (extra.how) or is about more than its reader saw
 */
export async function settleToDo(
  { store, keyring, now, heldOver }: SettleDeps,
  { practice, staff, requestId }: Settler,
  { id: wireId, how, patientId }: SettleToDo & { id: string; patientId?: string },
): Promise<void> {
  const named = fromWireId(wireId)
  if (!named) throw notFound()
  await store.transaction(async (tx) => {
    const about = await patientOf(tx, practice.id, named.id)
    if (about === undefined || (patientId !== undefined && about !== patientId)) throw notFound()
    await heldOver.lock(tx, practice.id, about)
    const row = await lockItem(tx, practice.id, named.id)
    if (!row) throw notFound()
    assertAsSeen(row, named.version)
    const changes = openPayload(keyring, row)?.changes ?? []
    const at = now()
    await closeItem(tx, row, { done_by: staff.id, done_how: how }, at)
    const whose = { practiceId: practice.id, patientId: about, actor: staff.fhirUser, requestId }
    await tell(tx, whose, [{ action: 'todo.closed', how, changes }], at)
    const trusted = changes.filter(({ field }) => field === 'trustedEmail')
    if (how === 'withdrawn' && trusted.length > 0 && (await heldOver.takeBack(tx, keyring, whose, at)))
      await tell(tx, whose, [{ action: 'contacts.changed', changes: trusted }], at)
  })
}

function assertAsSeen({ done_how, version }: WorkItem, seen: number) {
  if (done_how !== null)
    throw new Problem('conflict', 'This was settled meanwhile.', { extra: { how: done_how } })
  if (version !== seen) throw new Problem('conflict', 'There is something else to do by now. Look again.')
}

type Told = { practiceId: string; patientId: string; actor: string; requestId?: string | undefined }
type Deed = { action: string; how?: string; changes: readonly ToDoChange[] }

/** The trail gets the names of fields and no values. Who looks at the patient reads again, and who looks at the list. */
async function tell(tx: Db, { requestId = '', ...whose }: Told, deeds: readonly Deed[], now: number) {
  const done = deeds.filter(({ changes }) => changes.length > 0)
  if (done.length === 0) return
  for (const { action, how, changes } of done) {
    const detail = { ...(how && { how }), fields: changes.map(({ field }) => field).join(',') }
    await recordAudit(tx, { ...whose, action, detail, requestId: requestId || null }, now)
  }
  const { practiceId, patientId } = whose
  await publishEvent(tx, { practiceId, topic: 'access', patientId }, now)
  await publishEvent(tx, { practiceId, topic: 'todos' }, now)
}

const isSameChange = (one: ToDoChange, other: ToDoChange) =>
  one.field === other.field && one.from === other.from && one.to === other.to

async function fhirUserOf(tx: Db, practiceId: string, staffId: string): Promise<string> {
  const member = await tx
    .selectFrom('staff_member')
    .select('fhir_user')
    .where('practice_id', '=', practiceId)
    .where('id', '=', staffId)
    .executeTakeFirst()
  return member?.fhir_user ?? `staff/${staffId}`
}

const notFound = () => new Problem('not-found', 'There is no such task.')
