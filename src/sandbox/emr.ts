import type { Patient, Resource } from '@medplum/fhirtypes'
import { Hono } from 'hono'
import { type Clock, systemClock } from '../clock.ts'
import { createControls, type LaunchOrder, type PreparedLaunch, UnknownOrder } from './controls.ts'
import { createCdsCards } from './dashboard/cds-cards.ts'
import { createPortico, type PorticoHost } from './dashboard/portico.ts'
import { createDashboard, launchUrl } from './dashboard/routes.ts'
import { createSessions } from './dashboard/sessions.ts'
import { createFaults, DOWN, type Fault } from './faults.ts'
import { goodHabits, type Habits } from './fhir/habits.ts'
import { createFhirServer } from './fhir/server.ts'
import { createRecords, ownPartOf } from './openemr/records.ts'
import { createRest } from './openemr/rest.ts'
import { PERSONALITIES } from './personalities/all.ts'
import type { Personality, PersonalityName } from './personalities/personality.ts'
import type { EmrSession } from './smart/authorize.ts'
import type { RegisteredClient } from './smart/clients.ts'
import { createSmartServer } from './smart/server.ts'
import { staffOf, type StaffUser } from './staff.ts'
import { type FaultEnv, type SeenRequest, watch } from './watch.ts'

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
  /** Which EMR it plays; the full one unless told. */
  personality?: PersonalityName
  /** Where the clinic is; for interfaces that speak of the time on its wall. */
  timeZone?: string
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
  const personality = PERSONALITIES[options.personality ?? 'full']
  const habits = goodHabits(personality.fhir)
  const parts = createParts(options, personality, habits)
  const levers = createLevers(options, parts, habits)
  const app = mount(origin, prefix, parts, levers)
  const isOurs = (url: URL) => url.origin === origin && url.pathname.startsWith(`${prefix}/`)
  const { faults, behave, setHabit, requests, createLaunch, setClientEnabled } = levers

  return {
    app,
    fhirBase: parts.fhirBase,
    fhir: parts.fhir,
    staff: parts.staff,
    /** What OpenEMR keeps beside FHIR; undefined in the others. */
    records: parts.records,
    personality: personality.name,
    requests,
    createLaunch,
    /** What an administrator does by hand, in an EMR that wants it. */
    setClientEnabled,
    misbehave: (fault: Fault) => faults.misbehave(fault),
    behave,
    /** Off: it tells no versions and lets the last writer win. */
    setETags: (on: boolean) => setHabit('etags', on),
    /** Off: it drops the extensions of phones and e-mails. */
    setExtensions: (on: boolean) => setHabit('extensions', on),
    /** Opens an app's authorization address as somebody who is logged in; gives the address that the app is called back at. */
    authorizeAs: async (user: string, authorizeUrl: string | URL): Promise<URL> => {
      const cookie = parts.sessions.cookieHeader(parts.sessions.open(findUser(parts.staff, user)).id)
      return locationOf(await app.request(String(authorizeUrl), { headers: { cookie } }))
    },
    fetch: createFetch(app.fetch, isOurs, elsewhere),
  }
}

/** What can be made of it while it runs, by a test or over HTTP. */
function createLevers({ clients }: EmrOptions, parts: Parts, habits: Habits) {
  const { fhir, smart } = parts.personality
  const faults = createFaults()
  const requests: SeenRequest[] = []
  return {
    faults,
    requests,
    reports: [] as unknown[],
    behave: () => {
      faults.behave()
      Object.assign(habits, goodHabits(fhir))
    },
    /** What this EMR never does cannot be switched on. */
    setHabit: (habit: keyof Habits, on: boolean) => void (habits[habit] = on && goodHabits(fhir)[habit]),
    createLaunch: (order: LaunchOrder) => prepareLaunch(parts, clients, order),
    setClientEnabled: (clientId: string, enabled: boolean) => {
      if (!clients.some((client) => client.clientId === clientId)) throw new UnknownOrder('no such client')
      if (!smart.enablesClients) throw new UnknownOrder('this EMR enables every app at once')
      parts.smart.setEnabled(clientId, enabled)
    },
  }
}

