import type { EmbedContext } from '../../src/embedding/schema.ts'
import { Refusal } from '../client.ts'
import type { EmbedClient } from './embed-client.ts'
import { createEmbedClient } from './embed-client.ts'
import type { isTokenFor } from './host-token.ts'
import type { FirstAnswers } from './first-questions.ts'
import { createTokenKeeper } from './token-keeper.ts'

/** One patient on one card, from the first token on. */
export type Visit = {
  patient: string
  client: EmbedClient
  context: EmbedContext
  /** Done once the card, or why there is none, was answered. */
  answered: Promise<unknown>
}

export type VisitDeps = {
  host: HTMLElement
  origin: string
  patient: string
  /** Asks the host for a token for this patient. */
  ask: () => Promise<unknown>
  isTokenFor: typeof isTokenFor
  /** What was asked before. */
  early: (patient: string) => Promise<FirstAnswers> | null
  signal: AbortSignal
}

/**
 * Gets a token, and asks for the practice and for the card at once: the first question of the card itself takes the
 * answer that is on its way.
 *
 * @throws Refusal when there is no token, or the service lets nobody in with it.
 */
export async function openVisit(deps: VisitDeps): Promise<Visit> {
  const { host, origin, patient, early } = deps
  const expired = () =>
    host.dispatchEvent(new CustomEvent('portico-session-expired', { bubbles: true, composed: true }))
  const keeper = createTokenKeeper({ ...deps, expired })
  const asked = early(patient)
  const { practice } = await keeper.token()
  const client = createEmbedClient(origin, practice, keeper, (await asked) ?? new Map())
  const card = client.readAccess(patient)
  const answered = card.catch((error: unknown) => {
    if (error instanceof Refusal && error.code === 'not-found')
      console.error(`<portico-access>: patient takes a FHIR id; the EMR has no Patient/${patient}`)
  })
  const context = await client.readContext()
  return { patient, context, answered, client: withEarly(client, card) }
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
