import * as z from 'zod'
import { faultsOf } from './faults-of.ts'
import { type HttpDeps, requestJson } from './request-json.ts'
import { SmartError } from './smart-error.ts'

const KEEP_MS = 60 * 60 * 1000

/** What an EHR says of its authorization server. All addresses are absolute. */
export type SmartConfiguration = {
  issuer: string
  authorizationEndpoint: string
  tokenEndpoint: string
  jwksUri: string
  capabilities: string[]
  /** The authorization response always names its issuer (RFC 9207 §3). */
  namesIssuer: boolean
}

export type Discovery = (iss: string) => Promise<SmartConfiguration>

/**
 * Reads what an EHR offers and remembers it for an hour. Several askers share one request; a failure is told
 * to them and forgotten, so that the next launch asks again.
 *
 * The caller hands over registered FHIR bases only: whatever is given here is fetched.
 *
 * @throws SmartError `ehr-unavailable`, or `ehr-unsupported` without PKCE S256, an endpoint or signed sign-in
 * @see SMART App Launch 2.2, Conformance
 */
export function createDiscovery(deps: HttpDeps): Discovery {
  const kept = new Map<string, { until: number; configuration: Promise<SmartConfiguration> }>()
  return (iss) => {
    const found = kept.get(iss)
    if (found && deps.now() < found.until) return found.configuration
    const entry = { until: deps.now() + KEEP_MS, configuration: readConfiguration(deps, iss) }
    kept.set(iss, entry)
    entry.configuration.catch(() => {
      if (kept.get(iss) === entry) kept.delete(iss)
    })
    return entry.configuration
  }
}

const WellKnown = z.object({
  issuer: z.string().min(1),
  jwks_uri: z.string().min(1),
  authorization_endpoint: z.string().min(1),
  token_endpoint: z.string().min(1),
  capabilities: z.array(z.string()).default([]),
  code_challenge_methods_supported: z.array(z.string()),
  authorization_response_iss_parameter_supported: z.boolean().default(false),
})

async function readConfiguration(deps: HttpDeps, iss: string): Promise<SmartConfiguration> {
  const base = `${iss.replace(/\/+$/, '')}/`
  const { status, body } = await requestJson(deps, `${base}.well-known/smart-configuration`)
  if (status !== 200) throw new SmartError('ehr-unavailable', `The SMART configuration answered ${status}`)
  const parsed = WellKnown.safeParse(body)
  if (!parsed.success) {
    throw new SmartError('ehr-unsupported', `SMART configuration: ${faultsOf(parsed.error)}`)
  }
  const found = parsed.data
  if (!found.code_challenge_methods_supported.includes('S256')) {
    throw new SmartError('ehr-unsupported', 'SMART configuration: no PKCE with S256')
  }
  return {
    issuer: found.issuer,
    authorizationEndpoint: endpoint(base, found.authorization_endpoint),
    tokenEndpoint: endpoint(base, found.token_endpoint),
    jwksUri: endpoint(base, found.jwks_uri),
    capabilities: found.capabilities,
    namesIssuer: found.authorization_response_iss_parameter_supported,
  }
}

/** An absolute address stays as it is written: as `aud` of our assertion it is compared byte for byte. */
function endpoint(base: string, address: string): string {
  const url = URL.parse(address, base)
  // A document that came by https must not lead a code or a key back to plain http.
  const allowed = base.startsWith('https:') ? ['https:'] : ['http:', 'https:']
  if (!url || !allowed.includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw new SmartError(
      'ehr-unsupported',
      'SMART configuration: an endpoint is not a web address we may use',
    )
  }
  return URL.canParse(address) ? address : url.href
}
