import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { cookieNames, readCookie } from '../http/cookies.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'
import { findSession, peekSession, type Session } from '../store/sessions.ts'
import { type Actor, refuseStopped, type StaffDoor } from './actor.ts'
import { permissionsOf } from './roles.ts'
import { findStaffMember } from './store.ts'

export type Launch = Schema['launch']
/** The staff member in one patient's context, as this tab was launched. */
export type Staff = Actor & { launch: Launch; session: Session }
export type StaffEnv = PracticeEnv & { Variables: PracticeEnv['Variables'] & { staff: Staff } }

export type RequireStaffDeps = { store: Store; keyring: Keyring; now: Clock }

/**
 * Lets a request through when the browser's staff session, the launch in its address and the patient that it names
 * belong together. A page in a frame where no cookie survives brings its session as a bearer token.
 *
 * @param use `look` = nobody is there for sure: the session is not prolonged. Pages that read again by themselves say so
 * with `?live`.
 * @throws Problem `launch-ended` without a live session or launch, `stale-tab` when the tab was launched by somebody
 * else or for another patient, `not-permitted` for somebody whom an administrator has stopped.
 * @see design §4: a staff session is a person, each launch is a row
 */
export const requireStaff = (deps: RequireStaffDeps, use: 'use' | 'look' = 'use') =>
  createMiddleware<StaffEnv>(async function staff(c, next) {
    const { practice } = c.var
    // A tab that holds a token of its own means that one; an old cookie beside it means nothing.
    const token = readBearer(c) ?? readCookie(c, cookieNames.staff(practice.id))
    const isLook = use === 'look' || (c.req.method === 'GET' && c.req.query('live') !== undefined)
    const session = token && (await readSession(deps, practice.id, token, isLook))
    if (!session) throw launchEnded()
    const [member, launch] = await Promise.all([
      findStaffMember(deps.store.db, deps.keyring, practice.id, session.subject_id),
      findLaunch(deps.store, practice.id, c.req.param('launch') ?? ''),
    ])
    if (!member) throw launchEnded()
    // Before the launch, which ended with it: the reader is owed the true reason.
    refuseStopped(practice, member)
    if (!launch || launch.ended_at !== null) throw launchEnded()
    if (launch.staff_id !== member.id) throw staleTab()
    const patient = c.req.param('patient')
    if (patient !== undefined && patient !== launch.patient_id) throw staleTab()
    const context = {
      patientId: launch.patient_id,
      scope: launch.scope,
      ehrTokenId: launch.ehr_token_id,
    }
    c.set('staff', { ...member, context, launch, session, permissions: permissionsOf(practice, member) })
    await next()
  })

/** The way in for who was launched. */
export const launchedDoor = (deps: RequireStaffDeps): StaffDoor => ({
  patient: '/:practice/api/staff/launches/:launch/patients/:patient',
  // It sets more than the routes behind the door look at.
  guard: requireStaff(deps) as MiddlewareHandler as StaffDoor['guard'],
})

const readSession = ({ store, now }: RequireStaffDeps, practiceId: string, token: string, isLook: boolean) =>
  isLook
    ? peekSession(store.db, practiceId, ['staff'], token, now())
    : findSession(store.db, practiceId, 'staff', token, now())

const readBearer = (c: Context<StaffEnv>) =>
  /^Bearer ([\w-]+)$/i.exec(c.req.header('authorization') ?? '')?.[1]

const LAUNCH_ID = /^[\w-]{1,64}$/

async function findLaunch({ db }: Store, practiceId: string, id: string): Promise<Launch | undefined> {
  if (!LAUNCH_ID.test(id)) return undefined
  return db
    .selectFrom('launch')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirst()
}

const launchEnded = () => new Problem('launch-ended', 'Open Portico from the EMR again.')
const staleTab = () =>
  new Problem('stale-tab', 'This tab shows another patient. Open Portico from the EMR again for this one.')
