import type { AccessCard, RefuseAccess, SaveAccess } from '../src/access/schema.ts'
import type { SessionView, SignIn } from '../src/accounts/schema.ts'
import type {
  ChangeCredentials,
  ChooseCredentials,
  ConfirmActivation,
  CreateInvitation,
  InvitationIssued,
  InvitationOffer,
  OpenSlip,
  SetupTicket,
  Slip,
} from '../src/credentials/schema.ts'
import type { SettleToDo, ToDoList } from '../src/desk/schema.ts'
import type { HostView, Stop } from '../src/embedding/schema.ts'
import type { Language, PracticeView } from '../src/practices/schema.ts'
import type { ProblemCode } from '../src/problem.ts'
import type { Home } from '../src/profile/schema.ts'
import type { HostReport } from '../src/report/schema.ts'
import type {
  CheckPortal,
  OutboxMail,
  OutboxView,
  PortalCheck,
  SaveSettings,
  SettingsView,
  TestMail,
  TestMailResult,
} from '../src/settings/schema.ts'
import type {
  FinishedLaunch,
  FinishLaunch,
  GiveRole,
  HistoryView,
  LaunchStyleView,
  LaunchView,
  NewRole,
  PeopleView,
  SaveRole,
} from '../src/staff/schema.ts'

/** Why an answer is not there: a problem code of the service, or one that only a browser knows. */
export type RefusalCode =
  | ProblemCode
  | 'offline'
  | 'timeout'
  | 'no-cookie'
  | 'launch-cut-short'
  | 'host-signed-out'

/** What the service (or the network) refused; worded by `code` in the reader's language. */
export class Refusal extends Error {
  readonly code: RefusalCode
  /** The whole problem body: `retryAfter`, `suggestion`, `reason`, … */
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: RefusalCode, facts: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.facts = facts
  }

  number(name: string): number | null {
    const value = this.facts[name]
    return typeof value === 'number' ? value : null
  }

  /** What somebody else made of this part of the body meanwhile; undefined when nobody touched it. */
  theirs(pointer: string): string | null | undefined {
    const issues = this.facts['issues']
    if (!Array.isArray(issues)) return undefined
    const found = issues.find((issue: { pointer?: unknown }) => issue.pointer === pointer) as
      | { theirs?: string | null }
      | undefined
    return found?.theirs
  }

  /** True when the service says that this part of the body is at fault. */
  names(pointer: string): boolean {
    const issues = this.facts['issues']
    return Array.isArray(issues) && issues.some((issue: { pointer?: unknown }) => issue.pointer === pointer)
  }

  text(name: string): string | null {
    const value = this.facts[name]
    return typeof value === 'string' ? value : null
  }
}

/** What was caught, as something that can be worded: anything but a refusal is our own mistake. */
export const toRefusal = (error: unknown): Refusal =>
  error instanceof Refusal ? error : new Refusal('internal')

/** True when nobody knows whether the service did what was asked: only then the same key is sent again. */
const answerIsLost = (error: unknown) =>
  !(error instanceof Refusal) || ['offline', 'timeout', 'in-progress'].includes(error.code)

/**
 * Sends one form, however often it is submitted: while a submit runs a second one joins it, and after a lost
 * answer the same body goes out under the same Idempotency-Key, so that nothing is created twice.
 */
export type Submission<Body, Answer> = (body: Body) => Promise<Answer>

export function createSubmission<Body, Answer>(
  send: (body: Body, key: string) => Promise<Answer>,
): Submission<Body, Answer> {
  let lost: { body: string; key: string } | null = null
  let running: Promise<Answer> | null = null
  const submit = async (body: Body) => {
    const text = JSON.stringify(body)
    const key = lost?.body === text ? lost.key : crypto.randomUUID()
    try {
      const answer = await send(body, key)
      lost = null
      return answer
    } catch (error) {
      lost = answerIsLost(error) ? { body: text, key } : null
      throw error
    }
  }
  return (body) => {
    running ??= submit(body).finally(() => {
      running = null
    })
    return running
  }
}

/** Long enough for an EMR that takes its time, short enough that nobody thinks the page is dead. */
const TIMEOUT_MS = 15_000

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export type Send = <Answer>(method: Method, path: string, body?: unknown, key?: string) => Promise<Answer>

/** Every question that our pages ask the service, typed by the service's own schemas. */
export type Client = ReturnType<typeof createClient>
/** What a card asks about patients, whichever way in its reader came. */
export type CardClient = ReturnType<typeof askAboutPatients> & { now: () => number; events: LiveEvents }

/** Where live events come from. */
export type LiveEvents = {
  /** Address of the API: screens with the same one share one stream. */
  scope: string
  /** Opens a stream of what happens to the patients of these live keys; it ends with `signal`. */
  open: (keys: readonly string[], signal: AbortSignal) => Promise<Response>
}

