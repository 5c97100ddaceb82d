import { Hono } from 'hono'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { requirePermission, requireStaff } from '../staff/require-staff.ts'
import { readAccessCard, type AccessDeps } from './read-access-card.ts'
import { refuseAccess, takeBackRefusal } from './refusal.ts'
import { saveAccess } from './save-access.ts'
import { RefuseAccess, SaveAccess } from './schema.ts'

const CARD = '/:practice/api/staff/launches/:launch/patients/:patient/access'
const REFUSAL = '/:practice/api/staff/launches/:launch/patients/:patient/refusal'

/** May this patient use the portal? Staff look and decide. */
export const accessRoutes = (deps: AccessDeps) => {
  const [staff, manage] = [requireStaff(deps), requirePermission('access.manage')]
  return new Hono<PracticeEnv>()
    .get(CARD, staff, requirePermission('access.read'), async (c) =>
      c.json(await readAccessCard(deps, c.var)),
    )
    .put(CARD, staff, manage, validate('json', SaveAccess), async (c) =>
      c.json(await saveAccess(deps, c.var, c.req.valid('json'))),
    )
    .put(REFUSAL, staff, manage, validate('json', RefuseAccess), async (c) =>
      c.json(await refuseAccess(deps, c.var, c.req.valid('json'))),
    )
    .delete(REFUSAL, staff, manage, async (c) => c.json(await takeBackRefusal(deps, c.var)))
}
