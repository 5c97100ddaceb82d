import type { ToDo, ToDoChange } from '../../../src/desk/schema.ts'
import { noteToDo } from '../../../src/desk/todos.ts'
import { PEOPLE } from '../../support/people.ts'
import { expectOk, type LaunchedTab, type TestService } from '../../support/service.ts'

/** A change that the front desk accepted, as the Save of a card leaves it to the desk. */
export async function accept(
  service: TestService,
  changes: ToDoChange[],
  who: { patientId?: string; practiceId?: string; patientName?: string } = {},
) {
  const { patientId = PEOPLE.piotr, practiceId = 'fernwood', patientName = 'Piotr Łukasz' } = who
  const { id: staffId } = await service.store.db
    .selectFrom('staff_member')
    .select('id')
    .where('practice_id', '=', practiceId)
    .executeTakeFirstOrThrow()
  const accepted = { practiceId, patientId, staffId, patientName, changes }
  await service.store.transaction((tx) => noteToDo(tx, service.wiring.keyring, accepted, service.clock.now))
}

export const mobileTo = (to: string | null, from: string | null = null): ToDoChange => ({
  field: 'mobilePhone',
  from,
  to,
})
export const homeTo = (to: string | null, from: string | null = null): ToDoChange => ({
  field: 'homePhone',
  from,
  to,
})

/** The practice's list from one launched tab. */
export function openList(tab: LaunchedTab) {
  const api = tab.api.replace(/\/patients\/.*/, '')
  return {
    todos: async () => (await expectOk(tab.browser.get(`${api}/todos`)))['todos'] as ToDo[],
    first: async () => {
      const { todos } = (await expectOk(tab.browser.get(`${api}/todos`))) as { todos: ToDo[] }
      if (!todos[0]) throw new Error('There is nothing to do')
      return todos[0]
    },
    settle: (id: string, how: string) => tab.browser.put(`${api}/todos/${id}`, { how }),
    settleOnCard: (id: string, how: string) => tab.browser.put(`${tab.api}/todos/${id}`, { how }),
  }
}

/** Every row, as the store keeps it. */
export const readItems = ({ store }: TestService) =>
  store.db.selectFrom('work_item').selectAll().orderBy('created_at').orderBy('id').execute()
