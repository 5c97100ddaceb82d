import { Hono } from 'hono'
import * as z from 'zod'
import { idempotent } from '../http/idempotency.ts'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { requirePermission } from '../staff/actor.ts'
import { requireStaff } from '../staff/require-staff.ts'
import { Before } from './page-query.ts'
import { type PrintDeps, printMail } from './print-mail.ts'
import { listMails, type OutboxDeps, retryMail } from './watch-outbox.ts'

const OutboxQuery = z.strictObject({ before: Before.optional() })

/** What became of the mails, and what to do about those that did not go. */
export const outboxRoutes = (deps: OutboxDeps & PrintDeps) =>
  new Hono<PracticeEnv>()
    .get(
      '/:practice/api/staff/launches/:launch/outbox',
      requireStaff(deps),
      requirePermission('settings.manage'),
      validate('query', OutboxQuery),
      async (c) => c.json(await listMails(deps, c.var, c.req.valid('query'))),
    )
    .post(
      '/:practice/api/staff/launches/:launch/outbox/:mail/retry',
      requireStaff(deps),
      requirePermission('settings.manage'),
      idempotent(deps),
      async (c) => c.json(await retryMail(deps, c.var, c.req.param('mail'))),
    )
    .post(
      '/:practice/api/staff/launches/:launch/outbox/:mail/print',
      requireStaff(deps),
      requirePermission('settings.manage'),
      requirePermission('credentials.manage'),
      idempotent(deps),
      async (c) => c.json(await printMail(deps, c.var, c.req.param('mail'))),
    )
