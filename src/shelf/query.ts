import { parseSearchRequest, splitSearchOnComma, type SearchRequest } from '@medplum/core'
import type { SearchParams } from '../fhir/client.ts'
import { findSearchParameter, type KnownParameter } from '../fhir/search-parameters.ts'
import type { HomeType } from '../fhir/homes.ts'
import { Problem } from '../problem.ts'
import { type DateTest, readDateTest } from './extents.ts'
import { type KeyName, NARROWED_BY } from './keys.ts'

/** One condition; a resource holds it when one of the alternatives matches. */
export type Clause = {
  parameter: KnownParameter
  modifier: '' | 'not' | 'missing'
  values: readonly string[]
  /** Of a date: one of them must pass. */
  dates: readonly DateTest[]
  alternatives: readonly SearchRequest[]
}

/** What SQL can look up: one of these values; identifiers as they were asked for. */
type Narrowing = { name: KeyName; values: readonly string[] }

export type ShelfQuery = {
  type: HomeType
  ids: readonly string[] | undefined
  narrowings: readonly Narrowing[]
  clauses: readonly Clause[]
  sort: readonly { parameter: KnownParameter; descending: boolean }[]
  count: number
  offset: number
}

const DEFAULT_COUNT = 20
const MOST_COUNT = 200
/** Whoever turns pages beyond this has the wrong search. */
const MOST_OFFSET = 10_000

const MODIFIERS: Readonly<Record<KnownParameter['type'], readonly string[]>> = {
  token: ['', 'not', 'missing'],
  reference: ['', 'missing'],
  date: ['', 'missing'],
}

/**
 * Reads a search as a strict FHIR server does.
 * @throws Problem `ehr-rejected` for a parameter, modifier or value that means nothing here: left out, it would find
 * what nobody asked for
 * @see FHIR R4 search, "handling=strict"
 */
export function readQuery(type: HomeType, params: SearchParams, base: string): ShelfQuery {
  const pairs = Object.entries(params).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value] as const),
  )
  const control = (name: string) => pairs.findLast(([one]) => one === name)?.[1]
  const clauses = pairs
    .filter(([name]) => !CONTROLS.has(name))
    .map(([name, value]) => readClause(type, name, value, base))
  const ids = clauses.find(({ parameter, modifier }) => parameter.code === '_id' && modifier === '')?.values
  return {
    type,
    ids,
    narrowings: clauses.flatMap((clause) => narrowingOf(type, clause) ?? []),
    clauses,
    sort: readSort(type, control('_sort')),
    count: Math.min(readNumber(control('_count'), DEFAULT_COUNT), MOST_COUNT),
    offset: readNumber(control('_offset'), 0, MOST_OFFSET),
  }
}

const CONTROLS = new Set(['_count', '_offset', '_sort'])

function readClause(type: HomeType, name: string, value: string, base: string): Clause {
  const [code = '', modifier = '', ...more] = name.split(':')
  const parameter = findSearchParameter(type, code)
  if (!parameter || more.length > 0 || !MODIFIERS[parameter.type].includes(modifier) || value === '')
    throw new Problem('ehr-rejected')
  if (modifier === 'missing' && value !== 'true' && value !== 'false') throw new Problem('ehr-rejected')
  const values = splitSearchOnComma(value).map((one) => withoutBase(one, base))
  // A negation is about all of its values at once.
  const asked = modifier === '' ? toAsked(parameter, values) : [value]
  return {
    parameter,
    modifier: modifier as Clause['modifier'],
    values,
    dates: parameter.type === 'date' && modifier === '' ? values.map(toDate) : [],
    alternatives: asked.map((one) => toRequest(type, name, one)),
  }
}

function toDate(value: string): DateTest {
  const test = readDateTest(value)
  if (!test) throw new Problem('ehr-rejected')
  return test
}

/** The matcher compares a bare id only where a reference can lead to one type. */
function toAsked({ type, target = [] }: KnownParameter, values: readonly string[]): readonly string[] {
  if (type !== 'reference' || target.length < 2) return values
  return values.flatMap((value) => (value.includes('/') ? [value] : target.map((one) => `${one}/${value}`)))
}

function toRequest(type: HomeType, name: string, value: string): SearchRequest {
  try {
    return parseSearchRequest(type, { [name]: value })
  } catch (error) {
    throw new Problem('ehr-rejected', undefined, { cause: error })
  }
}

const withoutBase = (value: string, base: string) =>
  value.startsWith(`${base}/`) ? value.slice(base.length + 1) : value

function narrowingOf(type: HomeType, { parameter, modifier, values }: Clause): Narrowing | undefined {
  const name = NARROWED_BY[type][parameter.code]
  if (!name || modifier !== '') return undefined
  if (name === 'identifier') return values.some((value) => value.endsWith('|')) ? undefined : { name, values }
  if (name === 'status')
    return values.some((value) => value.includes('|'))
      ? undefined
      : { name, values: values.map((value) => value.toLowerCase()) }
  // `subject` and `actor` may be somebody else; `patient` cannot.
  const isPlain = parameter.code === 'patient' || name !== 'patient'
  if (!isPlain && !values.every((value) => value.startsWith('Patient/'))) return undefined
  return { name, values: values.map((value) => value.slice(value.lastIndexOf('/') + 1)) }
}

function readSort(type: HomeType, text: string | undefined): ShelfQuery['sort'] {
  if (text === undefined) return []
  return text.split(',').map((rule) => {
    const parameter = findSearchParameter(type, rule.replace(/^-/, ''))
    if (!parameter) throw new Problem('ehr-rejected')
    return { parameter, descending: rule.startsWith('-') }
  })
}

function readNumber(text: string | undefined, otherwise: number, most = Number.MAX_SAFE_INTEGER): number {
  if (text === undefined) return otherwise
  if (!/^\d{1,9}$/.test(text) || Number(text) > most) throw new Problem('ehr-rejected')
  return Number(text)
}
