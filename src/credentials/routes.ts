import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { answerWithSession } from '../accounts/session-answer.ts'
import { cookieNames, readCookie } from '../http/cookies.ts'
import { idempotent } from '../http/idempotency.ts'
import type { Pages } from '../http/pages.ts'
import { validate } from '../http/validate.ts'
import { requireOpenPortal } from '../practices/require-open-portal.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { Problem } from '../problem.ts'
import { type ActorEnv, requirePermission, type StaffDoor } from '../staff/actor.ts'
import { cancelInvitation } from './cancel-invitation.ts'
import { changeCredentials } from './change-credentials.ts'
import { chooseCredentials } from './choose-credentials.ts'
import { confirmActivation, type ActivationDeps } from './confirm-activation.ts'
import { invite, type InviteDeps } from './invite.ts'
import { mailInvitation } from './mail-invitation.ts'
import type { NewCredentialDeps } from './new-credentials.ts'
import { offerInvitation } from './offer.ts'
import {
  ChangeCredentials,
  ChooseCredentials,
  ConfirmActivation,
  CreateInvitation,
  OpenSlip,
} from './schema.ts'
import { openSlip, type SetLetterPdfs } from './slip.ts'

export type CredentialDeps = InviteDeps &
  ActivationDeps &
  NewCredentialDeps & { pages: Pages; letterPdfs: SetLetterPdfs }

/** Staff create credentials. No answer holds a secret, only the one-time address of the slip. */
export const invitationRoutes = (deps: CredentialDeps, { patient, guard }: StaffDoor) => {
  const mayInvite = requirePermission('credentials.manage')
  const invitations = `${patient}/invitations` as const
  return new Hono<ActorEnv>()
    .get(`${invitations}/offer`, guard, mayInvite, async (c) => c.json(await offerInvitation(deps, c.var)))
    .post(invitations, guard, mayInvite, validate('json', CreateInvitation), idempotent(deps), async (c) =>
      c.json(await invite(deps, c.var, c.req.valid('json')), 201),
    )
    .post(`${invitations}/current/mail`, guard, mayInvite, idempotent(deps), async (c) =>
      c.json(await mailInvitation(deps, c.var), 201),
    )
    .delete(`${invitations}/current`, guard, mayInvite, async (c) =>
      c.json(await cancelInvitation(deps, c.var)),
    )
}

/** The page that shows a secret, once: always on our own origin. */
export const slipRoutes = (deps: Pick<CredentialDeps, 'pages' | 'store' | 'now' | 'letterPdfs'>) =>
  new Hono<PracticeEnv>()
    .get('/:practice/slip', async (c) => {
      // The window was opened by the card, perhaps inside an EMR: a stricter policy would cut it off before it loads.
      c.header('cross-origin-opener-policy', 'unsafe-none')
      return c.html(await deps.pages.app({ entry: 'slip', audience: 'staff', title: c.var.practice.name }))
    })
    // Not idempotent on purpose: who asks twice, with whatever key, is told that it was shown.
    .post('/:practice/api/slip', validate('json', OpenSlip), async (c) => {
      const { practice, requestId } = c.var
      return c.json(await openSlip(deps, { practice, token: c.req.valid('json').token, requestId }))
    })

/** Patients turn a letter, a mailed link or a temporary password into a sign-in of their own. */
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
    .put(
      '/:practice/api/portal/credentials',
      requireOpenPortal,
      requireCookie,
      validate('json', ChangeCredentials),
      // Before the session is looked at: the first answer has ended it, and a repeat must get that answer.
      idempotent(deps),
      async (c) => {
        const token = readCookie(c, cookieNames.patient(c.var.practice.id))
        const opened = await changeCredentials(deps, { ...c.var, token }, c.req.valid('json'))
        return answerWithSession(c, deps.keyring, opened)
      },
    )

/** @throws Problem `signed-out` in a browser that holds no session at all */
const requireCookie = createMiddleware<PracticeEnv>(async function cookie(c, next) {
  if (!readCookie(c, cookieNames.patient(c.var.practice.id)))
    throw new Problem('signed-out', 'Sign in first.')
  await next()
})
