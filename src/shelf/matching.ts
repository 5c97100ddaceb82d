import {
  convertToSearchableReferences,
  evalFhirPathTyped,
  matchesSearchRequest,
  toTypedValue,
} from '@medplum/core'
import type { Resource } from '@medplum/fhirtypes'
import type { KnownParameter } from '../fhir/search-parameters.ts'
import { extentIn, passes } from './extents.ts'
import { identifiersOf } from './keys.ts'
import type { Clause } from './query.ts'

/** Whether a resource fulfils a condition of a search. */
export function holds(resource: Resource, clause: Clause): boolean {
  const { parameter, modifier, values, dates, alternatives } = clause
  if (modifier === 'missing' || parameter.type === 'reference')
    return alternatives.some((request) => matchesSearchRequest(resource, request))
  if (parameter.type === 'date') {
    const found = extentsIn(resource, parameter)
    return dates.some((date) => passes(date, found))
  }
  const found = tokensIn(resource, parameter)
  return values.some((wanted) => found.some((token) => isToken(token, wanted))) !== (modifier === 'not')
}

type Token = { system?: string | undefined; value: string }

/** `system|code`, `code`, `|code` or `system|`. A system is an address, so its case counts; that of codes does not. */
function isToken({ system, value }: Token, wanted: string): boolean {
  const bar = wanted.indexOf('|')
  const code = wanted.slice(bar + 1).toLowerCase()
  const isSystem = bar < 0 || (system ?? '') === wanted.slice(0, bar)
  return isSystem && ((code === '' && bar > 0) || value.toLowerCase() === code)
}

function tokensIn(resource: Resource, parameter: KnownParameter): Token[] {
  if (parameter.code === 'identifier') return identifiersOf(resource as unknown as Record<string, unknown>)
  return valuesIn(resource, parameter).flatMap(tokensOf)
}

/** Looked at by form: the structure of resources, which names their types, the service never loads. */
function tokensOf(value: unknown): Token[] {
  if (typeof value !== 'object' || value === null) return [{ value: String(value) }]
  const { coding, text, system, code, display } = value as Partial<Record<string, unknown>>
  const words = [text, display].flatMap((word) => (typeof word === 'string' ? [{ value: word }] : []))
  const own = typeof code === 'string' ? [{ system: system as string | undefined, value: code }] : []
  return [...own, ...words, ...(Array.isArray(coding) ? coding.flatMap(tokensOf) : [])]
}

const extentsIn = (resource: Resource, parameter: KnownParameter) =>
  valuesIn(resource, parameter).flatMap((value) => extentIn(value) ?? [])

const typedValuesIn = (resource: Resource, { expression }: KnownParameter) =>
  evalFhirPathTyped(expression, [toTypedValue(resource)])

const valuesIn = (resource: Resource, parameter: KnownParameter): unknown[] =>
  typedValuesIn(resource, parameter).map(({ value }) => value as unknown)

/** What a resource is sorted by; undefined where it has no such value, which comes last. */
export function sortKey(resource: Resource, parameter: KnownParameter): string | number | undefined {
  if (parameter.type === 'date') return extentsIn(resource, parameter)[0]?.low
  if (parameter.type === 'reference')
    return convertToSearchableReferences(typedValuesIn(resource, parameter))[0]
  return tokensIn(resource, parameter)[0]?.value
}
