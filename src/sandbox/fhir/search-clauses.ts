import { OperationOutcomeError, badRequest, parseSearchRequest, splitSearchOnComma } from '@medplum/core'
import type { Filter, SearchRequest } from '@medplum/core'
import { findSearchParameter } from './definitions.ts'
import { NEGATIONS } from './search-kinds.ts'
import type { Column } from './search-index.ts'
import type { Stored } from './store.ts'

/** One condition of a search: which ids can fulfil it at all (null: any), and whether one does. */
export type Clause = { candidates: Iterable<string>[] | null; holds(id: string): boolean }

/** What conditions need of the search they are part of; chained ones search again. */
export type Searching = {
  /** Absolute address of the server, which may stand before a reference. */
  base: string
  columnOf(type: string, code: string): Column | null
  find(request: SearchRequest): Stored[]
}

/**
 * Turns one filter into a condition.
 * @throws OperationOutcomeError 400 for a modifier or a chain that leads nowhere.
 */
export const clauseOf = (searching: Searching, type: string, filter: Filter): Clause => {
  if (filter.code.startsWith('_has:')) return reverseClause(searching, type, filter)
  if (filter.code.includes('.')) return chainedClause(searching, type, filter)
  const column = searching.columnOf(type, filter.code)
  if (!column?.kind.operators.has(filter.operator)) throw unknownModifier(filter)
  if (filter.operator === 'missing') {
    return {
      candidates: null,
      holds: (id) => (cellOf(column, id).length === 0) === (filter.value === 'true'),
    }
  }
  const wanted = splitSearchOnComma(filter.value).map((value) => withoutBase(value, searching.base))
  return plainClause(column, filter.operator, wanted)
}

/** True for ids whose cell holds one of the wanted values; looked up where the kind of parameter allows. */
export const plainClause = (column: Column, operator: Filter['operator'], wanted: string[]): Clause => {
  const { kind } = column
  const tests = wanted.map((one) => kind.test(one, operator))
  const some = (id: string) => cellOf(column, id).some((value) => tests.some((test) => test(value)))
  if (NEGATIONS.has(operator)) return { candidates: null, holds: (id) => !some(id) }
  const keys = wanted.map((one) => kind.lookUp(one, operator))
  if (keys.includes(null)) return { candidates: null, holds: some }
  const found = new Set(keys.flatMap((key) => key ?? []))
  return { candidates: [...found].map((key) => column.idsByKey.get(key) ?? []), holds: some }
}

/** `patient.name=lu` or `subject:Patient.identifier=…`: search there first, then follow the references back. */
const chainedClause = (searching: Searching, type: string, { code, value }: Filter): Clause => {
  const [link, rest] = splitOnce(code, '.')
  const [reference, named] = splitOnce(link, ':')
  const parameter = findSearchParameter(type, reference)
  const target = named || (parameter?.target?.length === 1 ? parameter.target[0] : undefined)
  const column = searching.columnOf(type, reference)
  if (!target || parameter?.type !== 'reference' || !column) {
    throw new OperationOutcomeError(badRequest(`Say where ${type}?${code} leads to`, code))
  }
  const found = searching.find(parseSearchRequest(target, { [rest]: value }))
  const references = found.map(({ id }) => `${target}/${id}`)
  return plainClause(column, 'eq', references)
}

/** `_has:Appointment:patient:status=booked`: search there, then keep what those point at. */
const reverseClause = (searching: Searching, type: string, { code, value }: Filter): Clause => {
  const [, source = '', reference = '', ...rest] = code.split(':')
  const column = searching.columnOf(source, reference)
  if (!column || rest.length === 0) {
    throw new OperationOutcomeError(badRequest(`${code} does not name a reference to ${type}`, code))
  }
  const found = searching.find(parseSearchRequest(source, { [rest.join(':')]: value }))
  const ids = new Set(
    found
      .flatMap(({ id }) => cellOf(column, id))
      .filter(({ text }) => text.startsWith(`${type}/`))
      .map(({ text }) => text.slice(type.length + 1)),
  )
  return { candidates: [ids], holds: (id) => ids.has(id) }
}

const cellOf = (column: Column, id: string) => column.cells.get(id) ?? []

const withoutBase = (value: string, base: string) =>
  value.startsWith(`${base}/`) ? value.slice(base.length + 1) : value

const splitOnce = (text: string, separator: string): [string, string] => {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

const unknownModifier = ({ code, operator }: Filter) =>
  new OperationOutcomeError(badRequest(`Search parameter ${code} does not take :${operator}`, code))
