import { Hono } from 'hono'
import { Stop } from '../embedding/schema.ts'
import { idempotent } from '../http/idempotency.ts'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { addRole, removeRole, saveRole } from '../staff/edit-roles.ts'
import { giveRole, type PeopleDeps, readPeople } from '../staff/people.ts'
import { requirePermission } from '../staff/actor.ts'
import { requireStaff } from '../staff/require-staff.ts'
import { GiveRole, NewRole, SaveRole } from '../staff/schema.ts'
import { stopPerson } from '../staff/stop.ts'

const ROLE = '/:practice/api/staff/launches/:launch/roles/:role'

/** People and rights: who has which role, and what each role may do. */
export const peopleRoutes = (deps: PeopleDeps) =>
  new Hono<PracticeEnv>()
    .get(
      '/:practice/api/staff/launches/:launch/people',
      requireStaff(deps),
      requirePermission('staff.manage'),
      async (c) => c.json(await readPeople(deps.store.db, deps.keyring, c.var.practice)),
    )
    .put(
      '/:practice/api/staff/launches/:launch/people/:person',
      requireStaff(deps),
      requirePermission('staff.manage'),
      validate('json', GiveRole),
      async (c) => c.json(await giveRole(deps, c.var, c.req.param('person'), c.req.valid('json'))),
    )
    .put(
      '/:practice/api/staff/launches/:launch/people/:person/stopped',
      requireStaff(deps),
      requirePermission('staff.manage'),
      validate('json', Stop),
      async (c) => c.json(await stopPerson(deps, c.var, c.req.param('person'), c.req.valid('json').stopped)),
    )
    .post(
      '/:practice/api/staff/launches/:launch/roles',
      requireStaff(deps),
      requirePermission('staff.manage'),
      validate('json', NewRole),
      idempotent(deps),
      async (c) => c.json(await addRole(deps, c.var, c.req.valid('json')), 201),
    )
    .put(ROLE, requireStaff(deps), requirePermission('staff.manage'), validate('json', SaveRole), async (c) =>
      c.json(await saveRole(deps, c.var, c.req.param('role'), c.req.valid('json'))),
    )
    .delete(ROLE, requireStaff(deps), requirePermission('staff.manage'), async (c) =>
      c.json(await removeRole(deps, c.var, c.req.param('role'))),
    )
