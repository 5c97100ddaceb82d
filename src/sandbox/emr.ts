import type { Resource } from '@medplum/fhirtypes'
import { Hono, type MiddlewareHandler } from 'hono'
import { type Clock, systemClock } from '../clock.ts'
import { createControls, type LaunchOrder, type PreparedLaunch, UnknownOrder } from './controls.ts'
import { createCdsCards } from './dashboard/cds-cards.ts'
import { createPortico, type PorticoHost } from './dashboard/portico.ts'
import { createDashboard, launchUrl } from './dashboard/routes.ts'
import { createSessions } from './dashboard/sessions.ts'
import { createFaults, DOWN, type Fault, type FaultKind, type FaultTarget, refusalOf } from './faults.ts'
import { goodHabits, type Habits } from './fhir/habits.ts'
import { createFhirServer } from './fhir/server.ts'
import type { EmrSession } from './smart/authorize.ts'
import type { RegisteredClient } from './smart/clients.ts'
import { createSmartServer } from './smart/server.ts'
import { staffOf, type StaffUser } from './staff.ts'

export type EmrOptions = {
  /** e.g. `http://127.0.0.1:8081` */
  origin: string
  /** `''` or e.g. `/harbor`: a second clinic on the same origin. */
  prefix: string
  resources: Resource[]
  /** Apps; the dashboard offers to open each. */
  clients: RegisteredClient[]
  /** Who can log in; without it the people whose PractitionerRole is one of the three. */
  practitioners?: StaffUser[]
  name?: string
  /** Shown in the dashboard's top line. */
  links?: { label: string; href: string }[]
  /** The patient portal whose card the dashboard shows. */
  portico?: PorticoHost
  now?: Clock
  /** Where requests go that are not for this EMR: the apps' keys, and what `fetch` of this EMR passes on. */
  elsewhere?: typeof fetch
}

export type Emr = ReturnType<typeof createEmr>

/** A small EMR: FHIR server, SMART authorization server and dashboard, in process or behind a socket. */
export function createEmr(options: EmrOptions) {
  const { origin, prefix, elsewhere = fetch } = options
  const habits = goodHabits()
  const parts = createParts(options, habits)
  const faults = createFaults()
  const behave = () => {
    faults.behave()
    Object.assign(habits, goodHabits())
  }
  const requests: SeenRequest[] = []
  const reports: unknown[] = []
  const createLaunch = (order: LaunchOrder) => prepareLaunch(parts, options.clients, order)

  const app = new Hono<FaultEnv>({ strict: false })
    .use(`${prefix}/oauth/*`, watch(prefix, faults, requests))
    .use(`${prefix}/fhir/*`, watch(prefix, faults, requests))
    .use(`${prefix}/portico-token`, watch(prefix, faults, requests))
    .route(`${prefix}/oauth`, parts.smart.app)
    .route(`${prefix}/fhir/.well-known`, parts.smart.wellKnown)
    .route('/', parts.fhir.app)
    .route(
      `${prefix}/sandbox`,
      createControls({ origin, faults, habits, behave, requests, reports, createLaunch }),
    )
    .route(prefix || '/', parts.dashboard.app)
  const isOurs = (url: URL) => url.origin === origin && url.pathname.startsWith(`${prefix}/`)

  return {
    app,
    fhirBase: parts.fhirBase,
    fhir: parts.fhir,
    staff: parts.staff,
    requests,
    createLaunch,
    misbehave: (fault: Fault) => faults.misbehave(fault),
    behave,
    /** Off: it tells no versions and lets the last writer win. */
    setETags: (on: boolean) => void (habits.etags = on),
    /** Off: it drops the extensions of phones and e-mails. */
    setExtensions: (on: boolean) => void (habits.extensions = on),
    /** Opens an app's authorization address as somebody who is logged in; gives the address that the app is called back at. */
    authorizeAs: async (user: string, authorizeUrl: string | URL): Promise<URL> => {
      const cookie = parts.sessions.cookieHeader(parts.sessions.open(findUser(parts.staff, user)).id)
      return locationOf(await app.request(String(authorizeUrl), { headers: { cookie } }))
    },
    fetch: createFetch(app.fetch, isOurs, elsewhere),
  }
}

type Parts = ReturnType<typeof createParts>

