import { type Context, Hono } from 'hono'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type Clock, SECOND_MS } from '../../clock.ts'
import { type FaultKind, OTHER_ISSUER } from '../faults.ts'
import type { FhirAccess } from '../fhir/access.ts'
import { type AuthorizeDeps, answerAuthorize, type EmrSession } from './authorize.ts'
import { createClientAuthentication, type RegisteredClient } from './clients.ts'
import { discoveryDocument } from './discovery.ts'
import { NO_STORE, OAuthError, onlyOnce, required } from './errors.ts'
import { type Code, createSmartState, type LaunchContext } from './state.ts'
import { answerToken, findLiveGrant } from './token.ts'

export type SmartServerDeps = {
  /** e.g. `http://127.0.0.1:8081/oauth`; every endpoint lies under it. */
  issuer: string
  fhirBase: string
  clients: RegisteredClient[]
  now: Clock
  /** For clients that publish their keys. */
  fetch: typeof fetch
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
  const state = createSmartState(deps.now)
  // Made when first needed: an RSA key takes a fifth of a second, and many EMRs in tests sign nothing.
  let made: ReturnType<typeof createSigningKeys> | undefined
  const signingKeys = () => (made ??= createSigningKeys())
  const tokenUrl = `${deps.issuer}/token`
  const authenticate = createClientAuthentication({ ...deps, tokenUrl })
  const authorizeDeps: AuthorizeDeps = { ...deps, state }
  const signIdToken = createIdTokenSigner(deps, signingKeys)
  const tokenDeps = { ...deps, state, styleUrl: `${deps.issuer}/style.json`, signIdToken }

  const authorizePage = async (c: Context<Env>, query: URLSearchParams): Promise<Response> => {
    const answer = answerAuthorize(authorizeDeps, c.req.raw, query, c.get('fault'))
    if (answer.kind === 'refusal') return deps.pages.refusal(answer.reason)
    if (answer.kind === 'login')
      return deps.pages.login(`${new URL(c.req.url).pathname}?${query}`, answer.otherUser)
    return c.redirect(answer.url, 302)
  }
  const discovery = (c: Context<Env>) =>
    c.json(
      discoveryDocument(c.get('fault') === 'other-issuer' ? OTHER_ISSUER : deps.issuer, deps.issuer),
      200,
      OPEN,
    )

  const app = new Hono<Env>()
    .get('/authorize', (c) => authorizePage(c, new URL(c.req.url).searchParams))
    .post('/authorize', async (c) => authorizePage(c, new URLSearchParams(await c.req.text())))
    .post('/token', async (c) => {
      const form = await readForm(c)
      return c.json(
        await answerToken(tokenDeps, await authenticate(form), form, c.get('fault')),
        200,
        NO_STORE,
      )
    })
    .post('/introspect', async (c) => {
      const form = await readForm(c)
      await authenticate(form)
      return c.json(introspect(required(form, 'token')), 200, NO_STORE)
    })
    .post('/revoke', async (c) => {
      const form = await readForm(c)
      const client = await authenticate(form)
      revoke(required(form, 'token'), client.clientId)
      return c.body(null, 200, NO_STORE)
    })
    .get('/jwks.json', async (c) => c.json({ keys: [(await signingKeys()).publicJwk] }, 200, OPEN))
    .get('/style.json', (c) => c.json(STYLE, 200, OPEN))
    .get('/.well-known/openid-configuration', discovery)
    .onError((error) => {
      if (error instanceof OAuthError) return error.toResponse()
      throw error
    })

  /** @see RFC 7662 §2.2, SMART App Launch 2.2 §token introspection */
  function introspect(token: string) {
    const access = state.findAccess(token)
    const grant = access && findLiveGrant(tokenDeps, access.grantId)
    if (!grant) return { active: false }
    const exp = Math.floor(access.expiresAt / SECOND_MS)
    const known = { active: true, scope: access.scope, client_id: grant.clientId, exp, token_type: 'Bearer' }
    if (!grant.user || !grant.launch) return known
    const fhirUser = `${deps.fhirBase}/${grant.user.fhirUser}`
    return { ...known, iss: deps.issuer, sub: grant.user.fhirUser, fhirUser, patient: grant.launch.patient }
  }

  /** Ends the whole grant, whichever of its tokens came. @see RFC 7009 §2.1 */
  function revoke(token: string, clientId: string) {
    const id = (state.findAccess(token) ?? state.findRefresh(token))?.grantId
    if (id && state.findGrant(id)?.clientId === clientId) state.endGrant(id)
  }

  /** Says what the bearer of a FHIR request may do, or answers 401. */
  async function authorize(request: Request): Promise<FhirAccess | Response> {
    const token = /^Bearer ([\w-]+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    const access = token ? state.findAccess(token) : undefined
    const grant = access && findLiveGrant(tokenDeps, access.grantId)
    if (!access || !grant) return unauthorized(token !== undefined)
    if (!grant.user || !grant.launch) return { kind: 'system', scope: access.scope }
    return { kind: 'user', scope: access.scope, patient: grant.launch.patient, user: grant.user.fhirUser }
  }

  return {
    app,
    /** For the CapabilityStatement. */
    addresses: {
      authorize: `${deps.issuer}/authorize`,
      token: tokenUrl,
      introspect: `${deps.issuer}/introspect`,
      revoke: `${deps.issuer}/revoke`,
    },
    wellKnown: new Hono<Env>().get('/smart-configuration', discovery),
    authorize,
    addLaunch: (context: LaunchContext, clientId: string) => state.addLaunch(context, clientId),
  }
}

/** Discovery and public keys may be read by any page. */
const OPEN = { 'access-control-allow-origin': '*' }

/** @see SMART App Launch 2.2 §smart_style_url */
const STYLE = {
  color_background: '#e9eef3',
  color_error: '#9b1c1c',
  color_highlight: '#1f5c99',
  color_modal_backdrop: '#1c3347',
  color_success: '#1d6b3c',
  color_text: '#1d2730',
  dim_border_radius: '6px',
  dim_font_size: '15px',
  dim_spacing_size: '16px',
  font_family_body: 'Arial, "Liberation Sans", Helvetica, sans-serif',
  font_family_heading: 'Arial, "Liberation Sans", Helvetica, sans-serif',
}

const ID_TOKEN_SECONDS = 5 * 60

async function createSigningKeys() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  return { kid, privateKey, publicJwk: { ...jwk, kid, alg: 'RS256', use: 'sig' } }
}

