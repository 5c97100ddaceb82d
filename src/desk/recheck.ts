import { sql } from 'kysely'
import { DAY_MS, HOUR_MS } from '../clock.ts'
import type { Ehr } from '../fhir/handles.ts'
import type { PracticeDirectory } from '../practices/directory.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'
import { closeSeen, type SettleDeps } from './todos.ts'

export type RecheckDeps = SettleDeps & { ehr: Ehr; practices: Pick<PracticeDirectory, 'find'> }

/** They are looked for all at once: no more than an EHR answers gladly. */
const AT_ONCE = 8

/**
 * Looks into the charts of to-dos that are due whether somebody has typed the value in. An EHR that lets the service
 * read nothing, or that does not answer, is asked again at the next turn: staff can settle it by hand all along. Step
 * of the worker.
 *
 * @returns whether there was work
 */
export async function recheckToDos(deps: RecheckDeps): Promise<boolean> {
  const due = await takeDue(deps.store, deps.now())
  await Promise.all(due.map((item) => recheck(deps, item)))
  return due.length > 0
}

type Due = { practice_id: string; id: string; patient_id: string }

/**
 * Its next turn is written down before the look, so that of several nodes one looks. After the first turn it comes an
 * hour later, then after six, then daily.
 */
async function takeDue(store: Store, now: number): Promise<Due[]> {
  const lock = store.engine === 'postgres' ? sql`for update skip locked` : sql``
  const { rows } = await sql<Due>`
    with due as materialized (
      select practice_id, id from work_item
      where done_at is null and check_at <= ${now} order by check_at limit ${AT_ONCE} ${lock})
    update work_item set check_at = ${now} + case
      when created_at > ${now - HOUR_MS} then cast(${HOUR_MS} as bigint)
      when created_at > ${now - 6 * HOUR_MS} then cast(${6 * HOUR_MS} as bigint)
      else cast(${DAY_MS} as bigint) end
    where (practice_id, id) in (select practice_id, id from due) and done_at is null
    returning practice_id, id, patient_id`.execute(store.db)
  return rows
}

async function recheck(deps: RecheckDeps, { practice_id, id, patient_id }: Due): Promise<void> {
  const practice = await deps.practices.find(practice_id)
  if (!practice) return
  try {
    const tell = await deps.heldOver.watch(deps, { practiceId: practice_id, patientId: patient_id })
    const patient = await deps.ehr.asService(practice_id).read('Patient', patient_id)
    if (!(await closeSeen(deps, practice, patient))) await noteChecked(deps, practice_id, id)
    await tell(patient)
  } catch (error) {
    // Also for a patient who is gone from the chart: what becomes of it, staff decide.
    if (!(error instanceof Problem)) throw error
  }
}

const noteChecked = ({ store, now }: RecheckDeps, practiceId: string, id: string) =>
  store.db
    .updateTable('work_item')
    .set({ checked_at: now() })
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .where('done_at', 'is', null)
    .execute()