/** The servers of one EMR: the authorization server shows the dashboard's pages and speaks for the FHIR server. */
function createParts(options: EmrOptions, habits: Habits) {
  const { origin, prefix, clients, resources, portico: host, now = systemClock, elsewhere = fetch } = options
  const fhirBase = `${origin}${prefix}/fhir`
  const staff = options.practitioners ?? staffOf(resources)
  const sessions = createSessions(`emr-${new URL(origin).port || '80'}${prefix.replaceAll('/', '-')}`, now)
  const smart = createSmartServer({
    issuer: `${origin}${prefix}/oauth`,
    fhirBase,
    clients,
    now,
    fetch: elsewhere,
    findSession: sessions.find,
    isSessionLive: sessions.isLive,
    pages: {
      login: (next, otherUser) => dashboard.pages.login(next, otherUser),
      refusal: (reason) => dashboard.pages.refusal(reason),
    },
  })
  const { addresses: oauth, authorize, addLaunch } = smart
  const userTokenFor = (host: PorticoHost) => (session: EmrSession, patient: string) =>
    smart.userToken(session, patient, host.clientId)
  const fhir = createFhirServer({ base: fhirBase, authorize, resources, oauth, now, habits })
  const dashboard = createDashboard({
    emrName: options.name ?? 'Demonstration EMR',
    origin,
    prefix,
    fhirBase,
    staff,
    clients,
    links: options.links ?? [],
    sessions,
    chart: fhir,
    now,
    portico: host && createPortico({ host, origin, now, fetch: elsewhere, userToken: userTokenFor(host) }),
    cds: cdsOf(host, { issuer: `${origin}${prefix}`, now, fetch: elsewhere }),
    addLaunch,
  })
  return { fhirBase, staff, sessions, smart, fhir, dashboard }
}

const cdsOf = (host: PorticoHost | undefined, deps: { issuer: string; now: Clock; fetch: typeof fetch }) =>
  host?.cdsServices
    ? createCdsCards({ ...deps, host: { ...host, cdsServices: host.cdsServices } })
    : undefined

/** What the button in the dashboard does, without the click. */
function prepareLaunch(
  { staff, smart, fhirBase }: Pick<Parts, 'staff' | 'smart' | 'fhirBase'>,
  clients: RegisteredClient[],
  { user, clientId, ...context }: LaunchOrder,
): PreparedLaunch {
  const client = clientId ? clients.find((one) => one.clientId === clientId) : clients[0]
  if (!client) throw new UnknownOrder('no such client')
  const launch = smart.addLaunch({ ...context, user: findUser(staff, user).fhirUser }, client.clientId)
  return { launch, iss: fhirBase, url: launchUrl(client, fhirBase, launch) }
}

function findUser(staff: StaffUser[], user: string): StaffUser {
  const found = staff.find(({ role, fhirUser }) => role === user || fhirUser === user)
  if (!found) throw new UnknownOrder(`nobody logs in as ${user}`)
  return found
}

function locationOf(response: Response): URL {
  const location = response.headers.get('location')
  if (response.status !== 302 || !location)
    throw new Error(`The EMR answered ${response.status}, not a redirect`)
  return new URL(location)
}

/** A request to the EMR's interfaces, for tests that count round trips. */
type SeenRequest = { method: string; path: string; target: FaultTarget }

type FaultEnv = { Variables: { fault: FaultKind | undefined } }

/** Counts the request and plays the fault that it meets. */
const watch =
  (
    prefix: string,
    faults: ReturnType<typeof createFaults>,
    requests: SeenRequest[],
  ): MiddlewareHandler<FaultEnv> =>
  async (c, next) => {
    const url = new URL(c.req.url)
    const target = targetOf(url.pathname.slice(prefix.length))
    if (!target) return next()
    requests.push({ method: c.req.method, path: url.pathname, target })
    const fault = faults.take(target, c.req.method)
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.delayMs))
    c.set('fault', fault?.kind)
    return (fault && refusalOf(fault.kind, target)) ?? next()
  }

function targetOf(path: string): FaultTarget | undefined {
  if (path.includes('/.well-known/') || path === '/oauth/jwks.json') return 'discovery'
  if (path === '/oauth/token') return 'token'
  if (path === '/oauth/authorize') return 'authorize'
  if (path === '/portico-token') return 'portico-token'
  return path.startsWith('/fhir') ? 'fhir' : undefined
}

/** A `fetch` that finds the EMR without a socket, breaks where the EMR is down and heeds the caller's time-out. */
const createFetch =
  (serve: Hono['fetch'], isOurs: (url: URL) => boolean, elsewhere: typeof fetch): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init)
    if (!isOurs(new URL(request.url))) return elsewhere(request)
    const ended = new Promise<never>((_, reject) => {
      request.signal.addEventListener('abort', () => reject(request.signal.reason))
    })
    request.signal.throwIfAborted()
    const response = await Promise.race([serve(request), ended])
    if (response.headers.has(DOWN)) throw new TypeError('fetch failed')
    return response
  }
