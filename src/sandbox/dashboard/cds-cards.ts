import { randomUUID } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import * as z from 'zod'
import { type Clock, SECOND_MS } from '../../clock.ts'
import { type Markup, markup } from '../markup.ts'
import type { EmrSession } from '../smart/authorize.ts'
import type { RegisteredClient } from '../smart/clients.ts'
import type { PorticoHost } from './portico.ts'

/** What a patient portal has to say to whoever opens a chart; shown beside it, never stored. */
export type CdsCard = z.infer<typeof Card>

const Card = z.object({
  uuid: z.string(),
  summary: z.string().max(140),
  indicator: z.enum(['info', 'warning', 'critical']),
  source: z.object({ label: z.string() }),
  links: z
    .array(
      z.object({ label: z.string(), url: z.string(), type: z.string(), appContext: z.string().optional() }),
    )
    .default([]),
})
const Answer = z.object({ cards: z.array(Card) })

export type CdsDeps = {
  /** Whose key signs, and where the services are. */
  host: Pick<PorticoHost, 'privateJwk'> & { cdsServices: string }
  /** What the services know this EMR as. */
  issuer: string
  now: Clock
  fetch: typeof fetch
}

export type CdsCards = ReturnType<typeof createCdsCards>

/** A chart does not wait longer for advice. */
const PATIENCE_MS = 800
const TOKEN_SECONDS = 60
const SERVICE_ID = 'portal-access'

/** This EMR as a client of CDS Hooks, for the hook that every chart fires as it is opened. */
export const createCdsCards = (deps: CdsDeps) => ({
  /** No cards where the service says nothing, or nothing in time. */
  async read({ user }: EmrSession, patientId: string, language: string): Promise<CdsCard[]> {
    const url = `${deps.host.cdsServices}/${SERVICE_ID}`
    try {
      const answer = await deps.fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'accept-language': language,
          authorization: `Bearer ${await sign(deps, url)}`,
        },
        body: JSON.stringify({
          hook: 'patient-view',
          hookInstance: randomUUID(),
          context: { userId: user.fhirUser, patientId },
        }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      return answer.ok ? Answer.parse(await answer.json()).cards : []
    } catch {
      return []
    }
  },
})

/** @see CDS Hooks 2.0, Trusting CDS Clients */
async function sign({ host: { privateJwk }, issuer, now }: CdsDeps, audience: string): Promise<string> {
  const { alg = 'ES384', kid = '' } = privateJwk
  const issuedAt = Math.floor(now() / SECOND_MS)
  return new SignJWT()
    .setProtectedHeader({ alg, kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + TOKEN_SECONDS)
    .sign(await importJWK(privateJwk, alg))
}

/** The cards above a chart; a link opens an app only if it is one that is registered here. */
export const cdsCards = (cards: CdsCard[], action: string, clients: RegisteredClient[]): Markup | '' =>
  cards.length === 0
    ? ''
    : markup`<section class="notes" aria-label="Notes on this chart">
        ${cards.map(
          (card) =>
            markup`<div class="note ${card.indicator}">
              <p><b>${card.summary}</b> <span>${card.source.label}</span></p>
              ${card.links.map((link) => openButton(link, action, clients))}
            </div>`,
        )}
      </section>`

function openButton(link: CdsCard['links'][number], action: string, clients: RegisteredClient[]) {
  const client = clients.find(({ launchUrl }) => launchUrl === link.url)
  if (!client || link.type !== 'smart') return ''
  return markup`<form method="post" action="${action}" target="_blank" rel="noopener">
    <input type="hidden" name="client" value="${client.clientId}" />
    ${link.appContext ? markup`<input type="hidden" name="appContext" value="${link.appContext}" />` : ''}
    <button>${link.label}</button>
  </form>`
}