/** @see OpenID Connect Core §2, SMART App Launch 2.2 §fhirUser */
function createIdTokenSigner(deps: SmartServerDeps, signingKeys: () => ReturnType<typeof createSigningKeys>) {
  return async (code: Code, fault: FaultKind | undefined) => {
    const { kid, privateKey } = await signingKeys()
    const issuedAt = Math.floor(deps.now() / SECOND_MS)
    const claims = {
      name: code.user.name,
      fhirUser: `${deps.fhirBase}/${code.user.fhirUser}`,
      nonce: code.nonce,
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
      .setIssuer(fault === 'other-issuer' ? OTHER_ISSUER : deps.issuer)
      .setSubject(code.user.fhirUser)
      .setAudience(code.clientId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ID_TOKEN_SECONDS)
      .sign(fault === 'wrong-id-token' ? (await createSigningKeys()).privateKey : privateKey)
  }
}

async function readForm(c: Context<Env>) {
  if (!c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded'))
    throw new OAuthError('invalid_request', 'the body must be application/x-www-form-urlencoded')
  return onlyOnce(new URLSearchParams(await c.req.text()))
}

function unauthorized(withToken: boolean) {
  const issue = [{ severity: 'error', code: 'login', diagnostics: 'A good access token is needed' }]
  const challenge = withToken ? 'Bearer error="invalid_token"' : 'Bearer'
  const headers = {
    'content-type': 'application/fhir+json',
    'www-authenticate': challenge,
    'cache-control': 'no-store',
  }
  return Response.json({ resourceType: 'OperationOutcome', issue }, { status: 401, headers })
}
