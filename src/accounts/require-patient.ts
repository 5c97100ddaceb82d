import { createMiddleware } from 'hono/factory'
import type { Clock } from '../clock.ts'
import { cookieNames, readCookie } from '../http/cookies.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'
import { findSession, type Session } from '../store/sessions.ts'
import type { Account } from './account.ts'
import { findHolder } from './store.ts'

/** Who is signed in, and the patient whose portal this is. The patient's id never comes from the browser. */
export type Holder = { account: Account; patientId: string; session: Session }
export type PatientEnv = PracticeEnv & { Variables: PracticeEnv['Variables'] & { holder: Holder } }

/**
 * Lets a request through for a signed-in patient whose access still stands.
 * @throws Problem `signed-out`
 */
export const requirePatient = (deps: { store: Store; now: Clock }) =>
  createMiddleware<PatientEnv>(async function patient(c, next) {
    const { practice } = c.var
    const token = readCookie(c, cookieNames.patient(practice.id))
    const session = token && (await findSession(deps.store.db, practice.id, 'patient', token, deps.now()))
    if (!session) throw signedOut()
    const holder = await findHolder(deps.store.db, practice.id, session.subject_id)
    if (!holder) throw signedOut()
    const { patient_id, ...account } = holder
    c.set('holder', { account, patientId: patient_id, session })
    await next()
  })

const signedOut = () => new Problem('signed-out', 'Sign in first.')