/** Every part at its address; what has an interface for programs is watched. */
const mount = (origin: string, prefix: string, parts: Parts, levers: ReturnType<typeof createLevers>) => {
  const watched = watch(prefix, levers.faults, levers.requests)
  return new Hono<FaultEnv>({ strict: false })
    .use(`${prefix}/oauth/*`, watched)
    .use(`${prefix}/fhir/*`, watched)
    .use(`${prefix}/api/*`, watched)
    .use(`${prefix}/portico-token`, watched)
    .route(`${prefix}/oauth`, parts.smart.app)
    .route(`${prefix}/fhir/.well-known`, parts.smart.wellKnown)
    .route('/', parts.fhir.app)
    .route(`${prefix}/sandbox`, createControls({ origin, ...levers }))
    .route(`${prefix}/api`, parts.rest)
    .route(prefix || '/', parts.dashboard.app)
}

type Parts = ReturnType<typeof createParts>

/** The servers of one EMR: the authorization server shows the dashboard's pages and speaks for the FHIR server. */
function createParts(options: EmrOptions, personality: Personality, habits: Habits) {
  const { origin, prefix, clients, portico: host, now = systemClock, elsewhere = fetch } = options
  const resources = personality.adapt?.(options.resources) ?? options.resources
  const fhirBase = `${origin}${prefix}/fhir`
  const staff = namedBy(personality, options.practitioners ?? staffOf(options.resources))
  const sessions = createSessions(`emr-${new URL(origin).port || '80'}${prefix.replaceAll('/', '-')}`, now)
  const smart = createSmartServer({
    issuer: `${origin}${prefix}/oauth`,
    fhirBase,
    clients,
    now,
    fetch: elsewhere,
    rules: personality.smart,
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
  const fhir = createFhirServer({ base: fhirBase, authorize, resources, oauth, now, habits, personality })
  const records = personality.rest === 'openemr' ? createRecords(fhir) : undefined
  const { timeZone = 'America/Los_Angeles' } = options
  const rest = records ? createRest({ records, authorize, timeZone }) : new Hono()
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
    readOwnPart: (patient: Patient) => records && ownPartOf(records, patient),
    now,
    portico: host && createPortico({ host, origin, now, fetch: elsewhere, userToken: userTokenFor(host) }),
    cds: cdsOf(host, { issuer: `${origin}${prefix}`, now, fetch: elsewhere }),
    addLaunch,
    rules: personality.smart,
    isEnabled: smart.isEnabled,
    setEnabled: smart.setEnabled,
  })
  return { fhirBase, staff, sessions, smart, fhir, rest, records, dashboard, personality }
}

const cdsOf = (host: PorticoHost | undefined, deps: { issuer: string; now: Clock; fetch: typeof fetch }) =>
  host?.cdsServices
    ? createCdsCards({ ...deps, host: { ...host, cdsServices: host.cdsServices } })
    : undefined

/** In some EMRs only providers are practitioners. */
const namedBy = ({ smart }: Personality, staff: StaffUser[]): StaffUser[] =>
  staff.map((user) =>
    smart.rolesAsPerson.includes(user.role)
      ? { ...user, fhirUser: user.fhirUser.replace(/^Practitioner\//, 'Person/') }
      : user,
  )

/** What the button in the dashboard does, without the click. */
function prepareLaunch(
  { staff, smart, fhirBase, personality }: Pick<Parts, 'staff' | 'smart' | 'fhirBase' | 'personality'>,
  clients: RegisteredClient[],
  { user, clientId, ...context }: LaunchOrder,
): PreparedLaunch {
  const client = clientId ? clients.find((one) => one.clientId === clientId) : clients[0]
  if (!client) throw new UnknownOrder('no such client')
  const launch = smart.addLaunch({ ...context, user: findUser(staff, user).fhirUser }, client.clientId)
  return { launch, iss: fhirBase, url: launchUrl(client, fhirBase, launch, personality.smart) }
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
