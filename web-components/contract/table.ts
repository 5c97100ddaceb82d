import type { Contract, Entry } from './contract.ts'

const BEGIN = '<!-- contract: made by `npm run contract` from the JSDoc of the element -->'
const END = '<!-- /contract -->'

/** A README with the contract's tables between its two marks, renewed. */
export function withTables(readme: string, contract: Contract): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`The README has no place for the contract: ${BEGIN} … ${END}`)
  return `${readme.slice(0, begin + BEGIN.length)}\n${tablesFor(contract)}\n${readme.slice(end)}`
}

function tablesFor(contract: Contract): string {
  const { attributes, properties, methods, events, parts, cssProperties } = contract
  return [
    table(
      'Attribute',
      ['Values', 'Unless set', 'What it does'],
      attributes,
      ({ type, fallback, description }) => [
        type === 'string' ? 'text' : options(type),
        code(fallback),
        description,
      ],
    ),
    table(
      'Property or method',
      ['Type', 'What it does'],
      [...properties, ...methods.map(asCall)],
      (entry) => [code(entry.type), entry.description],
    ),
    table('Event', ['`detail`', 'When'], events, ({ type, description }) => [
      code(type.replace(/^CustomEvent<(.*)>$/, '$1')) || 'none',
      description,
    ]),
    table('Part', ['What it is'], parts, ({ description }) => [description]),
    table('CSS property', ['Light', 'Dark, where it differs', 'What it is'], cssProperties, (entry) => [
      code(shortened(entry.values.light)),
      code(entry.values.dark),
      entry.description,
    ]),
  ].join('\n\n')
}

function table<Row extends Entry>(
  first: string,
  rest: string[],
  rows: readonly Row[],
  cells: (row: Row) => string[],
): string {
  const line = (all: string[]) => `| ${all.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    line([first, ...rest]),
    line([first, ...rest].map(() => '---')),
    ...rows.map((row) => line([code(row.name), ...cells(row)])),
  ].join('\n')
}

const asCall = (method: Entry): Entry => ({ ...method, name: `${method.name}()` })
const code = (text: string) => (text === '' ? '' : `\`${text}\``)
const options = (type: string) =>
  type
    .split(' | ')
    .map((option) => code(option.replaceAll("'", '')))
    .join(', ')
/** A list of fonts is longer than a table is wide. */
const shortened = (value: string) =>
  value.length > 60 ? `${value.slice(0, value.indexOf(',', 20))}, …` : value
