import type { AccessCard, SaveAccess } from '../src/access/schema.ts'
import type { SessionView, SignIn } from '../src/accounts/schema.ts'
import type {
  ChooseCredentials,
  ConfirmActivation,
  InvitationIssued,
  OpenSlip,
  SetupTicket,
  Slip,
} from '../src/credentials/schema.ts'
import type { PracticeView } from '../src/practices/schema.ts'
import type { ProblemCode } from '../src/problem.ts'
import type { Home } from '../src/profile/schema.ts'
import type { FinishedLaunch, FinishLaunch, LaunchView } from '../src/staff/schema.ts'

/** Why an answer is not there: a problem code of the service, or one that only a browser knows. */
export type RefusalCode = ProblemCode | 'offline' | 'timeout' | 'no-cookie' | 'launch-cut-short'

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

/** Every question that our pages ask the service, typed by the service's own schemas. */
export type Client = ReturnType<typeof createClient>

/** @param practice slug of the practice whose pages these are. */
export function createClient(practice: string) {
  let clockOffsetMs = 0
  /** The staff session of a page in a frame that keeps no cookie: here and nowhere else, gone with the page. */
  let bearer: string | null = null

  async function send<Answer>(method: Method, path: string, body?: unknown, key?: string): Promise<Answer> {
    const headers = new Headers({ accept: 'application/json' })
    if (body !== undefined) headers.set('content-type', 'application/json')
    if (key !== undefined) headers.set('idempotency-key', key)
    if (bearer !== null) headers.set('authorization', `Bearer ${bearer}`)
    const response = await ask(`/${practice}/api/${path}`, {
      method,
      headers,
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const sentAt = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(sentAt)) clockOffsetMs = sentAt - Date.now()
    return readAnswer<Answer>(response)
  }

  const staff = (launch: string) => `staff/launches/${encodeURIComponent(launch)}`
  const patientOf = (launch: string, patient: string) =>
    `${staff(launch)}/patients/${encodeURIComponent(patient)}`

  return {
    /** The service's time in epoch ms: sessions and letters end by its clock, not by this computer's. */
    now: () => Date.now() + clockOffsetMs,
    readPractice: () => send<PracticeView>('GET', 'practice'),

    confirmActivation: (body: ConfirmActivation, key: string) =>
      send<SetupTicket>('POST', 'portal/activation', body, key),
    chooseCredentials: (body: ChooseCredentials, key: string) =>
      send<SessionView>('POST', 'portal/activation/credentials', body, key),
    signIn: (body: SignIn, key: string) => send<SessionView>('POST', 'portal/session', body, key),
    readSession: () => send<SessionView>('GET', 'portal/session'),
    signOut: () => send<null>('DELETE', 'portal/session'),
    readHome: () => send<Home>('GET', 'portal/home'),

    /** Ends a launch whose cookies were lost, answers its id, and speaks for its session from then on. */
    finishLaunch: async (body: FinishLaunch, key: string) => {
      const { token, launch } = await send<FinishedLaunch>('POST', 'staff/sessions', body, key)
      bearer = token
      return launch
    },
    readLaunch: (launch: string) => send<LaunchView>('GET', staff(launch)),
    endLaunch: (launch: string) => send<null>('DELETE', staff(launch)),
    readAccess: (launch: string, patient: string) =>
      send<AccessCard>('GET', `${patientOf(launch, patient)}/access`),
    saveAccess: (launch: string, patient: string, body: SaveAccess) =>
      send<AccessCard>('PUT', `${patientOf(launch, patient)}/access`, body),
    invite: (launch: string, patient: string, key: string) =>
      send<InvitationIssued>('POST', `${patientOf(launch, patient)}/invitations`, {}, key),

    openSlip: (body: OpenSlip, key: string) => send<Slip>('POST', 'slip', body, key),
  }
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
  throw toRefusal(body)
}

const networkRefusal = (error: unknown) =>
  new Refusal(error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'offline')

function toRefusal(body: unknown): Refusal {
  const facts = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const code = facts['code']
  return new Refusal(typeof code === 'string' ? (code as ProblemCode) : 'internal', facts)
}

/** What the first part of every address of ours says: whose pages these are. */
export const practiceOf = (address: Location | URL): string => address.pathname.split('/')[1] ?? ''
