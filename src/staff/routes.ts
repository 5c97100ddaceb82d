import { Hono, type Context } from 'hono'
import type { LaunchContext } from '../../smart-launch/index.ts'
import { recordAudit } from '../audit/record.ts'
import { liveKeyOf } from '../events/live-key.ts'
import type { EventStreams } from '../events/streams.ts'
import { cookieAttributes, cookieNames, expireCookie, readCookie, writeCookie } from '../http/cookies.ts'
import { sendEvents, WatchEvents } from '../http/event-stream.ts'
import { idempotent } from '../http/idempotency.ts'
import type { Pages } from '../http/pages.ts'
import { contentSecurityPolicy } from '../http/security-headers.ts'
import { validate } from '../http/validate.ts'
import type { PracticeDirectory } from '../practices/directory.ts'
import type { Practice } from '../practices/practice.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { Problem } from '../problem.ts'
import { endOfSession, endSessionsOf, SESSION_LIFETIME_MS } from '../store/sessions.ts'
import { requirePermission } from './actor.ts'
import { startLaunch } from './begin-launch.ts'
import { finishLaunch, type FinishDeps } from './finish-launch.ts'
import { intentOf, messagingOf } from './launch-hints.ts'
import { createStyleReader } from './launch-style.ts'
import { endLaunchesOf } from './store.ts'
import { launchNotice, onwardWords } from './launch-notice.ts'
import { requireStaff, type Launch, type StaffEnv } from './require-staff.ts'
import { FinishLaunch, type FinishedLaunch, type LaunchStyleView, type LaunchView } from './schema.ts'

export type StaffRouteDeps = FinishDeps & {
  pages: Pages
  practices: PracticeDirectory
  streams: EventStreams
  fetch: typeof fetch
  /** How many to-dos of the practice are open. */
  countToDos(practiceId: string): Promise<number>
}

/** The EMR opens Portico here, and comes back here. Both answer HTML: a person is looking. */
export const launchRoutes = (deps: StaffRouteDeps) =>
  new Hono<PracticeEnv>()
    .get('/launch', async (c) => {
      const iss = c.req.query('iss')
      const practice = await deps.practices.byIssuer(iss ?? '')
      return practice ? launch(deps, c, practice) : refuse(deps, c, new Problem('launch-refused'))
    })
    .get('/:practice/launch', (c) => launch(deps, c, c.var.practice))
    .get('/:practice/callback', (c) => callback(deps, c, c.var.practice))

/** The staff app of one launch. */
export const staffRoutes = (deps: StaffRouteDeps) => {
  const readStyle = createStyleReader(deps)
  return new Hono<PracticeEnv>()
    .get('/:practice/staff/l/:launch/', (c) => staffApp(deps, c, c.var.practice))
    .get('/:practice/staff/l/:launch/:page{todos|settings|people|outbox|history|report}', (c) =>
      staffApp(deps, c, c.var.practice),
    )
    .post('/:practice/api/staff/sessions', idempotent(deps), validate('json', FinishLaunch), async (c) => {
      const { sealed, query } = c.req.valid('json')
      const { practice, requestId } = c.var
      const done = await finishLaunch(deps, practice, new URLSearchParams(query), sealed, requestId)
      return c.json({ token: done.token, launch: done.launchId } satisfies FinishedLaunch, 201)
    })
    .get('/:practice/api/staff/launches/:launch', requireStaff(deps), async (c) =>
      c.json(await toLaunchView(deps, c.var)),
    )
    .get('/:practice/api/staff/launches/:launch/style', requireStaff(deps), async (c) => {
      const { practice, staff } = c.var
      const style = await readStyle(practice, readContext(staff.launch).styleUrl)
      return c.json({ style } satisfies LaunchStyleView)
    })
    .get(
      '/:practice/api/staff/launches/:launch/events',
      requireStaff(deps, 'look'),
      requirePermission('access.read'),
      validate('query', WatchEvents),
      (c) => {
        const { practice, staff } = c.var
        const who = { practiceId: practice.id, reader: staff.id, endsAt: endOfSession(staff.session) }
        return sendEvents(deps.streams, c, { ...who, query: c.req.valid('query') })
      },
    )
    .delete('/:practice/api/staff/launches/:launch', requireStaff(deps), async (c) => {
      await signStaffOut(deps, c)
      return c.body(null, 204)
    })
}

