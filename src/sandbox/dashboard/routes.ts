import { readFileSync } from 'node:fs'
import { type Context, Hono } from 'hono'
import type { Clock } from '../../clock.ts'
import type { EmrSession } from '../smart/authorize.ts'
import type { RegisteredClient } from '../smart/clients.ts'
import type { LaunchContext } from '../smart/state.ts'
import type { StaffUser } from '../staff.ts'
import { type Answers, createAnswers, redirect } from './answers.ts'
import { type Chart, listPatients, readPatientPage } from './chart.ts'
import type { Frame } from './layout.ts'
import { patientListPage, patientPage } from './pages.ts'
import type { Sessions } from './sessions.ts'

export type DashboardDeps = {
  emrName: string
  origin: string
  prefix: string
  fhirBase: string
  staff: StaffUser[]
  clients: RegisteredClient[]
  links: Frame['links']
  sessions: Sessions
  chart: Chart
  now: Clock
  addLaunch: (context: LaunchContext, clientId: string) => string
}

/** The EMR as its staff see it: log in, patients, one patient's chart, and the apps that can be opened for them. */
export function createDashboard(deps: DashboardDeps) {
  const desk: Desk = { ...deps, answers: createAnswers(deps) }
  const { login, message } = desk.answers
  const app = new Hono()
    .use(async (c, next) => {
      if (c.req.method === 'POST' && !isOwnForm(c.req.raw, deps.origin))
        return message('That did not come from here', 'The form was sent by another site.', 403)
      await next()
    })
    .get('/assets/:file', (c) => ASSETS[c.req.param('file')]?.() ?? c.notFound())
    .post('/login', (c) => logIn(desk, c))
    .post('/logout', (c) => logOut(desk, c))
    .get('/', withSession(desk, showPatients))
    .get('/patients/:id', withSession(desk, showPatient))
    .post('/patients/:id/launch', withSession(desk, openApp))

  const pages = {
    login: (next: string, otherUser: boolean) => login(next, otherUser ? OTHER_USER : ''),
    refusal: (reason: string) => message('The app was refused', reason, 400),
  }
  return { app, pages }
}

type Desk = DashboardDeps & { answers: Answers }

async function logIn({ staff, origin, prefix, sessions, answers }: Desk, c: Context): Promise<Response> {
  const form = await c.req.parseBody()
  const user = staff.find(({ role }) => role === form['role'])
  const next = localPath(form['next'], origin, prefix)
  if (!user) return answers.login(next, 'Choose who you are.')
  return redirect(next, sessions.setCookies(sessions.open(user).id))
}

function logOut({ sessions, prefix }: Desk, c: Context): Response {
  const session = sessions.find(c.req.raw)
  if (session) sessions.end(session.id)
  return redirect(`${prefix}/`, sessions.setCookies(''))
}

type SessionHandler = (desk: Desk, c: Context, session: EmrSession) => Promise<Response>

/** Nobody logged in: the login page instead, which leads back to where they wanted to go. */
const withSession = (desk: Desk, handler: SessionHandler) => (c: Context) => {
  const session = desk.sessions.find(c.req.raw)
  if (session) return handler(desk, c, session)
  const url = new URL(c.req.url)
  return desk.answers.login(c.req.method === 'GET' ? url.pathname + url.search : `${desk.prefix}/`)
}

const showPatients: SessionHandler = ({ chart, answers }, c, session) => {
  const text = (c.req.query('q') ?? '').trim()
  const page = Math.max(1, Math.trunc(Number(c.req.query('page'))) || 1)
  const list = { text, page, ...listPatients(chart, text, page) }
  return answers.send(patientListPage(answers.frameOf(session), list))
}

const showPatient: SessionHandler = async ({ chart, clients, now, answers }, c, session) => {
  const today = new Date(now()).toISOString().slice(0, 10)
  const patient = readPatientPage(chart, c.req.param('id') ?? '', today)
  if (!patient) return answers.message('No such patient', 'The patient is not in this EMR.', 404)
  const apps = clients.map(({ clientId, name, launchUrl: url }) => ({
    clientId,
    name,
    origin: new URL(url).origin,
  }))
  return answers.send(patientPage(answers.frameOf(session), patient, apps))
}

const openApp: SessionHandler = async ({ clients, fhirBase, addLaunch, answers }, c, session) => {
  const form = await c.req.parseBody()
  const client = clients.find(({ clientId }) => clientId === form['client'])
  if (!client) return answers.message('No such app', 'The app is not registered in this EMR.', 404)
  const context = {
    patient: c.req.param('id') ?? '',
    user: session.user.fhirUser,
    needPatientBanner: form['banner'] !== 'no',
  }
  return redirect(launchUrl(client, fhirBase, addLaunch(context, client.clientId)))
}

/** Where the EMR opens an app. @see SMART App Launch 2.2 §launch app: EHR launch */
export function launchUrl(client: RegisteredClient, fhirBase: string, launch: string): string {
  const url = new URL(client.launchUrl)
  url.searchParams.set('iss', fhirBase)
  url.searchParams.set('launch', launch)
  return url.href
}

const OTHER_USER =
  'The app was opened by somebody else. Log in as the person who opened it, or open it again yourself.'

/** The session cookie comes along from other sites too, so every POST must show that it is ours. */
function isOwnForm(request: Request, origin: string) {
  const site = request.headers.get('sec-fetch-site')
  return site ? site === 'same-origin' : request.headers.get('origin') === origin
}

/** A path of this clinic, whatever the form says. */
function localPath(next: unknown, origin: string, prefix: string) {
  const home = `${prefix}/`
  if (typeof next !== 'string' || !URL.canParse(next, origin)) return home
  const url = new URL(next, origin)
  return url.origin === origin && url.pathname.startsWith(home) ? url.pathname + url.search : home
}

const ASSETS: Record<string, () => Response> = {
  'emr.css': asset('emr.css', 'text/css'),
  'emr.js': asset('emr.js', 'text/javascript'),
}

function asset(file: string, type: string) {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  return () =>
    new Response(text, { headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' } })
}
