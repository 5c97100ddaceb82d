import { Hono } from 'hono'
import { Stop } from '../embedding/schema.ts'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { requirePermission } from '../staff/actor.ts'
import { requireStaff, type RequireStaffDeps } from '../staff/require-staff.ts'
import { type HostsDeps, readHosts, stopHost } from './stop-host.ts'

/** Pages that show Portico, for those who look after people and rights. */
export const hostsRoutes = (deps: HostsDeps & RequireStaffDeps) =>
  new Hono<PracticeEnv>()
    .get(
      '/:practice/api/staff/launches/:launch/hosts',
      requireStaff(deps),
      requirePermission('staff.manage'),
      async (c) => c.json({ hosts: await readHosts(deps.store.db, c.var.practice) }),
    )
    .put(
      '/:practice/api/staff/launches/:launch/hosts/:host',
      requireStaff(deps),
      requirePermission('staff.manage'),
      validate('json', Stop),
      async (c) => {
        const { stopped } = c.req.valid('json')
        return c.json({ hosts: await stopHost(deps, c.var, c.req.param('host'), stopped) })
      },
    )
