import { SECOND_MS } from '../clock.ts'
import { Problem } from '../problem.ts'
import { sentenceFor } from '../http/network-faults.ts'

const TIMEOUT_MS = 10 * SECOND_MS

export type JsonAnswer = { status: number; body: unknown; date: string | null }

/**
 * Asks an EHR for a document that everybody may read.
 *
 * @param what names it in the sentences, e.g. `/metadata`
 * @throws Problem `ehr-unavailable` that says in a sentence why nothing came, `invalid-request` for a web page, a
 *   redirect or anything else that is not JSON
 */
export async function fetchJson(
  fetch: typeof globalThis.fetch,
  url: string,
  accept: string,
): Promise<JsonAnswer> {
  const answer = await ask(fetch, url, accept)
  const where = answer.headers.get('location')
  if (answer.status >= 300 && answer.status < 400)
    throw wrong(
      `${url} sends us on to ${where ?? 'another address'}. Give the address that it leads to; Portico follows no redirects.`,
    )
  const text = await answer.text()
  if (answer.status >= 500)
    throw new Problem(
      'ehr-unavailable',
      `${new URL(url).host} answers with ${answer.status}: it has a fault of its own.`,
    )
  const body = parse(text)
  if (answer.ok && body === undefined)
    throw wrong(
      /^\s*</.test(text)
        ? `${url} answers with a web page, not with FHIR. The FHIR base is the address that the EMR gives to programs.`
        : `${url} does not answer with JSON.`,
    )
  return { status: answer.status, body, date: answer.headers.get('date') }
}

async function ask(fetch: typeof globalThis.fetch, url: string, accept: string): Promise<Response> {
  try {
    return await fetch(url, {
      headers: { accept },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (error) {
    throw new Problem('ehr-unavailable', sentenceFor(error, url), { cause: error })
  }
}

const wrong = (sentence: string) =>
  new Problem('invalid-request', sentence, { issues: [{ pointer: '/fhirBase', detail: sentence }] })

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
