import { createMiddleware } from 'hono/factory'
import type { Clock } from '../clock.ts'
import { cookieNames, readCookie } from '../http/cookies.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'
import { keepSession, peekSession, type Session } from '../store/sessions.ts'
import type { Account } from './account.ts'
import { findHolder } from './store.ts'

/** Who is signed in, and the patient whose portal this is. The patient's id never comes from the browser. */
export type Holder = { account: Account; patientId: string; session: Session }
export type PatientEnv = PracticeEnv & { Variables: PracticeEnv['Variables'] & { holder: Holder } }

type GuardDeps = { store: Store; now: Clock }

/**
 * Lets a request through for a signed-in patient whose access still stands, and prolongs the session. After a temporary
 * password nothing opens before a new one is chosen.
 *
 * @throws Problem `signed-out`, `password-due`
 */
export const requirePatient = (deps: GuardDeps) =>
  createMiddleware<PatientEnv>(async function patient(c, next) {
    const { practice } = c.var
    const token = readCookie(c, cookieNames.patient(practice.id))
    const holder = await findSignedIn(deps, practice.id, token)
    if (holder.session.kind === 'restricted')
      throw new Problem('password-due', 'Choose a new password first.')
    const session = await keepSession(deps.store.db, holder.session, deps.now())
    if (!session) throw signedOut()
    c.set('holder', { ...holder, session })
    await next()
  })

/**
 * Lets a request through for whoever is signed in, restricted or not, and leaves the session as it is.
 * @throws Problem `signed-out`
 */
export const requireAnySession = (deps: GuardDeps) =>
  createMiddleware<PatientEnv>(async function anySession(c, next) {
    const { practice } = c.var
    c.set('holder', await findSignedIn(deps, practice.id, readCookie(c, cookieNames.patient(practice.id))))
    await next()
  })

/**
 * Who holds this token, without prolonging anything.
 * @throws Problem `signed-out`
 */
export async function findSignedIn(
  { store, now }: GuardDeps,
  practiceId: string,
  token: string | undefined,
): Promise<Holder> {
  const session = token && (await peekSession(store.db, practiceId, ['patient', 'restricted'], token, now()))
  if (!session) throw signedOut()
  const kind = session.kind === 'restricted' ? 'restricted' : 'patient'
  const found = await findHolder(store.db, practiceId, session.subject_id, kind)
  if (!found) throw signedOut()
  const { patient_id, ...account } = found
  return { account, patientId: patient_id, session }
}

const signedOut = () => new Problem('signed-out', 'Sign in first.')
