import axe from 'axe-core'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { page } from 'vitest/browser'
import type { AccessCard } from '../../../src/access/schema.ts'
import type { EmbedContext, EmbedToken } from '../../../src/embedding/schema.ts'
import '../../../web-components/embed/embed.ts'
import type { PorticoAccess } from '../../../web-components/embed/embed.ts'
import { type Answer, respondWith } from '../support/answers.ts'
import { fernwood, offerForWalter } from '../support/fixtures.ts'

const PATIENT = 'patients/12'
/** What a card asks the service. */
export const CONTEXT = 'GET context'
export const READ = `GET ${PATIENT}/access`
export const SAVE = `PUT ${PATIENT}/access`
const OFFER = `GET ${PATIENT}/invitations/offer`
export const INVITE = `POST ${PATIENT}/invitations`
/** What it asks the host. */
export const TOKEN = 'POST /portico-token'

type Call = { route: string; url: URL; body: unknown; token: string | null; request: Request }
type Respond = (call: Call) => Answer

/** A host's page with a service and a backend that answer as told; none of our own sheets is on it. */
export type Host = {
  calls: Call[]
  on: (route: string, respond: Respond) => void
  asked: (route: string) => Call[]
  /** A card in the page, by its attributes; `into` is the page's main part unless told. */
  add: (attributes?: Record<string, string>, into?: ParentNode | null) => PorticoAccess
  /** The same for this card of the patient, once it is on the screen. */
  open: (card: AccessCard | undefined, attributes?: Record<string, string>) => Promise<PorticoAccess>
}

const realFetch = window.fetch
let count = 0

export const tokenFor = (patient = '12', changes: Partial<EmbedToken> = {}): EmbedToken => ({
  access_token: `head.token${++count}.sig`,
  token_type: 'Bearer',
  expires_in: 300,
  scope: 'access.read access.manage credentials.manage',
  patient,
  practice: 'fernwood',
  ...changes,
})

export const contextOf = (changes: Partial<EmbedContext> = {}): EmbedContext => ({
  practice: fernwood,
  patient: '12',
  permissions: ['access.read', 'access.manage', 'credentials.manage'],
  liveKey: '',
  ...changes,
})

export { add }

export function openHost(): Host {
  const answers = new Map<string, Respond>()
  const calls: Call[] = []
  const host: Host = {
    calls,
    on: (route, respond) => void answers.set(route, respond),
    asked: (route) => calls.filter((call) => call.route === route),
    add,
    open: async (card, attributes = {}) => {
      host.on(READ, () => ({ body: card }))
      const element = host.add(attributes)
      await ready(element)
      return element
    },
  }
  beforeEach(() => {
    answers.clear()
    calls.length = 0
    document.documentElement.lang = 'en'
    document.title = 'EMR'
    document.body.innerHTML = '<main><h1>Chart</h1></main>'
    host.on(TOKEN, ({ body }) => ({ body: tokenFor((body as { patient: string }).patient) }))
    host.on(CONTEXT, () => ({ body: contextOf() }))
    host.on(OFFER, () => ({ body: offerForWalter() }))
    window.fetch = (input, init) => answer(new Request(input, init))
  })
  afterEach(async () => {
    document.body.replaceChildren()
    await new Promise((resolve) => setTimeout(resolve))
    window.fetch = realFetch
    vi.restoreAllMocks()
    await page.viewport(1280, 900)
  })
  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url)
    const path = url.pathname.replace('/fernwood/embed/api/', '')
    const text = await request.clone().text()
    const call: Call = {
      route: `${request.method} ${path}`,
      url,
      body: text === '' ? null : JSON.parse(text),
      token: request.headers.get('authorization'),
      request,
    }
    calls.push(call)
    return respondWith(answers.get(call.route)?.(call) ?? { status: 404, code: 'not-found' })
  }
  return host
}

function add(
  attributes: Record<string, string> = {},
  into: ParentNode | null = document.querySelector('main'),
): PorticoAccess {
  const element = document.createElement('portico-access')
  const all = { patient: '12', 'token-url': '/portico-token', ...attributes }
  for (const [name, value] of Object.entries(all)) element.setAttribute(name, value)
  into?.append(element)
  return element
}

/** The card is on the screen. */
export const ready = (element: EventTarget) =>
  new Promise<void>((resolve) => {
    element.addEventListener('portico-ready', () => resolve(), { once: true })
  })

/** The card inside, and what is inside it. */
export const inner = (element: PorticoAccess) =>
  element.shadowRoot?.querySelector('portico-access-card')?.shadowRoot ?? null

export const said = (text: string | RegExp) => expect.element(page.getByText(text)).toBeVisible()
export const button = (name: string | RegExp) => page.getByRole('button', { name })
export const dialog = () => page.getByRole('dialog')

/** No axe rule is broken, and nothing scrolls sideways, here and at 320 px. */
export async function expectSound(): Promise<void> {
  for (const width of [1280, 320]) {
    await page.viewport(width, 900)
    const { scrollWidth, clientWidth } = document.documentElement
    expect(scrollWidth, `${width} px`).toBeLessThanOrEqual(clientWidth)
  }
  const { violations } = await axe.run(document, { resultTypes: ['violations'], preload: false })
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
  ).toEqual([])
  await page.viewport(1280, 900)
}