/** @param practice slug of the practice whose pages these are. */
export function createClient(practice: string) {
  /** The staff session of a page in a frame that keeps no cookie: here and nowhere else, gone with the page. */
  let bearer: string | null = null
  const { send, now, eventsAt } = createSender(`/${practice}/api/`, (request) => request(bearer))
  const speakFor = (token: string) => (bearer = token)
  return {
    /** The service's time in epoch ms: sessions and letters end by its clock, not by this computer's. */
    now,
    readPractice: () => send<PracticeView>('GET', 'practice'),
    openSlip: (body: OpenSlip, key: string) => send<Slip>('POST', 'slip', body, key),
    /** Ends a launch whose cookies were lost, answers its id, and speaks for its session from then on. */
    finishLaunch: async (body: FinishLaunch, key: string) => {
      const { token, launch } = await send<FinishedLaunch>('POST', 'staff/sessions', body, key)
      speakFor(token)
      return launch
    },
    readLaunch: (launch: string) => send<LaunchView>('GET', staff(launch)),
    readStyle: (launch: string) => send<LaunchStyleView>('GET', `${staff(launch)}/style`),
    endLaunch: (launch: string) => send<null>('DELETE', staff(launch)),
    ...askAsPatient(send),
    /** What the card of this launch asks. */
    card: (launch: string): CardClient => ({
      now,
      events: eventsAt(`${staff(launch)}/events`),
      ...askAboutPatients(send, (patient) => `${staff(launch)}/patients/${encodeURIComponent(patient)}`),
    }),
    ...askForPractice(send),
    ...askAboutPeople(send),
    ...askForToDos(send),
  }
}

/** Makes a request under the token of whoever asks; null = cookies speak for them. */
export type Speak = (request: (token: string | null) => Promise<Response>, path: string) => Promise<Response>

/** @param base address of the API that is asked, with a slash at its end. */
export function createSender(base: string, speak: Speak, credentials: RequestCredentials = 'same-origin') {
  let clockOffsetMs = 0

  async function send<Answer>(method: Method, path: string, body?: unknown, key?: string): Promise<Answer> {
    const headers = new Headers({ accept: 'application/json' })
    if (body !== undefined) headers.set('content-type', 'application/json')
    if (key !== undefined) headers.set('idempotency-key', key)
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await speak((token) => {
      if (token !== null) headers.set('authorization', `Bearer ${token}`)
      return ask(base + path, { method, headers, cache: 'no-store', credentials, ...sent })
    }, path)
    const sentAt = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(sentAt)) clockOffsetMs = sentAt - Date.now()
    return readAnswer<Answer>(response)
  }
  const eventsAt = (path: string): LiveEvents => ({
    scope: base,
    open: (keys, signal) =>
      speak((token) => {
        const headers = new Headers(token === null ? {} : { authorization: `Bearer ${token}` })
        const query = new URLSearchParams(keys.map((key) => ['for', key]))
        return fetch(`${base}${path}?${query}`, { headers, cache: 'no-store', credentials, signal })
      }, path),
  })
  return { send, now: () => Date.now() + clockOffsetMs, eventsAt }
}

const staff = (launch: string) => `staff/launches/${encodeURIComponent(launch)}`

/** What the patient's own pages ask. */
const askAsPatient = (send: Send) => ({
  confirmActivation: (body: ConfirmActivation, key: string) =>
    send<SetupTicket>('POST', 'portal/activation', body, key),
  chooseCredentials: (body: ChooseCredentials, key: string) =>
    send<SessionView>('POST', 'portal/activation/credentials', body, key),
  signIn: (body: SignIn, key: string) => send<SessionView>('POST', 'portal/session', body, key),
  /** A look that does not prolong: a page that nobody touches must not keep a session alive. */
  readSession: () => send<SessionView>('GET', 'portal/session'),
  /** Somebody is there: the idle time begins anew. */
  stay: () => send<SessionView>('POST', 'portal/session/stay', {}, crypto.randomUUID()),
  signOut: () => send<null>('DELETE', 'portal/session'),
  changeCredentials: (body: ChangeCredentials, key: string) =>
    send<SessionView>('PUT', 'portal/credentials', body, key),
  readHome: () => send<Home>('GET', 'portal/home'),
})

/** What staff ask about one patient; `at` says where that patient stands in the addresses. */
export const askAboutPatients = (send: Send, at: (patient: string) => string) => ({
  /** @param live nobody asked: the card reads again by itself, which keeps nobody signed in. */
  readAccess: (patient: string, live = false) =>
    send<AccessCard>('GET', `${at(patient)}/access${live ? '?live' : ''}`),
  saveAccess: (patient: string, body: SaveAccess) => send<AccessCard>('PUT', `${at(patient)}/access`, body),
  refuseAccess: (patient: string, body: RefuseAccess) =>
    send<AccessCard>('PUT', `${at(patient)}/refusal`, body),
  takeBackRefusal: (patient: string) => send<AccessCard>('DELETE', `${at(patient)}/refusal`),
  readOffer: (patient: string) => send<InvitationOffer>('GET', `${at(patient)}/invitations/offer`),
  invite: (patient: string, body: CreateInvitation, key: string) =>
    send<InvitationIssued>('POST', `${at(patient)}/invitations`, body, key),
  mailInvitation: (patient: string, key: string) =>
    send<InvitationIssued>('POST', `${at(patient)}/invitations/current/mail`, {}, key),
  cancelInvitation: (patient: string) => send<AccessCard>('DELETE', `${at(patient)}/invitations/current`),
  settleToDo: (patient: string, todo: string, body: SettleToDo) =>
    send<AccessCard>('PUT', `${at(patient)}/todos/${encodeURIComponent(todo)}`, body),
})

