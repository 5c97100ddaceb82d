import { Hono } from 'hono'
import { recordAudit } from '../audit/record.ts'
import { cookieNames, expireCookie, readCookie } from '../http/cookies.ts'
import { idempotent } from '../http/idempotency.ts'
import { validate } from '../http/validate.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { requireOpenPortal } from '../practices/require-open-portal.ts'
import { Problem } from '../problem.ts'
import { endSession, touchSession } from '../store/sessions.ts'
import { requireAnySession, requirePatient } from './require-patient.ts'
import { SignIn } from './schema.ts'
import { answerWithSession, toSessionView } from './session-answer.ts'
import { signIn, type SignInDeps } from './sign-in.ts'

const SESSION = '/:practice/api/portal/session'

/** Patients sign in, see that they are, stay, and sign out. */
export const accountRoutes = (deps: SignInDeps) =>
  new Hono<PracticeEnv>()
    .post(SESSION, requireOpenPortal, validate('json', SignIn), idempotent(deps), async (c) => {
      const { practice, ip, requestId } = c.var
      const deviceCookie = readCookie(c, cookieNames.knownDevice(practice.id))
      const opened = await signIn(
        deps,
        { practiceId: practice.id, ip, requestId, deviceCookie },
        c.req.valid('json'),
      )
      return answerWithSession(c, deps.keyring, opened)
    })
    // A peek: of two tabs that ask in turn neither keeps the other signed in.
    .get(SESSION, requireAnySession(deps), (c) =>
      c.json(toSessionView(deps.keyring, c.var.holder.session, c.var.holder.account)),
    )
    // Not idempotent on purpose: an answer kept from an earlier click would tell an end that has moved since.
    .post(`${SESSION}/stay`, requirePatient(deps), async (c) => {
      const { holder } = c.var
      const session = await touchSession(deps.store.db, holder.session, deps.now())
      if (!session) throw new Problem('signed-out', 'Sign in first.')
      return c.json(toSessionView(deps.keyring, session, holder.account))
    })
    .delete(SESSION, requireAnySession(deps), async (c) => {
      const { practice, holder, requestId } = c.var
      await deps.store.transaction(async (tx) => {
        await endSession(tx, holder.session)
        const entry = {
          practiceId: practice.id,
          actor: `account/${holder.account.id}`,
          action: 'session.ended',
          requestId,
        }
        await recordAudit(tx, entry, deps.now())
      })
      expireCookie(c, cookieNames.patient(practice.id))
      // Only the cache: "cookies" would end the staff session in the same browser too.
      c.header('clear-site-data', '"cache"')
      return c.body(null, 204)
    })
