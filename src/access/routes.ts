import { Hono } from 'hono'
import { SettleToDo } from '../desk/schema.ts'
import { validate } from '../http/validate.ts'
import { type ActorEnv, requirePermission, type StaffDoor } from '../staff/actor.ts'
import { readAccessCard, type AccessDeps } from './read-access-card.ts'
import { refuseAccess, takeBackRefusal } from './refusal.ts'
import { saveAccess } from './save-access.ts'
import { RefuseAccess, SaveAccess } from './schema.ts'
import { settlePatientToDo } from './settle-to-do.ts'

/** May this patient use the portal? Staff look and decide. */
export const accessRoutes = (deps: AccessDeps, { patient, guard }: StaffDoor) => {
  const manage = requirePermission('access.manage')
  return new Hono<ActorEnv>()
    .get(`${patient}/access`, guard, requirePermission('access.read'), async (c) =>
      c.json(await readAccessCard(deps, c.var)),
    )
    .put(`${patient}/access`, guard, manage, validate('json', SaveAccess), async (c) =>
      c.json(await saveAccess(deps, c.var, c.req.valid('json'))),
    )
    .put(`${patient}/refusal`, guard, manage, validate('json', RefuseAccess), async (c) =>
      c.json(await refuseAccess(deps, c.var, c.req.valid('json'))),
    )
    .put(`${patient}/todos/:todo`, guard, manage, validate('json', SettleToDo), async (c) =>
      c.json(await settlePatientToDo(deps, c.var, c.req.param('todo') ?? '', c.req.valid('json'))),
    )
    .delete(`${patient}/refusal`, guard, manage, async (c) => c.json(await takeBackRefusal(deps, c.var)))
}
