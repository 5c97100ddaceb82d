import { Hono, type Context } from 'hono'
import { recordAudit } from '../audit/record.ts'
import { cookieAttributes, cookieNames, expireCookie, readCookie, writeCookie } from '../http/cookies.ts'
import type { Pages } from '../http/pages.ts'
import { contentSecurityPolicy } from '../http/security-headers.ts'
import type { Practice } from '../practices/practice.ts'
import type { PracticeEnv } from '../practices/require-practice.ts'
import { Problem } from '../problem.ts'
import { endSession, SESSION_LIFETIME_MS } from '../store/sessions.ts'
import { startLaunch } from './begin-launch.ts'
import { finishLaunch, type FinishDeps } from './finish-launch.ts'
import { launchNotice } from './launch-notice.ts'
import { requireStaff, type Launch, type Staff, type StaffEnv } from './require-staff.ts'
import type { LaunchView } from './schema.ts'

export type StaffRouteDeps = FinishDeps & { pages: Pages; practices: ReadonlyMap<string, Practice> }

/** The EMR opens Portico here, and comes back here. Both answer HTML: a person is looking. */
export const launchRoutes = (deps: StaffRouteDeps) =>
  new Hono<PracticeEnv>()
    .get('/launch', async (c) => {
      const iss = c.req.query('iss')
      const practice = [...deps.practices.values()].find(({ issuers }) => issuers.includes(iss ?? ''))
      return practice ? launch(deps, c, practice) : refuse(deps, c, new Problem('launch-refused'))
    })
    .get('/:practice/launch', (c) => launch(deps, c, c.var.practice))
    .get('/:practice/callback', (c) => callback(deps, c, c.var.practice))

/** The staff app of one launch. */
export const staffRoutes = (deps: StaffRouteDeps) =>
  new Hono<PracticeEnv>()
    .get('/:practice/staff/l/:launch/', async (c) => {
      c.header('content-security-policy', contentSecurityPolicy(["'self'", ...c.var.practice.frameAncestors]))
      return c.html(
        await deps.pages.app({
          entry: 'staff',
          audience: 'staff',
          title: `Portico · ${c.var.practice.name}`,
        }),
      )
    })
    .get('/:practice/api/staff/launches/:launch', requireStaff(deps), (c) =>
      c.json(toLaunchView(c.var.staff)),
    )
    .delete('/:practice/api/staff/launches/:launch', requireStaff(deps), async (c) => {
      await signStaffOut(deps, c)
      return c.body(null, 204)
    })

async function launch(deps: StaffRouteDeps, c: Context<PracticeEnv>, practice: Practice) {
  try {
    const { authorizeUrl, state, sealed } = await startLaunch(deps, practice, new URL(c.req.url).searchParams)
    writeCookie(c, cookieNames.launch(state), sealed, { ...cookieAttributes(c.var.framed), maxAge: 600 })
    return c.redirect(authorizeUrl)
  } catch (error) {
    return refuse(deps, c, error, practice)
  }
}

async function callback(deps: StaffRouteDeps, c: Context<PracticeEnv>, practice: Practice) {
  const query = new URL(c.req.url).searchParams
  const cookie = cookieNames.launch(query.get('state') ?? '')
  try {
    const sealed = readCookie(c, cookie)
    const { token, launchId } = await finishLaunch(deps, practice, query, sealed, c.var.requestId)
    expireCookie(c, cookie)
    const lifetime = { maxAge: SESSION_LIFETIME_MS / 1000 }
    writeCookie(c, cookieNames.staff(practice.id), token, { ...cookieAttributes(c.var.framed), ...lifetime })
    return c.redirect(`/${practice.id}/staff/l/${launchId}/`)
  } catch (error) {
    return refuse(deps, c, error, practice)
  }
}

/** A refused launch is a page in plain words, framed where the launch was. */
async function refuse(deps: StaffRouteDeps, c: Context<PracticeEnv>, error: unknown, practice?: Practice) {
  if (!(error instanceof Problem)) throw error
  if (practice)
    c.header('content-security-policy', contentSecurityPolicy(["'self'", ...practice.frameAncestors]))
  const spanish = /^es\b/i.test(c.req.header('accept-language') ?? '')
  c.header('x-portico-problem', error.code)
  return c.html(
    await deps.pages.notice(launchNotice(error, c.var.framed, spanish ? 'es' : 'en')),
    error.status as 400,
  )
}

async function signStaffOut(deps: StaffRouteDeps, c: Context<StaffEnv>) {
  const { staff, practice, requestId } = c.var
  await deps.store.transaction(async (tx) => {
    await endSession(tx, staff.session)
    const ended = { ended_at: deps.now() }
    await tx
      .updateTable('launch')
      .set(ended)
      .where('practice_id', '=', practice.id)
      .where('id', '=', staff.launch.id)
      .execute()
    const entry = { practiceId: practice.id, actor: staff.fhirUser, action: 'launch.ended', requestId }
    await recordAudit(tx, { ...entry, patientId: staff.launch.patient_id }, deps.now())
  })
  expireCookie(c, cookieNames.staff(practice.id))
  c.header('clear-site-data', '"cache"')
}

const toLaunchView = ({ launch, session, ...staff }: Staff): LaunchView => {
  const context = readContext(launch)
  return {
    launch: launch.id,
    patient: launch.patient_id,
    staff: { name: staff.name, fhirUser: staff.fhirUser },
    permissions: staff.permissions,
    needPatientBanner: context.needPatientBanner,
    intent: context.intent,
    styleUrl: context.styleUrl,
    endsAt: session.expires_at,
  }
}

const readContext = (launch: Launch) =>
  JSON.parse(launch.context) as Pick<LaunchView, 'needPatientBanner' | 'intent' | 'styleUrl'>
