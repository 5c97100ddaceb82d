import { SECOND_MS } from '../clock.ts'
import type { Practice } from '../practices/practice.ts'
import { find, type Finding } from './findings.ts'
import { cardPolicy, readPolicies } from './policy.ts'

const ANSWER_WITHIN_MS = 5 * SECOND_MS
/** A page says its policy at its beginning. */
const HEAD_CHARACTERS = 100_000

/**
 * Whether the pages that are to show the card let it in, as far as their first page tells without signing in. Only
 * origins that the configuration names are asked.
 * @param portico origin that the card's script and its questions go to
 */
export const hostChecks = (
  fetch: typeof globalThis.fetch,
  { hosts }: Pick<Practice, 'hosts'>,
  portico: string,
): Promise<Finding[]> =>
  Promise.all(
    hosts.flatMap(({ name, origins }) => origins.map((origin) => hostCheck(fetch, name, origin, portico))),
  )

async function hostCheck(fetch: typeof globalThis.fetch, name: string, origin: string, portico: string) {
  const details = { with: { name, origin } }
  const policies = await policiesOf(fetch, origin)
  if (policies === null)
    return find('host-policy', 'unknown', 'unseen', { ...details, value: cardPolicy(portico).join('; ') })
  if (policies.length === 0) return find('host-policy', 'ok', 'open', details)
  const { missing, byMark } = readPolicies(policies, origin, portico)
  if (missing.length > 0)
    return find('host-policy', 'fault', 'shut', { ...details, value: missing.join('; ') })
  return find('host-policy', 'ok', byMark ? 'nonce' : 'lets', details)
}

/** Every policy of an origin's first page; null when that could not be seen. */
async function policiesOf(fetch: typeof globalThis.fetch, origin: string): Promise<string[] | null> {
  try {
    const answer = await fetch(`${origin}/`, {
      headers: { accept: 'text/html' },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    // A redirect leads to a page for signing in, what is not found to one that nobody looks at: the others may differ.
    if (!answer.ok) {
      await answer.body?.cancel()
      return null
    }
    const header = answer.headers.get('content-security-policy')
    return [
      ...(header === null ? [] : [header]),
      ...policiesIn((await answer.text()).slice(0, HEAD_CHARACTERS)),
    ]
  } catch {
    return null
  }
}

const POLICY_TAG = /<meta\b[^>]*\bhttp-equiv\s*=\s*["']?content-security-policy\b[^>]*>/gi
const CONTENT = /\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')/i

/** Policies that a page says in its head instead. */
export const policiesIn = (html: string): string[] =>
  [...html.matchAll(POLICY_TAG)].flatMap(([tag]) => {
    const [, doubled, single] = CONTENT.exec(tag) ?? []
    const policy = doubled ?? single
    return policy === undefined ? [] : [policy.replaceAll(/&#0*39;|&apos;/g, "'")]
  })
