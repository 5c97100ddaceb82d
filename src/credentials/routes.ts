import { Hono } from 'hono'
import { answerWithSession } from '../accounts/session-answer.ts'
import { idempotent } from '../http/idempotency.ts'
import type { Pages } from '../http/pages.ts'
import { validate } from '../http/validate.ts'
import { requireOpenPortal } from '../practices/require-open-portal.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { requirePermission, requireStaff } from '../staff/require-staff.ts'
import { chooseCredentials, type ChooseDeps } from './choose-credentials.ts'
import { confirmActivation } from './confirm-activation.ts'
import { invite, type InviteDeps } from './invite.ts'
import { ChooseCredentials, ConfirmActivation, OpenSlip } from './schema.ts'
import { openSlip } from './slip.ts'

export type CredentialDeps = InviteDeps & ChooseDeps & { pages: Pages }

/** Staff create credentials. The answer holds no secret, only the one-time address of the slip. */
export const invitationRoutes = (deps: CredentialDeps) =>
  new Hono<PracticeEnv>()
    .post(
      '/:practice/api/staff/launches/:launch/patients/:patient/invitations',
      requireStaff(deps),
      requirePermission('credentials.manage'),
      idempotent(deps),
      async (c) => c.json(await invite(deps, c.var), 201),
    )
    .get('/:practice/slip', async (c) => {
      // The window was opened by the staff app, perhaps inside an EMR: a stricter policy would cut it off before it loads.
      c.header('cross-origin-opener-policy', 'unsafe-none')
      return c.html(await deps.pages.app({ entry: 'slip', audience: 'staff', title: c.var.practice.name }))
    })
    // Not idempotent on purpose: who asks twice, with whatever key, is told that it was shown.
    .post('/:practice/api/slip', validate('json', OpenSlip), async (c) => {
      const { practice, requestId } = c.var
      return c.json(
        await openSlip(deps, { practiceId: practice.id, token: c.req.valid('json').token, requestId }),
      )
    })

/** Patients turn a letter into a sign-in of their own. */
export const activationRoutes = (deps: CredentialDeps) =>
  new Hono<PracticeEnv>()
    .post(
      '/:practice/api/portal/activation',
      requireOpenPortal,
      validate('json', ConfirmActivation),
      idempotent(deps),
      async (c) => c.json(await confirmActivation(deps, c.var, c.req.valid('json'))),
    )
    .post(
      '/:practice/api/portal/activation/credentials',
      requireOpenPortal,
      validate('json', ChooseCredentials),
      idempotent(deps),
      async (c) =>
        answerWithSession(c, deps.keyring, await chooseCredentials(deps, c.var, c.req.valid('json'))),
    )
