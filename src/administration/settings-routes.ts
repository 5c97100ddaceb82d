import { Hono } from 'hono'
import { idempotent } from '../http/idempotency.ts'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { checkPortal, type CheckPortalDeps } from '../settings/check-portal.ts'
import { readSettings } from '../settings/read-settings.ts'
import { saveSettings, type SettingsDeps } from '../settings/save-settings.ts'
import { CheckPortal, SaveSettings, TestMail } from '../settings/schema.ts'
import { sendTestMail } from '../settings/test-mail.ts'
import { requirePermission } from '../staff/actor.ts'
import { requireStaff } from '../staff/require-staff.ts'

const SETTINGS = '/:practice/api/staff/launches/:launch/settings'

export type SettingsRouteDeps = SettingsDeps & CheckPortalDeps

/** What a practice's administrators set, and the two checks beside it. */
export const settingsRoutes = (deps: SettingsRouteDeps) =>
  new Hono<PracticeEnv>()
    .get(SETTINGS, requireStaff(deps), requirePermission('settings.manage'), async (c) =>
      c.json(await readSettings(deps.store.db, deps, c.var.practice.id)),
    )
    .put(
      SETTINGS,
      requireStaff(deps),
      requirePermission('settings.manage'),
      validate('json', SaveSettings),
      async (c) => c.json(await saveSettings(deps, c.var, c.req.valid('json'))),
    )
    .post(
      '/:practice/api/staff/launches/:launch/settings/portal-check',
      requireStaff(deps),
      requirePermission('settings.manage'),
      validate('json', CheckPortal),
      idempotent(deps),
      async (c) => c.json(await checkPortal(deps, c.var.practice, c.req.valid('json'))),
    )
    .post(
      '/:practice/api/staff/launches/:launch/settings/test-mail',
      requireStaff(deps),
      requirePermission('settings.manage'),
      validate('json', TestMail),
      idempotent(deps),
      async (c) => c.json(await sendTestMail(deps, c.var, c.req.valid('json'))),
    )
