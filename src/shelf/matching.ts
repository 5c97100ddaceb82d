import {
  convertToSearchableDates,
  convertToSearchableReferences,
  convertToSearchableTokens,
  evalFhirPathTyped,
  matchesSearchRequest,
  toTypedValue,
} from '@medplum/core'
import type { Resource } from '@medplum/fhirtypes'
import type { KnownParameter } from '../fhir/search-parameters.ts'
import { identifiersOf } from './keys.ts'
import type { Clause } from './query.ts'

/** Whether a resource fulfils a condition of a search. */
export function holds(resource: Resource, clause: Clause): boolean {
  if (clause.parameter.code === 'identifier' && clause.modifier !== 'missing')
    return isIdentified(resource, clause.values) !== (clause.modifier === 'not')
  return clause.alternatives.some((request) => matchesSearchRequest(resource, request))
}

/** Without the structure of resources, which the service never loads, the matcher takes an identifier for a text. */
function isIdentified(resource: Resource, wanted: readonly string[]): boolean {
  const found = identifiersOf(resource as unknown as Record<string, unknown>)
  return wanted.some((text) => {
    const at = text.indexOf('|')
    const [system, value] = [at < 0 ? undefined : text.slice(0, at), text.slice(at + 1).toLowerCase()]
    return found.some(
      (one) =>
        (system === undefined || (one.system ?? '').toLowerCase() === system.toLowerCase()) &&
        (value === '' || one.value.toLowerCase() === value),
    )
  })
}

/** What a resource is sorted by; undefined where it has no such value, which comes last. */
export function sortKey(resource: Resource, { expression, type }: KnownParameter): string | undefined {
  const values = evalFhirPathTyped(expression, [toTypedValue(resource)])
  if (type === 'date') return convertToSearchableDates(values)[0]?.start
  if (type === 'reference') return convertToSearchableReferences(values)[0]
  return convertToSearchableTokens(values)[0]?.value
}
