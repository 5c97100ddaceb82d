import type { EmbedContext } from '../../src/embedding/schema.ts'
import { askAboutPatients, type CardClient, createSender, Refusal, type Speak } from '../client.ts'
import type { TokenKeeper } from './token-keeper.ts'

/** What a card in a host's page asks the service. */
export type EmbedClient = CardClient & { readContext: () => Promise<EmbedContext> }

/**
 * @param origin where embed.js came from: the token goes there and nowhere else.
 * @param practice slug that the token names.
 */
export function createEmbedClient(origin: string, practice: string, keeper: TokenKeeper): EmbedClient {
  const { send, now, eventsAt } = createSender(`${origin}/${practice}/embed/api/`, speakWith(keeper), 'omit')
  return {
    now,
    events: eventsAt('events'),
    readContext: () => send<EmbedContext>('GET', 'context'),
    ...askAboutPatients(send, (patient) => `patients/${encodeURIComponent(patient)}`),
  }
}

/** A token that has ended did nothing, whatever was asked with it: the same is asked once more under a new one. */
const speakWith =
  (keeper: TokenKeeper): Speak =>
  async (request) => {
    const { access_token: token } = await keeper.token()
    const response = await request(token)
    if (response.status !== 401) return response
    const { access_token: renewed } = await keeper.tokenAfter(token)
    const again = await request(renewed)
    if (again.status === 401) throw new Refusal('host-signed-out')
    return again
  }
