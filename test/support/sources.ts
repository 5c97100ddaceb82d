import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { parseSync } from 'vite'

/** One `import`, `export … from` or `import()`. `file` is set when it names a file of ours, from the repository root. */
type Import = { specifier: string; file?: string; typeOnly: boolean; dynamic: boolean }

type NamedFunction = { name: string; lines: number }

/** What the laws of the source look at in one TypeScript file; found by a parser, so comments never count. */
export type Source = {
  path: string
  text: string
  lines: number
  imports: Import[]
  functions: NamedFunction[]
  usesAny: boolean
  readsEnvironment: boolean
  readsClock: boolean
}

export const repository = resolve(import.meta.dirname, '..', '..')

const NOT_OURS = new Set(['node_modules', '.git', 'dist', 'data', 'coverage', 'test-results'])

/** Every file of the repository, relative to its root, in a stable order. */
export function listFiles(folder = ''): string[] {
  const entries = readdirSync(join(repository, folder), { withFileTypes: true })
  return entries
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      return entry.isDirectory() ? listFiles(path) : [path]
    })
    .toSorted()
}

export const readText = (path: string) => readFileSync(join(repository, path), 'utf8')

type Node = { type: string; start: number; end: number } & Record<string, unknown>

export function readSource(path: string): Source {
  const text = readText(path)
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  const source: Source = {
    path,
    text,
    lines: text.trimEnd().split('\n').length,
    imports: [],
    functions: [],
    usesAny: false,
    readsEnvironment: false,
    readsClock: false,
  }
  visit(program as unknown as Node, '', (node, name) => look(source, node, name))
  return source
}

/** Walks the tree; `name` is what the nearest declaration, property or method around a function calls it. */
function visit(node: Node, name: string, see: (node: Node, name: string) => void): void {
  see(node, name)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) visit(child, nameOf(node), see)
    }
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

function nameOf(node: Node): string {
  const named = node['id'] ?? node['key']
  return isNode(named) && typeof named['name'] === 'string' ? named['name'] : ''
}

function look(source: Source, node: Node, name: string): void {
  if (node.type === 'TSAnyKeyword') source.usesAny = true
  const code = source.text.slice(node.start, node.end)
  if (node.type === 'MemberExpression' && code === 'process.env') source.readsEnvironment = true
  if (node.type === 'MemberExpression' && code === 'Date.now') source.readsClock = true
  if (node.type === 'NewExpression' && /^new Date(\(\))?$/.test(code)) source.readsClock = true
  const own = nameOf(node) || name
  if (/Function(Declaration|Expression)$/.test(node.type) && own !== '')
    source.functions.push({ name: own, lines: code.split('\n').length })
  const found = importOf(source.path, node)
  if (found !== undefined) source.imports.push(found)
}

function importOf(path: string, node: Node): Import | undefined {
  const from = node['source']
  if (!isNode(from) || typeof from['value'] !== 'string') return undefined
  const specifier = from['value']
  const kind = node['importKind'] ?? node['exportKind']
  const relative = specifier.startsWith('.')
    ? posix.join(dirname(path), specifier.replace(/\?.*$/, ''))
    : undefined
  return {
    specifier,
    ...(relative === undefined ? {} : { file: relative }),
    typeOnly: kind === 'type' || node.type === 'TSImportType',
    dynamic: node.type === 'ImportExpression',
  }
}
