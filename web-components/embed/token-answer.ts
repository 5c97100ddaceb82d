import type { EmbedToken } from '../../src/embedding/schema.ts'
import { Refusal } from '../client.ts'
import type { isTokenFor } from './host-token.ts'

/**
 * Takes the token out of what the host gave; what stands in its way is said to the host's developer where it is theirs.
 *
 * @param given a token, or the answer of the host's backend that holds one
 * @throws Refusal `host-signed-out` only when the reader has to sign in to the EMR again
 */
export async function readToken(
  given: unknown,
  patient: string,
  check: typeof isTokenFor,
): Promise<EmbedToken> {
  const token = given instanceof Response ? await readAnswer(given) : given
  if (check(token, patient)) return token
  tell(`no token as …/embed/token answers it, for patient ${patient}`)
  throw new Refusal('internal')
}

/** A backend whose reader is signed out answers 401, or a sign-in page, or sends to one. */
async function readAnswer(response: Response): Promise<unknown> {
  const { status, type, ok, redirected } = response
  if (type === 'error') throw new Refusal('offline')
  if (status === 401 || type === 'opaqueredirect' || redirected) throw new Refusal('host-signed-out')
  if (!ok) throw await (await import('./why-none.ts')).refusalOf(response)
  return response.json().catch((error: unknown) => {
    // A body that breaks off is a lost answer.
    throw new Refusal(error instanceof SyntaxError ? 'host-signed-out' : 'offline')
  })
}

export const tell = (what: string) => console.error(`<portico-access>: ${what}`)