async function launch(deps: StaffRouteDeps, c: Context<PracticeEnv>, practice: Practice) {
  try {
    const { authorizeUrl, state, sealed } = await startLaunch(deps, practice, new URL(c.req.url).searchParams)
    writeCookie(c, cookieNames.launch(state), sealed, { ...cookieAttributes(c.var.framed), maxAge: 600 })
    if (!c.var.framed) return c.redirect(authorizeUrl)
    // A frame may keep no cookie at all: the sealed launch then waits in the tab, and `callback` serves the way back.
    allowFraming(c, practice)
    return c.html(
      await deps.pages.onward({ ...onwardWords(languageOf(c)), url: authorizeUrl, state, sealed }),
    )
  } catch (error) {
    return refuse(deps, c, error, practice)
  }
}

async function callback(deps: StaffRouteDeps, c: Context<PracticeEnv>, practice: Practice) {
  const query = new URL(c.req.url).searchParams
  const cookie = cookieNames.launch(query.get('state') ?? '')
  try {
    const sealed = readCookie(c, cookie)
    if (sealed === undefined && c.var.framed) return staffApp(deps, c, practice)
    const { token, launchId } = await finishLaunch(deps, practice, query, sealed, c.var.requestId)
    expireCookie(c, cookie)
    const lifetime = { maxAge: SESSION_LIFETIME_MS / 1000 }
    writeCookie(c, cookieNames.staff(practice.id), token, { ...cookieAttributes(c.var.framed), ...lifetime })
    return c.redirect(`/${practice.id}/staff/l/${launchId}/`)
  } catch (error) {
    return refuse(deps, c, error, practice)
  }
}

/** The app finds out by its address whether the launch is open or still to be finished. */
async function staffApp(deps: StaffRouteDeps, c: Context<PracticeEnv>, practice: Practice) {
  allowFraming(c, practice)
  return c.html(
    await deps.pages.app({ entry: 'staff', audience: 'staff', title: `Portico · ${practice.name}` }),
  )
}

/** A refused launch is a page in plain words, framed where the launch was. */
async function refuse(deps: StaffRouteDeps, c: Context<PracticeEnv>, error: unknown, practice?: Practice) {
  if (!(error instanceof Problem)) throw error
  if (practice) allowFraming(c, practice)
  c.header('x-portico-problem', error.code)
  return c.html(await deps.pages.notice(launchNotice(error, languageOf(c))), error.status as 400)
}

const allowFraming = (c: Context<PracticeEnv>, { frameAncestors }: Practice) =>
  c.header('content-security-policy', contentSecurityPolicy(["'self'", ...frameAncestors]))

const languageOf = (c: Context<PracticeEnv>) =>
  /^es\b/i.test(c.req.header('accept-language') ?? '') ? 'es' : 'en'

/** Whoever signs out means all of their tabs, framed or not: none of them may go on without being opened anew. */
async function signStaffOut(deps: StaffRouteDeps, c: Context<StaffEnv>) {
  const { staff, practice, requestId } = c.var
  await deps.store.transaction(async (tx) => {
    await endSessionsOf(tx, { practice_id: practice.id, kind: 'staff', subject_id: staff.id })
    await endLaunchesOf(tx, practice.id, staff.id, deps.now())
    const entry = { practiceId: practice.id, actor: staff.fhirUser, action: 'launch.ended', requestId }
    await recordAudit(tx, { ...entry, patientId: staff.context.patientId }, deps.now())
  })
  expireCookie(c, cookieNames.staff(practice.id))
  c.header('clear-site-data', '"cache"')
}

async function toLaunchView(
  deps: StaffRouteDeps,
  { practice, staff: { launch, session, ...staff } }: StaffEnv['Variables'],
): Promise<LaunchView> {
  const context = readContext(launch)
  return {
    launch: launch.id,
    patient: launch.patient_id,
    staff: { name: staff.name, fhirUser: staff.fhirUser, role: staff.role?.name ?? null },
    permissions: staff.permissions,
    needPatientBanner: context.needPatientBanner,
    intent: intentOf(context),
    styleUrl: context.styleUrl,
    liveKey: liveKeyOf(deps.keyring, practice.id, launch.patient_id),
    messaging: messagingOf(practice, launch.scope, context.messaging),
    todos: staff.permissions.includes('access.read') ? await deps.countToDos(practice.id) : 0,
    endsAt: session.expires_at,
  }
}

const readContext = (launch: Launch) => JSON.parse(launch.context) as LaunchContext
