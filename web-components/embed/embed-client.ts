import type { EmbedContext } from '../../src/embedding/schema.ts'
import { askAboutPatients, type CardClient, createSender, Refusal, type Speak } from '../client.ts'
import type { FirstAnswers } from './first-questions.ts'
import type { TokenKeeper } from './token-keeper.ts'

/** What a card in a host's page asks the service. */
export type EmbedClient = CardClient & { readContext: () => Promise<EmbedContext> }

/**
 * @param origin where embed.js came from: the token goes there and nowhere else.
 * @param practice slug that the token names.
 * @param early answers to what was asked before there was a client: each is taken once.
 */
export function createEmbedClient(
  origin: string,
  practice: string,
  keeper: TokenKeeper,
  early: FirstAnswers,
): EmbedClient {
  const base = `${origin}/${practice}/embed/api/`
  const { send, now, eventsAt } = createSender(base, speakWith(keeper, early), 'omit')
  return {
    now,
    events: eventsAt('events'),
    readContext: () => send<EmbedContext>('GET', 'context'),
    ...askAboutPatients(send, (patient) => `patients/${encodeURIComponent(patient)}`),
  }
}

/** A token that has ended did nothing, whatever was asked with it: the same is asked once more under a new one. */
const speakWith =
  (keeper: TokenKeeper, early: FirstAnswers): Speak =>
  async (request, path) => {
    const { access_token: token } = await keeper.token()
    const first = early.get(path)
    early.delete(path)
    // Each time the keeper is asked: of who is gone from the page nothing more is asked.
    const response = await (first?.catch(async () => request((await keeper.token()).access_token)) ??
      request(token))
    if (response.status !== 401) return response
    const { access_token: renewed } = await keeper.tokenAfter(token)
    const again = await request(renewed)
    // A host may go on handing over an EHR token that is dead: the service has given it up, and now goes another way.
    const last = (await isEhrSessionOver(again)) ? await request(renewed) : again
    if (last.status === 401) throw new Refusal('host-signed-out')
    return last
  }

async function isEhrSessionOver(response: Response): Promise<boolean> {
  if (response.status !== 401) return false
  const problem: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  return (Object(problem) as { code?: unknown }).code === 'ehr-session-ended'
}
