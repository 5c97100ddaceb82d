import { isTokenFor } from './host-token.ts'

/** Path below `…/embed/api/` → the answer that is on its way. */
export type FirstAnswers = Map<string, Promise<Response>>

/** As long as `client.ts` gives any question. */
const TIMEOUT_MS = 15_000

/**
 * Asks what every card asks first, as soon as the host's token is there and while the card's own code is still being
 * fetched. Whatever is not as it should be is left to that code, which asks again and says so.
 *
 * @param given what the host gave: a token, or the answer of its backend that holds one and stays to be read
 * @param stop ends what is asked
 */
export async function askFirst(
  origin: string,
  patient: string,
  given: Promise<unknown>,
  stop: AbortController,
): Promise<FirstAnswers> {
  const answers: FirstAnswers = new Map()
  const answer = await given.catch(() => null)
  const isUsual = !(answer instanceof Response) || (answer.ok && !answer.redirected)
  const token: unknown =
    answer instanceof Response && isUsual
      ? await answer
          .clone()
          .json()
          .catch(() => null)
      : answer
  const { signal } = stop
  if (signal.aborted || !isTokenFor(token, patient)) return answers
  setTimeout(() => stop.abort(), TIMEOUT_MS)
  const headers = { accept: 'application/json', authorization: `Bearer ${token.access_token}` }
  for (const path of ['context', `patients/${encodeURIComponent(patient)}/access`]) {
    const url = `${origin}/${token.practice}/embed/api/${path}`
    const asked = fetch(url, { headers, cache: 'no-store', credentials: 'omit', signal })
    asked.catch(() => {})
    answers.set(path, asked)
  }
  return answers
}
