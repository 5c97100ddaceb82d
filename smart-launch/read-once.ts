/**
 * The parameters of a query by name, or undefined when one comes twice: two readers could then take different
 * ones for the truth (RFC 6749 §3.1).
 */
export function readOnce(query: URLSearchParams): Map<string, string> | undefined {
  const parameters = new Map(query)
  return parameters.size === query.size ? parameters : undefined
}
