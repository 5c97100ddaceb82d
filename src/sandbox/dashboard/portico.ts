import { randomUUID } from 'node:crypto'
import { importJWK, type JWK, SignJWT } from 'jose'
import { type Clock, SECOND_MS } from '../../clock.ts'
import type { EmrSession } from '../smart/authorize.ts'

/** A patient portal whose card this EMR shows in its own pages. */
export type PorticoHost = {
  /** What the portal calls this EMR. */
  id: string
  /** Proves that it is this EMR that asks; the portal has the public half. */
  privateJwk: JWK
  /** The practice's address at the portal, e.g. `http://localhost:8080/fernwood`. */
  practiceUrl: string
  /** Where it answers to CDS Hooks; absent where the practice has not switched that on. */
  cdsServices?: string
  /** The same portal as an app: opens it for what the card leaves to it. */
  clientId: string
}

export type PorticoDeps = {
  host: PorticoHost
  origin: string
  now: Clock
  fetch: typeof fetch
  /** A token of this EMR, good for what the person who is logged in may do through the portal. */
  userToken: (session: EmrSession, patient: string) => { token: string; scope: string }
}

/** What the page's script tag needs. */
export type EmbedScript = { src: string; integrity: string }

export type Portico = ReturnType<typeof createPortico>

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const ASSERTION_SECONDS = 60
const KEPT_MS = 5 * SECOND_MS
const PATIENCE_MS = 5 * SECOND_MS

/** This EMR's side of the card: where its script is, and tokens for whoever is logged in. */
export function createPortico(deps: PorticoDeps) {
  const { practiceUrl, clientId } = deps.host
  return {
    clientId,
    origin: new URL(practiceUrl).origin,
    script: keepFor(KEPT_MS, deps.now, () => readScript(deps)),
    /** The portal's answer as it came, be it a token or a refusal. */
    token: (session: EmrSession, patient: string) => exchange(deps, session, patient),
  }
}

/** Undefined while the portal does not answer. */
async function readScript({ host, fetch }: PorticoDeps): Promise<EmbedScript | undefined> {
  const url = new URL('/components/embed.json', host.practiceUrl)
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })
    if (!answer.ok) return undefined
    const { src, integrity } = (await answer.json()) as EmbedScript
    return { src: new URL(src, url).href, integrity }
  } catch {
    return undefined
  }
}

/** @see RFC 7523 §2.1 */
async function exchange(deps: PorticoDeps, session: EmrSession, patient: string): Promise<Response> {
  const { token, scope } = deps.userToken(session, patient)
  const body = new URLSearchParams({
    grant_type: GRANT,
    assertion: await signAssertion(deps, session, patient),
    ehr_access_token: token,
    ehr_scope: scope,
  })
  const request = { method: 'POST', body, signal: AbortSignal.timeout(PATIENCE_MS) }
  try {
    const answer = await deps.fetch(tokenUrl(deps.host), request)
    const headers = {
      'content-type': answer.headers.get('content-type') ?? 'text/plain',
      'cache-control': 'no-store',
    }
    return new Response(await answer.text(), { status: answer.status, headers })
  } catch {
    return refusal(502, 'The patient portal does not answer.')
  }
}

/** Says who asks, for whom, and on which pages the answer will be used. @see RFC 7523 §3 */
async function signAssertion({ host, origin, now }: PorticoDeps, session: EmrSession, patient: string) {
  const { alg = 'ES384', kid = '' } = host.privateJwk
  const issuedAt = Math.floor(now() / SECOND_MS)
  const { name, fhirUser } = session.user
  return new SignJWT({ patient, name, act_origin: origin })
    .setProtectedHeader({ alg, kid, typ: 'JWT' })
    .setIssuer(host.id)
    .setAudience(tokenUrl(host))
    .setSubject(fhirUser)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ASSERTION_SECONDS)
    .sign(await importJWK(host.privateJwk, alg))
}

const tokenUrl = ({ practiceUrl }: PorticoHost) => `${practiceUrl}/embed/token`

/** What the card's own request meets when there is no token to be had. */
export const refusal = (status: number, title: string, more: { reason?: string } = {}) =>
  Response.json(
    { title, status, ...more },
    { status, headers: { 'content-type': 'application/problem+json' } },
  )

/** Reads at most once in so long, however many pages are opened. */
function keepFor<T>(lifetimeMs: number, now: Clock, read: () => Promise<T>) {
  let kept: { value: Promise<T>; until: number } | undefined
  return () => {
    if (!kept || kept.until <= now()) kept = { value: read(), until: now() + lifetimeMs }
    return kept.value
  }
}
