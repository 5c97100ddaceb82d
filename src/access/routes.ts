import { Hono } from 'hono'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { requirePermission, requireStaff } from '../staff/require-staff.ts'
import { readAccessCard, type AccessDeps } from './read-access-card.ts'
import { saveAccess } from './save-access.ts'
import { SaveAccess } from './schema.ts'

const CARD = '/:practice/api/staff/launches/:launch/patients/:patient/access'

/** May this patient use the portal? Staff look and decide. */
export const accessRoutes = (deps: AccessDeps) =>
  new Hono<PracticeEnv>()
    .get(CARD, requireStaff(deps), requirePermission('access.read'), async (c) =>
      c.json(await readAccessCard(deps, c.var)),
    )
    .put(
      CARD,
      requireStaff(deps),
      requirePermission('access.manage'),
      validate('json', SaveAccess),
      async (c) => c.json(await saveAccess(deps, c.var, c.req.valid('json'))),
    )
