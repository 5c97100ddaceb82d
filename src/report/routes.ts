import { Hono } from 'hono'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { requirePermission } from '../staff/actor.ts'
import { requireStaff, type RequireStaffDeps } from '../staff/require-staff.ts'
import { inWords } from './in-words.ts'
import { ReportQuery } from './schema.ts'
import { createSharedRuns, type SharedRunsDeps } from './shared-runs.ts'

export type ReportRoutesDeps = RequireStaffDeps & Omit<SharedRunsDeps, 'isRunning'>

/** The host report, for administrators. */
export function reportRoutes(deps: ReportRoutesDeps) {
  const findOut = createSharedRuns({ ...deps, isRunning: true })
  return new Hono<PracticeEnv>().get(
    '/:practice/api/staff/launches/:launch/report',
    requireStaff(deps),
    requirePermission('settings.manage'),
    validate('query', ReportQuery),
    async (c) => {
      const { lang, again } = c.req.valid('query')
      const { practice } = c.var
      return c.json(inWords(await findOut(practice, again !== undefined), practice, lang))
    },
  )
}
