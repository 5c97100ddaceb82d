import type { EhrCapability } from '../fhir/capability.ts'
import { missingScopes } from '../fhir/missing-scopes.ts'
import type { CertificateFault } from '../http/network-faults.ts'
import type { EhrAnswer, SmartDocument } from './ask-ehr.ts'
import { find, type Finding } from './findings.ts'

export type SmartFacts = {
  fhirBase: string
  /** Null while the EHR does not say. */
  capability: EhrCapability | null
  answer: EhrAnswer
  /** Algorithm of the practice's client key, e.g. `ES384`. */
  alg: string
  asked: { staff: string; service: string }
  /** Null = there is no launch, no token of the service, to go by. */
  granted: { staff: string | null; service: string | null }
  /** What came of asking for a token of the service. */
  service: 'yes' | 'none' | 'no-way' | 'refused' | 'silent' | 'unasked'
  /** The newest launch; null = none that is remembered. */
  lastLaunch: number | null
  /** Where the EHR reads our public keys, and what is there. */
  jwks: { address: string; state: 'yes' | 'other' | 'silent' | 'stopped' | CertificateFault }
}

/**
 * The SMART checklist for one EHR. Pure.
 * @see SMART App Launch 2.2, Conformance
 */
export function smartChecks(facts: SmartFacts): Finding[] {
  const { answer, asked, granted, lastLaunch } = facts
  return [
    facts.fhirBase.startsWith('https://') ? find('https', 'ok', 'yes') : find('https', 'warning', 'no'),
    discovery(facts),
    ...(answer.smart ? ofDocument(answer.smart, facts) : []),
    jwks(facts),
    lastLaunch === null
      ? find('last-launch', 'unknown', 'none')
      : find('last-launch', 'ok', 'at', { at: lastLaunch }),
    ...scopes('staff-scopes', asked.staff, granted.staff, facts.capability),
    serviceToken(facts),
    ...scopes('service-scopes', asked.service, granted.service, facts.capability),
  ]
}

function discovery({ capability, answer, fhirBase }: SmartFacts): Finding {
  const base = { with: { base: fhirBase } }
  if (answer.certificate) return find('discovery', 'fault', answer.certificate, base)
  if (!answer.reached) return find('discovery', 'fault', capability ? 'silent-now' : 'silent', base)
  if (!capability) return find('discovery', 'fault', 'not-fhir', base)
  if (!answer.smart) return find('discovery', 'fault', 'not-smart', base)
  const unusable = unusableIn(answer.smart, fhirBase)
  if (unusable.length > 0)
    return find('discovery', 'fault', 'no-endpoints', { ...base, value: unusable.join(', ') })
  const version = { with: { version: capability.fhirVersion || '?' } }
  return capability.fhirVersion.startsWith('4.0')
    ? find('discovery', 'ok', 'yes', version)
    : find('discovery', 'fault', 'version', version)
}

/** What no launch can do without, and those that would take a code or a key off https. */
function unusableIn(smart: SmartDocument, fhirBase: string): string[] {
  const isHttps = fhirBase.startsWith('https://')
  const isWeb = (address: string) => {
    const { protocol = '' } = URL.parse(address, `${fhirBase}/`) ?? {}
    return protocol === 'https:' || (protocol === 'http:' && !isHttps)
  }
  return (['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const).filter(
    (name) => smart[name] === '' || (name !== 'issuer' && !isWeb(smart[name])),
  )
}

function ofDocument(smart: SmartDocument, { alg, lastLaunch }: SmartFacts): Finding[] {
  const said = (id: 'launch' | 'client-auth' | 'sign-in', isSaid: boolean) => {
    if (isSaid) return find(id, 'ok', 'yes')
    return lastLaunch === null ? find(id, 'warning', 'unsaid') : find(id, 'ok', 'proven')
  }
  const has = (name: string) => smart.capabilities.includes(name)
  const byKey = smart.token_endpoint_auth_methods_supported.includes('private_key_jwt')
  return [
    smart.code_challenge_methods_supported.includes('S256')
      ? find('pkce', 'ok', 'yes')
      : find('pkce', 'fault', 'no'),
    said('launch', has('launch-ehr') && has('context-ehr-patient')),
    said('client-auth', byKey || has('client-confidential-asymmetric')),
    signing(smart.token_endpoint_auth_signing_alg_values_supported, alg, lastLaunch !== null),
    said('sign-in', has('sso-openid-connect')),
    scopeForm(has),
  ]
}

function signing(taken: string[], alg: string, hasWorked: boolean): Finding {
  const details = { with: { alg } }
  if (taken.includes(alg)) return find('signing', 'ok', 'yes', details)
  if (taken.length > 0) return find('signing', 'fault', 'no', { ...details, value: taken.join(', ') })
  return hasWorked ? find('signing', 'ok', 'proven', details) : find('signing', 'unknown', 'unsaid', details)
}

function scopeForm(has: (name: string) => boolean): Finding {
  if (has('permission-v2')) return find('scope-form', 'ok', 'v2')
  return has('permission-v1') ? find('scope-form', 'ok', 'v1') : find('scope-form', 'unknown', 'unsaid')
}

/** What only we may see so, as the way back to ourselves can be closed, or by a certificate that others trust. */
const JWKS = {
  yes: 'ok',
  other: 'fault',
  silent: 'warning',
  expired: 'fault',
  'other-name': 'fault',
  untrusted: 'warning',
  stopped: 'unknown',
} as const

function jwks({ jwks: { address, state } }: SmartFacts): Finding {
  return find('jwks', JWKS[state], state, JWKS[state] === 'ok' ? {} : { value: address })
}

const SERVICE = {
  yes: 'ok',
  none: 'unknown',
  'no-way': 'unknown',
  unasked: 'unknown',
  refused: 'fault',
  silent: 'fault',
} as const

const serviceToken = ({ service }: SmartFacts): Finding => find('service-token', SERVICE[service], service)

/** Nothing is said of scopes while there is nothing to go by. */
function scopes(
  id: 'staff-scopes' | 'service-scopes',
  asked: string,
  granted: string | null,
  capability: EhrCapability | null,
): Finding[] {
  if (granted === null || asked.trim() === '') return []
  const missing = missingScopes(asked, granted, capability)
  return [
    missing.length === 0 ? find(id, 'ok', 'all') : find(id, 'warning', 'some', { value: missing.join(' ') }),
  ]
}
