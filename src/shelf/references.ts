/** A literal reference, or one that names an identifier instead, for what has no address yet. */
type NewReference = string | { identifier: { system: string; value: string }; type: string }

/**
 * A copy with every literal reference replaced by what `change` makes of it.
 * @see FHIR R4 Reference
 */
export function mapReferences(value: unknown, change: (reference: string) => NewReference): unknown {
  if (Array.isArray(value)) return value.map((item) => mapReferences(item, change))
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, mapReferences(inner, change)]),
  )
  const { reference, ...rest } = copy
  if (typeof reference !== 'string') return copy
  const changed = change(reference)
  return typeof changed === 'string' ? { ...copy, reference: changed } : { ...rest, ...changed }
}

/**
 * A copy with references that name an identifier of a system replaced by literal ones, where `find` knows whose it is.
 * @see FHIR R4 Reference.identifier
 */
export function mapIdentified(
  value: unknown,
  system: string,
  find: (type: string, value: string) => string | undefined,
): unknown {
  if (Array.isArray(value)) return value.map((item) => mapIdentified(item, system, find))
  if (typeof value !== 'object' || value === null) return value
  const { identifier, type, ...rest } = value as {
    identifier?: Partial<Record<string, unknown>>
    type?: unknown
  }
  const isOurs = identifier?.['system'] === system && typeof type === 'string'
  const found = isOurs ? find(type, String(identifier['value'])) : undefined
  if (found !== undefined) return { ...rest, reference: found }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, mapIdentified(inner, system, find)]),
  )
}

/** `Type/id` of every literal reference, at whatever version. */
export function referencesIn(value: unknown): string[] {
  const found: string[] = []
  mapReferences(value, (reference) => {
    const [, literal] = /^([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference) ?? []
    if (literal) found.push(literal)
    return reference
  })
  return found
}
