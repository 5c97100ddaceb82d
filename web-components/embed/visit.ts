import type { EmbedContext } from '../../src/embedding/schema.ts'
import type { EmbedClient } from './embed-client.ts'
import { createEmbedClient } from './embed-client.ts'
import { createTokenKeeper } from './token-keeper.ts'

/** One patient on one card, from the first token on. */
export type Visit = { patient: string; client: EmbedClient; context: EmbedContext }

export type VisitDeps = {
  host: HTMLElement
  origin: string
  patient: string
  /** Asks the host for a token for this patient. */
  ask: () => Promise<unknown>
  signal: AbortSignal
}

/**
 * Gets a token, and asks for the practice and for the card at once: the first question of the card itself takes the
 * answer that is on its way.
 *
 * @throws Refusal when there is no token, or the service lets nobody in with it.
 */
export async function openVisit({ host, origin, patient, ask, signal }: VisitDeps): Promise<Visit> {
  const expired = () =>
    host.dispatchEvent(new CustomEvent('portico-session-expired', { bubbles: true, composed: true }))
  const keeper = createTokenKeeper({ patient, ask, expired, signal })
  const { practice } = await keeper.token()
  const client = createEmbedClient(origin, practice, keeper)
  const early = client.readAccess(patient)
  early.catch(() => {})
  const context = await client.readContext()
  return { patient, context, client: withEarly(client, early) }
}

function withEarly(client: EmbedClient, early: ReturnType<EmbedClient['readAccess']>): EmbedClient {
  let first: typeof early | null = early
  return {
    ...client,
    readAccess: (patient) => {
      const answer = first ?? client.readAccess(patient)
      first = null
      return answer
    },
  }
}
