import { scopeAllows } from './scope-allows.ts'
import { parseResourceScope, splitScope } from './scopes.ts'

/**
 * What of a refreshed scope was granted before: a refresh may take rights away but never add any.
 *
 * @see RFC 6749 §6
 */
export function narrowScope(granted: string, answered: string): string {
  const before = new Set(splitScope(granted))
  return splitScope(answered)
    .filter((scope) => before.has(scope) || isCovered(granted, scope))
    .join(' ')
}

/** An EHR may answer the same rights in the other form, v1 for v2. */
function isCovered(granted: string, scope: string): boolean {
  const parsed = parseResourceScope(scope)
  if (!parsed) return false
  return parsed.interactions.every((letter) => scopeAllows(granted, parsed.context, parsed.type, letter))
}
