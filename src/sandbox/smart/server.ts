import { type Context, Hono } from 'hono'
import type { Clock } from '../../clock.ts'
import { type FaultKind, OTHER_ISSUER } from '../faults.ts'
import type { SmartRules } from '../personalities/personality.ts'
import { answerAuthorize, type EmrSession } from './authorize.ts'
import { authorizeBearer, introspect, revoke } from './bearer.ts'
import { createClientAuthentication, type RegisteredClient } from './clients.ts'
import { discoveryDocument } from './discovery.ts'
import { NO_STORE, OAuthError, onlyOnce, required } from './errors.ts'
import { createGrants } from './granting.ts'
import { createIdTokens } from './id-tokens.ts'
import { createSmartState, type LaunchContext } from './state.ts'
import { answerToken, mintUserToken } from './token.ts'

export type SmartServerDeps = {
  /** e.g. `http://127.0.0.1:8081/oauth`; every endpoint lies under it. */
  issuer: string
  fhirBase: string
  clients: RegisteredClient[]
  now: Clock
  /** For clients that publish their keys. */
  fetch: typeof fetch
  rules: SmartRules
  findSession: (request: Request) => EmrSession | undefined
  isSessionLive: (sessionId: string) => boolean
  pages: {
    /** Log in, then come back to `next` (a path with query). */
    login: (next: string, otherUser: boolean) => Promise<Response>
    refusal: (reason: string) => Promise<Response>
  }
}

type Env = { Variables: { fault: FaultKind | undefined } }

/**
 * The EMR's SMART App Launch 2.2 authorization server: EHR launches and backend services, asymmetric clients only.
 * Mount `app` at the path of `issuer` and `wellKnown` at that of the FHIR base.
 */
export function createSmartServer(deps: SmartServerDeps) {
  const parts = createParts(deps)
  const discover = (c: Context<Env>) => answerDiscovery(deps, c)
  const app = new Hono<Env>()
    .get('/authorize', (c) => showAuthorize(parts, c, new URL(c.req.url).searchParams))
    .post('/authorize', async (c) => showAuthorize(parts, c, new URLSearchParams(await c.req.text())))
    .post('/token', (c) => giveToken(parts, c))
    .post('/introspect', (c) => answerIntrospection(parts, c))
    .post('/revoke', (c) => answerRevocation(parts, c))
    .get('/jwks.json', async (c) => c.json({ keys: [await parts.idTokens.publicJwk()] }, 200, OPEN))
    .get('/style.json', (c) => c.json(deps.rules.style ?? STYLE, 200, OPEN))
    .get('/style-dark.json', (c) => c.json(DARK_STYLE, 200, OPEN))
    .get('/.well-known/openid-configuration', discover)
    .onError((error) => {
      if (error instanceof OAuthError) return error.toResponse()
      throw error
    })

  return {
    app,
    addresses: parts.addresses,
    wellKnown: new Hono<Env>().get('/smart-configuration', discover),
    authorize: (request: Request) => authorizeBearer(parts, request),
    addLaunch: (context: LaunchContext, clientId: string) => parts.state.addLaunch(context, clientId),
    userToken: (session: EmrSession, patient: string, clientId: string) =>
      mintUserToken(parts, session, patient, clientId),
    /** Whether an administrator lets an app in: only where this EMR asks for that. */
    isEnabled: parts.isEnabled,
    setEnabled: parts.setEnabled,
  }
}

type Parts = ReturnType<typeof createParts>

/** What the endpoints share. */
function createParts(deps: SmartServerDeps) {
  /** For the CapabilityStatement too. */
  const addresses = {
    authorize: `${deps.issuer}/authorize`,
    token: `${deps.issuer}/token`,
    introspect: `${deps.issuer}/introspect`,
    revoke: `${deps.issuer}/revoke`,
  }
  const idTokens = createIdTokens(deps)
  const disabled = new Set<string>()
  return {
    ...deps,
    addresses,
    idTokens,
    state: createSmartState(deps.now, deps.rules.refreshMs),
    grants: createGrants(deps.rules),
    isEnabled: (clientId: string) => !disabled.has(clientId),
    setEnabled: (clientId: string, enabled: boolean) =>
      void (enabled ? disabled.delete(clientId) : disabled.add(clientId)),
    styleUrl: `${deps.issuer}/style.json`,
    signIdToken: idTokens.sign,
    authenticate: createClientAuthentication({ ...deps, tokenUrl: addresses.token }),
  }
}

async function showAuthorize(parts: Parts, c: Context<Env>, query: URLSearchParams): Promise<Response> {
  const answer = answerAuthorize(parts, c.req.raw, query, c.get('fault'))
  if (answer.kind === 'refusal') return parts.pages.refusal(answer.reason)
  if (answer.kind === 'login')
    return parts.pages.login(`${new URL(c.req.url).pathname}?${query}`, answer.otherUser)
  return c.redirect(answer.url, 302)
}

const NOT_ENABLED = 'an administrator has not enabled this client'

async function giveToken(parts: Parts, c: Context<Env>) {
  const form = await readForm(c)
  const client = await parts.authenticate(form)
  if (!parts.isEnabled(client.clientId)) throw new OAuthError('invalid_client', NOT_ENABLED)
  return c.json(await answerToken(parts, client, form, c.get('fault')), 200, NO_STORE)
}

async function answerIntrospection(parts: Parts, c: Context<Env>) {
  const form = await readForm(c)
  await parts.authenticate(form)
  return c.json(introspect(parts, required(form, 'token')), 200, NO_STORE)
}

async function answerRevocation(parts: Parts, c: Context<Env>) {
  const form = await readForm(c)
  const client = await parts.authenticate(form)
  revoke(parts, required(form, 'token'), client.clientId)
  return c.body(null, 200, NO_STORE)
}

function answerDiscovery({ issuer, rules }: SmartServerDeps, c: Context<Env>) {
  const named = c.get('fault') === 'other-issuer' ? OTHER_ISSUER : issuer
  return c.json(discoveryDocument(named, issuer, rules), 200, OPEN)
}

async function readForm(c: Context<Env>) {
  if (!c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded'))
    throw new OAuthError('invalid_request', 'the body must be application/x-www-form-urlencoded')
  return onlyOnce(new URLSearchParams(await c.req.text()))
}

/** Discovery and public keys may be read by any page. */
const OPEN = { 'access-control-allow-origin': '*' }

/**
 * The dashboard's own look, as dashboard/emr.css has it.
 * @see SMART App Launch 2.2 §smart_style_url
 */
const STYLE = {
  color_background: '#e9eef3',
  color_error: '#8a2a1b',
  color_highlight: '#1f5c99',
  color_modal_backdrop: '#1c3347',
  color_success: '#1d6b3c',
  color_text: '#1d2730',
  dim_border_radius: '3px',
  dim_font_size: '14px',
  dim_spacing_size: '14px',
  font_family_body: "Arial, 'Liberation Sans', Helvetica, sans-serif",
  font_family_heading: "Arial, 'Liberation Sans', Helvetica, sans-serif",
}

const DARK_STYLE = {
  ...STYLE,
  color_background: '#15191d',
  color_error: '#f0a899',
  color_highlight: '#8fc1f2',
  color_modal_backdrop: '#000000',
  color_success: '#8fd3a8',
  color_text: '#e9edf0',
}
