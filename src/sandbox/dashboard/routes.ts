import { readFileSync } from 'node:fs'
import type { Patient, Resource } from '@medplum/fhirtypes'
import { type Context, Hono } from 'hono'
import type { Clock } from '../../clock.ts'
import type { SmartRules } from '../personalities/personality.ts'
import type { EmrSession } from '../smart/authorize.ts'
import type { RegisteredClient } from '../smart/clients.ts'
import { type LaunchContext, newToken } from '../smart/state.ts'
import type { StaffUser } from '../staff.ts'
import { type Answers, createAnswers, redirect } from './answers.ts'
import { switchApp, switchesOf } from './app-switches.ts'
import { type CdsCards, cdsCards } from './cds-cards.ts'
import { type Chart, type ReadOwnPart, listPatients, readFacts, readPatientPage } from './chart.ts'
import { EditDemographics, readDemographics, saveDemographics } from './demographics.ts'
import type { Frame } from './layout.ts'
import { patientListPage, patientPage } from './pages.ts'
import { type Portico, refusal } from './portico.ts'
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
  chart: Chart & { load: (resources: Resource[]) => void }
  /** What this EMR shows of a patient beside the usual. */
  readOwnPart: ReadOwnPart
  now: Clock
  /** The patient portal whose card is in the chart. */
  portico: Portico | undefined
  /** Asks for notes on a chart as it is opened. */
  cds: CdsCards | undefined
  addLaunch: (context: LaunchContext, clientId: string) => string
  rules: SmartRules
  /** Where an administrator has to let apps in. */
  isEnabled: (clientId: string) => boolean
  setEnabled: (clientId: string, enabled: boolean) => void
}

