import { readFileSync } from 'node:fs'
import { type Context, Hono } from 'hono'
import type { Clock } from '../../clock.ts'
import type { EmrSession } from '../smart/authorize.ts'
import type { RegisteredClient } from '../smart/clients.ts'
import type { LaunchContext } from '../smart/state.ts'
import { ROLE_NAMES, type StaffUser } from '../staff.ts'
import { type Chart, listPatients, readPatientPage } from './chart.ts'
import type { Frame, Markup } from './layout.ts'
import { loginPage, messagePage, patientListPage, patientPage } from './pages.ts'
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
  const { prefix, sessions } = deps
  const headers = pageHeaders(deps.clients)
  const send = (page: Markup, status = 200) =>
    Promise.resolve(page).then((text) => new Response(text.toString(), { status, headers }))
  const frameOf = (session?: EmrSession): Frame => ({
    emrName: deps.emrName,
    prefix,
    links: deps.links,
    ...(session ? { user: { name: session.user.name, roleName: ROLE_NAMES[session.user.role] } } : {}),
  })
  const login = (next: string, notice = '') => send(loginPage(frameOf(), deps.staff, next, notice))
  const message = (title: string, text: string, status: number) =>
    send(messagePage(frameOf(), title, text), status)
  const sendTo = (path: string, cookies: string[] = []) =>
    new Response(null, {
      status: 303,
      headers: [['location', path], ...cookies.map((one) => ['set-cookie', one] as [string, string])],
    })

  const withSession =
    (answer: (c: Context, session: EmrSession) => Promise<Response> | Response) => (c: Context) => {
      const session = sessions.find(c.req.raw)
      const url = new URL(c.req.url)
      return session
        ? answer(c, session)
        : login(c.req.method === 'GET' ? url.pathname + url.search : `${prefix}/`)
    }

  const app = new Hono()
    .use(async (c, next) => {
      if (c.req.method === 'POST' && !isOwnForm(c.req.raw, deps.origin))
        return message('That did not come from here', 'The form was sent by another site.', 403)
      await next()
    })
    .get('/assets/:file', (c) => ASSETS[c.req.param('file')]?.() ?? c.notFound())
    .post('/login', async (c) => {
      const form = await c.req.parseBody()
      const user = deps.staff.find(({ role }) => role === form['role'])
      const next = localPath(form['next'], deps.origin, prefix)
      if (!user) return login(next, 'Choose who you are.')
      return sendTo(next, sessions.setCookies(sessions.open(user).id))
    })
    .post('/logout', (c) => {
      const session = sessions.find(c.req.raw)
      if (session) sessions.end(session.id)
      return sendTo(`${prefix}/`, sessions.setCookies(''))
    })
    .get(
      '/',
      withSession(async (c, session) => {
        const text = (c.req.query('q') ?? '').trim()
        const page = Math.max(1, Math.trunc(Number(c.req.query('page'))) || 1)
        return send(
          patientListPage(frameOf(session), { text, page, ...listPatients(deps.chart, text, page) }),
        )
      }),
    )
    .get(
      '/patients/:id',
      withSession(async (c, session) => {
        const today = new Date(deps.now()).toISOString().slice(0, 10)
        const patient = readPatientPage(deps.chart, c.req.param('id') ?? '', today)
        if (!patient) return message('No such patient', 'The patient is not in this EMR.', 404)
        const apps = deps.clients.map(({ clientId, name, launchUrl }) => ({
          clientId,
          name,
          origin: new URL(launchUrl).origin,
        }))
        return send(patientPage(frameOf(session), patient, apps))
      }),
    )
    .post(
      '/patients/:id/launch',
      withSession(async (c, session) => {
        const form = await c.req.parseBody()
        const client = deps.clients.find(({ clientId }) => clientId === form['client'])
        if (!client) return message('No such app', 'The app is not registered in this EMR.', 404)
        const patient = c.req.param('id') ?? ''
        const needPatientBanner = form['banner'] !== 'no'
        const launch = deps.addLaunch(
          { patient, user: session.user.fhirUser, needPatientBanner },
          client.clientId,
        )
        return sendTo(launchUrl(client, deps.fhirBase, launch))
      }),
    )

  const pages = {
    login: (next: string, otherUser: boolean) => login(next, otherUser ? OTHER_USER : ''),
    refusal: (reason: string) => message('The app was refused', reason, 400),
  }
  return { app, pages }
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

/** Forms may lead on to the apps: Chromium checks form-action along the redirects too. */
function pageHeaders(clients: RegisteredClient[]) {
  const urls = clients.flatMap(({ redirectUris, launchUrl }) => [...redirectUris, launchUrl])
  const origins = ["'self'", ...new Set(urls.map((url) => new URL(url).origin))].join(' ')
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // Not no-referrer: browsers would then say "Origin: null" with our own forms.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action ${origins}; frame-src ${origins}; frame-ancestors 'self'; base-uri 'none'`,
  }
}

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
