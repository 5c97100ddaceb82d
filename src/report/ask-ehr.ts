import * as z from 'zod'
import { SECOND_MS, type Clock } from '../clock.ts'
import { certificateFault, type CertificateFault } from '../http/network-faults.ts'

const Texts = z.array(z.string()).catch([])
const Text = z.string().catch('')

/** What an EHR says of its authorization server, as far as the report looks at it. */
const SmartDocument = z.looseObject({
  issuer: Text,
  authorization_endpoint: Text,
  token_endpoint: Text,
  jwks_uri: Text,
  capabilities: Texts,
  code_challenge_methods_supported: Texts,
  grant_types_supported: Texts,
  token_endpoint_auth_methods_supported: Texts,
  token_endpoint_auth_signing_alg_values_supported: Texts,
})
export type SmartDocument = z.infer<typeof SmartDocument>

export type EhrAnswer = {
  /** Something answered, whatever it said. */
  reached: boolean
  /** Something answered, with a certificate that was not to be trusted. */
  certificate: CertificateFault | null
  /** Null when there was none to read. */
  smart: SmartDocument | null
  /** How far the EHR's clock is from ours, in whole seconds; null when its answer carried no time. */
  skewSeconds: number | null
}

const ANSWER_WITHIN_MS = 5 * SECOND_MS
/** A server that stands in for the EHR while it is away. */
const AWAY = [502, 503, 504]

/**
 * Reads an EHR's SMART configuration as it is now, and its clock by the way. Never throws: what is missing is a line
 * of the report.
 * @param fhirBase one that the practice is configured for
 */
export async function askEhr(
  { fetch, now }: { fetch: typeof globalThis.fetch; now: Clock },
  fhirBase: string,
): Promise<EhrAnswer> {
  try {
    const asked = now()
    const answer = await fetch(`${fhirBase.replace(/\/+$/, '')}/.well-known/smart-configuration`, {
      headers: { accept: 'application/json', 'cache-control': 'no-cache' },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    const skewSeconds = skewOf(answer.headers, asked, now())
    const parsed = SmartDocument.safeParse(await answer.json().catch(() => null))
    const reached = !AWAY.includes(answer.status)
    return { reached, certificate: null, smart: answer.ok ? (parsed.data ?? null) : null, skewSeconds }
  } catch (error) {
    return { reached: false, certificate: certificateFault(error), smart: null, skewSeconds: null }
  }
}

/**
 * The header counts whole seconds, and was written somewhere between our question and its answer; a cache says how long
 * it has held it.
 * @see RFC 9110 §6.6.1; RFC 9111 §5.1
 */
export function skewOf(headers: Headers, asked: number, answered: number): number | null {
  const written = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(written)) return null
  const told = written + (Number(headers.get('age')) || 0) * SECOND_MS
  const slow = asked - (told + SECOND_MS)
  const fast = told - answered
  return Math.max(0, Math.ceil(Math.max(slow, fast) / SECOND_MS))
}
