import { Hono } from 'hono'
import type { AuditEntry } from '../audit/record.ts'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { requirePermission } from '../staff/actor.ts'
import { requireStaff } from '../staff/require-staff.ts'
import { SettleToDo, type ToDoList } from './schema.ts'
import { openToDosOf, settleToDo, type SettleDeps } from './todos.ts'

export type DeskRouteDeps = SettleDeps & { readAudit: { record(entry: AuditEntry): Promise<void> } }

/** What waits for staff, in the whole practice. One patient's stands on their card. */
export const deskRoutes = (deps: DeskRouteDeps) =>
  new Hono<PracticeEnv>()
    .get(
      '/:practice/api/staff/launches/:launch/todos',
      requireStaff(deps),
      requirePermission('access.read'),
      async (c) => {
        const { practice, staff, requestId } = c.var
        const entry = { practiceId: practice.id, actor: staff.fhirUser, action: 'todos.read', requestId }
        const [todos] = await Promise.all([
          openToDosOf(deps.store.db, deps.keyring, practice),
          // It names patients.
          deps.readAudit.record(entry),
        ])
        return c.json({ todos } satisfies ToDoList)
      },
    )
    .put(
      '/:practice/api/staff/launches/:launch/todos/:todo',
      requireStaff(deps),
      requirePermission('access.manage'),
      validate('json', SettleToDo),
      async (c) => {
        await settleToDo(deps, c.var, { ...c.req.valid('json'), id: c.req.param('todo') })
        const todos = await openToDosOf(deps.store.db, deps.keyring, c.var.practice)
        return c.json({ todos } satisfies ToDoList)
      },
    )
