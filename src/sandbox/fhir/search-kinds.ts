import type { SearchParameter } from '@medplum/fhirtypes'
import { fold, periodOf } from './search-values.ts'
import type { SearchValue } from './search-values.ts'

/** How one type of search parameter is compared, and under which keys its values are found without looking at all. */
export type Kind = {
  /** Keys that a value is filed under; none for what can only be compared one by one. */
  keysOf(value: SearchValue): string[]
  /** Keys that together hold every value which can match, or null when all have to be looked at. */
  lookUp(wanted: string, operator: string): string[] | null
  /** Compares values with a wanted one. It is read once here, not once for every resource. */
  test(wanted: string, operator: string): (value: SearchValue) => boolean
  /** Operators that this kind understands; others are refused. `not` and `ne` are turned round by the caller. */
  operators: ReadonlySet<string>
}

/** Comparisons that turn the answer round; `missing` is answered without comparing. */
export const NEGATIONS: ReadonlySet<string> = new Set(['ne', 'not'])

const RANGE_OPERATORS = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'sa', 'eb', 'ap', 'missing'])
const PREFIX_LENGTH = 2

const string: Kind = {
  operators: new Set(['eq', 'contains', 'exact', 'missing']),
  keysOf: (value) => [value.text.slice(0, PREFIX_LENGTH)],
  lookUp(wanted, operator) {
    const prefix = fold(wanted).slice(0, PREFIX_LENGTH)
    return operator === 'contains' || prefix.length < PREFIX_LENGTH ? null : [prefix]
  },
  test(wanted, operator) {
    const folded = fold(wanted)
    if (operator === 'exact') return (value) => value.exact === wanted
    if (operator === 'contains') return (value) => value.text.includes(folded)
    return (value) => value.text.startsWith(folded)
  },
}

const token: Kind = {
  operators: new Set(['eq', 'not', 'text', 'missing']),
  keysOf: (value) => [value.text, `${value.system ?? ''}|${value.text}`],
  lookUp: (wanted, operator) => (operator === 'text' || wanted.endsWith('|') ? null : [tokenKey(wanted)]),
  test(wanted, operator) {
    const folded = fold(wanted)
    const key = tokenKey(wanted)
    if (operator === 'text') return (value) => value.text.startsWith(folded)
    if (wanted.endsWith('|')) return (value) => `${value.system ?? ''}|` === wanted
    return (value) => token.keysOf(value).includes(key)
  },
}

/** A system is an address, so its case counts; FHIR leaves the case of codes to the server. */
const tokenKey = (wanted: string): string => {
  const bar = wanted.indexOf('|')
  return bar < 0 ? fold(wanted) : wanted.slice(0, bar + 1) + fold(wanted.slice(bar + 1))
}

const reference: Kind = {
  operators: new Set(['eq', 'missing']),
  keysOf: (value) => [value.text, value.text.slice(value.text.lastIndexOf('/') + 1)],
  lookUp: (wanted) => [wanted],
  test: (wanted) => (value) => reference.keysOf(value).includes(wanted),
}

const uri: Kind = {
  operators: new Set(['eq', 'missing']),
  keysOf: (value) => [value.text],
  lookUp: (wanted) => [wanted],
  test: (wanted) => (value) => value.text === wanted,
}

const DAY_LENGTH = 'YYYY-MM-DD'.length

const date: Kind = {
  operators: RANGE_OPERATORS,
  keysOf: ({ low = '' }) => [String(low).slice(0, DAY_LENGTH)],
  lookUp: (wanted, operator) =>
    operator === 'eq' && wanted.length >= DAY_LENGTH ? [periodOf(wanted).low.slice(0, DAY_LENGTH)] : null,
  test: (wanted, operator) => testRange(operator, periodOf(wanted)),
}

const number: Kind = {
  operators: RANGE_OPERATORS,
  keysOf: () => [],
  lookUp: () => null,
  test(wanted, operator) {
    const at = Number(wanted.split('|')[0])
    return testRange(operator, { low: at, high: at })
  },
}

type Bounds = { low: string | number; high: string | number }

/** `ne` is `eq` turned round by the caller. @see https://hl7.org/fhir/R4/search.html#prefix */
const testRange = (operator: string, wanted: Bounds): ((value: SearchValue) => boolean) => {
  const compare = RANGES[operator] ?? isInside
  return ({ low = '', high = '' }) => compare({ low, high }, wanted)
}

const isInside = (value: Bounds, wanted: Bounds) => value.low >= wanted.low && value.high <= wanted.high

const RANGES: Record<string, (value: Bounds, wanted: Bounds) => boolean> = {
  lt: (value, wanted) => value.low < wanted.low,
  gt: (value, wanted) => value.high > wanted.high,
  le: (value, wanted) => value.low < wanted.low || isInside(value, wanted),
  ge: (value, wanted) => value.high > wanted.high || isInside(value, wanted),
  sa: (value, wanted) => value.low > wanted.high,
  eb: (value, wanted) => value.high < wanted.low,
  ap: (value, wanted) => value.low <= wanted.high && value.high >= wanted.low,
}

/** The kinds by the type of the search parameter. */
export const KINDS: Partial<Record<SearchParameter['type'], Kind>> = {
  string,
  token,
  reference,
  uri,
  date,
  number,
  quantity: number,
}