/** What staff ask about what they type into the EMR by hand, for the whole practice. */
const askForToDos = (send: Send) => ({
  /** @param live nobody asked: the page looks again by itself, which keeps nobody signed in. */
  readToDos: (launch: string, live = false) =>
    send<ToDoList>('GET', `${staff(launch)}/todos${live ? '?live' : ''}`),
  settleAnyToDo: (launch: string, todo: string, body: SettleToDo) =>
    send<ToDoList>('PUT', `${staff(launch)}/todos/${encodeURIComponent(todo)}`, body),
})

/** What administrators ask about settings and mail. */
const askForPractice = (send: Send) => ({
  readSettings: (launch: string) => send<SettingsView>('GET', `${staff(launch)}/settings`),
  saveSettings: (launch: string, body: SaveSettings) =>
    send<SettingsView>('PUT', `${staff(launch)}/settings`, body),
  checkPortal: (launch: string, body: CheckPortal, key: string) =>
    send<PortalCheck>('POST', `${staff(launch)}/settings/portal-check`, body, key),
  sendTestMail: (launch: string, body: TestMail, key: string) =>
    send<TestMailResult>('POST', `${staff(launch)}/settings/test-mail`, body, key),
  /** @param again somebody has set something right: the service asks everybody anew. */
  readReport: (launch: string, lang: Language, again: boolean) =>
    send<HostReport>('GET', `${staff(launch)}/report?lang=${lang}${again ? '&again=true' : ''}`),

  readOutbox: (launch: string, before: string | null = null) =>
    send<OutboxView>('GET', `${staff(launch)}/outbox${older(before)}`),
  retryMail: (launch: string, mail: string, key: string) =>
    send<OutboxMail>('POST', `${staff(launch)}/outbox/${encodeURIComponent(mail)}/retry`, {}, key),
  printMail: (launch: string, mail: string, key: string) =>
    send<InvitationIssued>('POST', `${staff(launch)}/outbox/${encodeURIComponent(mail)}/print`, {}, key),
})

/** What administrators ask about who may do what, and who did. */
const askAboutPeople = (send: Send) => ({
  readPeople: (launch: string) => send<PeopleView>('GET', `${staff(launch)}/people`),
  giveRole: (launch: string, person: string, body: GiveRole) =>
    send<PeopleView>('PUT', `${staff(launch)}/people/${encodeURIComponent(person)}`, body),
  stopPerson: (launch: string, person: string, body: Stop) =>
    send<PeopleView>('PUT', `${staff(launch)}/people/${encodeURIComponent(person)}/stopped`, body),
  readHosts: (launch: string) => send<{ hosts: HostView[] }>('GET', `${staff(launch)}/hosts`),
  stopHost: (launch: string, host: string, body: Stop) =>
    send<{ hosts: HostView[] }>('PUT', `${staff(launch)}/hosts/${encodeURIComponent(host)}`, body),
  addRole: (launch: string, body: NewRole, key: string) =>
    send<PeopleView>('POST', `${staff(launch)}/roles`, body, key),
  saveRole: (launch: string, role: string, body: SaveRole) =>
    send<PeopleView>('PUT', `${staff(launch)}/roles/${encodeURIComponent(role)}`, body),
  removeRole: (launch: string, role: string) =>
    send<PeopleView>('DELETE', `${staff(launch)}/roles/${encodeURIComponent(role)}`),
  readHistory: (launch: string, ask: { before: string | null; currentPatient: boolean }) =>
    send<HistoryView>(
      'GET',
      `${staff(launch)}/history${older(ask.before, ask.currentPatient ? { patient: 'current' } : {})}`,
    ),
})

function older(before: string | null, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...more, ...(before === null ? {} : { before }) }).toString()
  return query === '' ? '' : `?${query}`
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (error) {
    throw networkRefusal(error)
  }
}

async function readAnswer<Answer>(response: Response): Promise<Answer> {
  if (response.status === 204) return null as Answer
  const body: unknown = await response.json().catch((error: unknown) => {
    // A body that breaks off is a lost answer; one that is no JSON at all comes from something in between.
    throw error instanceof SyntaxError ? new Refusal('internal') : networkRefusal(error)
  })
  if (response.ok) return body as Answer
  throw problemRefusal(body)
}

const networkRefusal = (error: unknown) =>
  new Refusal(error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'offline')

function problemRefusal(body: unknown): Refusal {
  const facts = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const code = facts['code']
  return new Refusal(typeof code === 'string' ? (code as ProblemCode) : 'internal', facts)
}

/** What the first part of every address of ours says: whose pages these are. */
export const practiceOf = (address: Location | URL): string => address.pathname.split('/')[1] ?? ''