/** The EMR as its staff see it: log in, patients, one patient's chart, and the apps that can be opened for them. */
export function createDashboard(deps: DashboardDeps) {
  const { portico, ...others } = deps
  const answers = createAnswers({ ...others, ...(portico ? { portico: portico.origin } : {}) })
  const desk: Desk = { ...deps, answers }
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
    .get('/patients/:id/demographics', withSession(desk, sendDemographics))
    .post('/patients/:id/demographics', withSession(desk, editDemographics))
    .get('/patients/:id/launch', withSession(desk, openAppByLink))
    .post('/patients/:id/launch', withSession(desk, openApp))
    .post('/apps', withSession(desk, letAppIn))
    .post('/portico-token', (c) => givePorticoToken(desk, c))

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

const showPatients: SessionHandler = (desk, c, session) => {
  const { chart, answers } = desk
  const text = (c.req.query('q') ?? '').trim()
  const page = Math.max(1, Math.trunc(Number(c.req.query('page'))) || 1)
  const list = { text, page, ...listPatients(chart, text, page) }
  return answers.send(patientListPage(answers.frameOf(session), list, switchesOf(desk, session.user)))
}

const letAppIn: SessionHandler = async (desk, c, { user }) =>
  switchApp(desk, user, await c.req.parseBody())
    ? redirect(`${desk.prefix}/`)
    : desk.answers.message('Not yours to switch', 'Only an administrator lets apps in.', 403)

const todayOf = ({ now }: Desk) => new Date(now()).toISOString().slice(0, 10)

const showPatient: SessionHandler = async (desk, c, session) => {
  const { chart, clients, answers, portico, prefix } = desk
  const patient = readPatientPage(chart, c.req.param('id') ?? '', todayOf(desk), desk.readOwnPart)
  if (!patient) return answers.message('No such patient', 'The patient is not in this EMR.', 404)
  const apps = clients.map(({ clientId, name, launchUrl: url }) => ({
    clientId,
    name,
    origin: new URL(url).origin,
    messaging: newToken(),
  }))
  const [box, notes] = await Promise.all([
    portico && porticoBoxOf(portico, prefix, patient.row.id),
    readNotes(desk, c, session),
  ])
  const demographics = readDemographics(chart.read('Patient', patient.row.id) as Patient)
  return answers.send(patientPage(answers.frameOf(session), patient, { apps, notes, demographics }, box))
}

async function readNotes({ cds, clients }: Desk, c: Context, session: EmrSession) {
  if (!cds) return ''
  const cards = await cds.read(session, c.req.param('id') ?? '', c.req.header('accept-language') ?? 'en')
  return cdsCards(cards, `${c.req.path}/launch`, clients)
}

/** For a page that is open: what stands on it now, and what its form starts from. */
const sendDemographics: SessionHandler = async (desk, c) => {
  const patient = desk.chart.read('Patient', c.req.param('id') ?? '')
  if (patient?.resourceType !== 'Patient') return refusal(404, 'The patient is not in this EMR.')
  const facts = readFacts(desk.chart, patient, todayOf(desk), desk.readOwnPart)
  const values = readDemographics(patient)
  return Response.json({ ...facts, values }, { headers: { 'cache-control': 'no-store' } })
}

const editDemographics: SessionHandler = async ({ chart, answers }, c) => {
  const patient = chart.read('Patient', c.req.param('id') ?? '')
  const form = EditDemographics.safeParse(await c.req.parseBody())
  if (patient?.resourceType !== 'Patient') return answers.message('No such patient', 'Nobody is here.', 404)
  if (!form.success) return answers.message('Not saved', 'Check the birth date.', 422)
  saveDemographics(chart, patient, form.data)
  return redirect(c.req.path.replace(/\/demographics$/, ''))
}

async function porticoBoxOf({ clientId, script }: Portico, prefix: string, patient: string) {
  const launchUrl = `${prefix}/patients/${encodeURIComponent(patient)}/launch?client=${clientId}`
  return { patient, script: await script(), tokenUrl: `${prefix}/portico-token`, launchUrl }
}

/** What the card in the chart asks for: a token for this patient and for whoever is logged in. */
async function givePorticoToken(
  { sessions, portico, chart, isEnabled }: Desk,
  c: Context,
): Promise<Response> {
  const session = sessions.find(c.req.raw)
  if (!portico) return c.notFound()
  if (!session) return refusal(401, 'Log in to the EMR again.')
  const order: unknown = await c.req.json().catch(() => undefined)
  const patient = order && typeof order === 'object' && 'patient' in order ? order.patient : undefined
  if (typeof patient !== 'string') return refusal(400, 'The body must name a patient.')
  if (!chart.read('Patient', patient)) return refusal(404, 'The patient is not in this EMR.')
  if (!isEnabled(portico.clientId))
    return refusal(403, 'An administrator has to enable the app first.', { reason: 'client-not-enabled' })
  return portico.token(session, patient)
}

const openApp: SessionHandler = async (desk, c, session) =>
  launchApp(desk, c, session, await c.req.parseBody())

/** The card's own link. From elsewhere it leads to the chart, where somebody has to press the button. */
const openAppByLink: SessionHandler = async (desk, c, session) =>
  c.req.header('sec-fetch-site') === 'same-origin'
    ? launchApp(desk, c, session, c.req.query())
    : redirect(`${desk.prefix}/patients/${encodeURIComponent(c.req.param('id') ?? '')}`)

async function launchApp(
  { clients, origin, prefix, fhirBase, addLaunch, answers, rules }: Desk,
  c: Context,
  session: EmrSession,
  form: Record<string, unknown>,
): Promise<Response> {
  const client = clients.find(({ clientId }) => clientId === form['client'])
  if (!client) return answers.message('No such app', 'The app is not registered in this EMR.', 404)
  const context = {
    patient: c.req.param('id') ?? '',
    user: session.user.fhirUser,
    needPatientBanner: rules.needsPatientBanner && form['banner'] !== 'no',
    appContext: textOf(form['appContext']),
    messagingHandle: textOf(form['messaging']),
    ...(form['scheme'] === 'dark' && !rules.style
      ? { styleUrl: `${origin}${prefix}/oauth/style-dark.json` }
      : {}),
  }
  return redirect(launchUrl(client, fhirBase, addLaunch(context, client.clientId), rules))
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

/** Where the EMR opens an app. @see SMART App Launch 2.2 §launch app: EHR launch */
export function launchUrl(
  client: RegisteredClient,
  fhirBase: string,
  launch: string,
  { audInLaunch }: Pick<SmartRules, 'audInLaunch'>,
): string {
  const url = new URL(client.launchUrl)
  url.searchParams.set('iss', fhirBase)
  url.searchParams.set('launch', launch)
  if (audInLaunch) url.searchParams.set('aud', fhirBase)
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
