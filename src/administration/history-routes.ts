import { Hono } from 'hono'
import * as z from 'zod'
import type { Clock } from '../clock.ts'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { requirePermission } from '../staff/actor.ts'
import { requireStaff } from '../staff/require-staff.ts'
import { Before } from './page-query.ts'
import { type HistoryDeps, readHistory } from './read-history.ts'

const HistoryQuery = z.strictObject({ before: Before.optional(), patient: z.literal('current').optional() })

/** Who did what, for those who may know. */
export const historyRoutes = (deps: HistoryDeps & { now: Clock }) =>
  new Hono<PracticeEnv>().get(
    '/:practice/api/staff/launches/:launch/history',
    requireStaff(deps),
    requirePermission('audit.read'),
    validate('query', HistoryQuery),
    async (c) => c.json(await readHistory(deps, c.var, c.req.valid('query'))),
  )
