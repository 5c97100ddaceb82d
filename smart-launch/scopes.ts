export type ScopeContext = 'user' | 'system' | 'patient'
export type Interaction = 'c' | 'r' | 'u' | 'd' | 's'

/** One `context/Type.interactions` scope, in either form, taken apart. */
export type ResourceScope = {
  context: ScopeContext
  /** `*` or a FHIR resource type. */
  type: string
  interactions: Interaction[]
  /** `?param=value` behind it: only a part of the resources, so never a full grant. */
  narrowed: boolean
}

const FORM = /^(user|system|patient)\/(\*|[A-Z][A-Za-z]*)\.([a-z]+|\*)(\?.+)?$/
// The letters stand in this order, each at most once.
const V2 = /^(?=.)c?r?u?d?s?$/
const V1 = new Map([
  ['read', 'rs'],
  ['write', 'cud'],
  ['*', 'cruds'],
])

/**
 * Reads one scope in SMART v1 (`user/Patient.read`) or v2 (`user/Patient.rs`) form.
 *
 * @returns undefined for `openid`, `launch` and the like, and for what neither form allows.
 * @see SMART App Launch 2.2, Scopes for requesting FHIR Resources
 */
export function parseResourceScope(scope: string): ResourceScope | undefined {
  const [, context, type, rights = '', query] = FORM.exec(scope) ?? []
  if (!isContext(context) || type === undefined) return undefined
  const letters = V1.get(rights) ?? rights
  if (!V2.test(letters)) return undefined
  return {
    context,
    type,
    interactions: letters.split('').filter(isInteraction),
    narrowed: query !== undefined,
  }
}

/** The single scopes of a scope string. */
export function splitScope(scope: string): string[] {
  return scope.split(/\s+/).filter((part) => part !== '')
}

function isContext(text: string | undefined): text is ScopeContext {
  return text === 'user' || text === 'system' || text === 'patient'
}

function isInteraction(letter: string): letter is Interaction {
  return 'cruds'.includes(letter)
}
