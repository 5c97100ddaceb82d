import { parseResourceScope, splitScope } from './scopes.ts'

/**
 * Puts the scopes that we want into the form an EHR understands: as configured, unless it advertises v1 alone.
 *
 * @param capabilities of the EHR's SMART configuration, e.g. `permission-v2`.
 * @see SMART App Launch 2.2, Scopes for requesting FHIR Resources (SMART 1.0 forms)
 */
export function chooseScope(wanted: string, capabilities: readonly string[]): string {
  const parts = splitScope(wanted)
  const onlyV1 = capabilities.includes('permission-v1') && !capabilities.includes('permission-v2')
  return [...new Set(onlyV1 ? parts.flatMap(toV1) : parts)].join(' ')
}

function toV1(scope: string): string[] {
  const parsed = parseResourceScope(scope)
  if (!parsed) return [scope]
  // v1 cannot say "only some of them": asking for all would be more than was configured.
  if (parsed.narrowed) return []
  const prefix = `${parsed.context}/${parsed.type}`
  if (parsed.interactions.length === 5) return [`${prefix}.*`]
  const reads = parsed.interactions.some((letter) => letter === 'r' || letter === 's')
  const writes = parsed.interactions.some((letter) => letter !== 'r' && letter !== 's')
  return [...(reads ? [`${prefix}.read`] : []), ...(writes ? [`${prefix}.write`] : [])]
}
