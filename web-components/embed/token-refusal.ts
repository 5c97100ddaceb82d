import { Refusal } from '../client.ts'
import { tell } from './token-answer.ts'

/** What the service's token endpoint says when an administrator stopped this host or this person. */
const STOPPED: readonly unknown[] = ['host-stopped', 'person-stopped']
/** What a host says whose own administrator has yet to let Portico in. */
const NOT_ENABLED = 'client-not-enabled'

/** What the answer of a host's backend that holds no token means for the card; the developer hears the rest. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const { status, url, headers } = response
  if (status >= 500) return new Refusal('ehr-unavailable')
  const facts = await readFacts(response)
  if (status === 429) {
    const retryAfter = Number(headers.get('retry-after') ?? facts.retryAfter)
    return retryAfter > 0 ? new Refusal('too-many-tries', { retryAfter }) : new Refusal('busy')
  }
  const { error, error_description: why, reason } = facts
  const where = URL.canParse(url) ? new URL(url).pathname : 'token-url'
  if (typeof error === 'string') tell(typeof why === 'string' ? why : error)
  else tell(`${where} answered ${status}`)
  if (reason === NOT_ENABLED) return new Refusal('launch-failed', { reason: NOT_ENABLED })
  return STOPPED.includes(reason)
    ? new Refusal('not-permitted', { reason: 'stopped' })
    : new Refusal('internal')
}

type Facts = { error?: unknown; error_description?: unknown; reason?: unknown; retryAfter?: unknown }

const readFacts = async (response: Response): Promise<Facts> =>
  Object(await response.json().catch(() => null)) as Facts
