import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Default, readDefaults } from './defaults.ts'

/** One thing that a host may use; `type` and `fallback` as the JSDoc of the element writes them. */
export type Entry = { name: string; description: string; type: string; fallback: string }
type CssProperty = Entry & { values: Default }

/** Everything that a host can count on, as the JSDoc of the public element says it. */
export type Contract = {
  tag: string
  name: string
  description: string
  attributes: Entry[]
  properties: Entry[]
  methods: Entry[]
  events: Entry[]
  parts: Entry[]
  cssProperties: CssProperty[]
}

/** The part of a custom elements manifest that is used here. @see https://custom-elements-manifest.open-wc.org */
type Item = {
  name?: string
  description?: string
  default?: string
  type?: { text: string }
  kind?: string
  privacy?: string
  return?: { type: { text: string } }
}
type Declaration = {
  name?: string
  tagName?: string
  description?: string
  attributes?: Item[]
  members?: Item[]
  events?: Item[]
  cssParts?: Item[]
  cssProperties?: Item[]
}
export type Manifest = {
  schemaVersion: string
  modules: { path: string; declarations: Declaration[]; exports: unknown[] }[]
}

/** What its own types leave out. */
type Analyzer = {
  create: (of: { modules: object[] }) => object
  ts: {
    createSourceFile: (path: string, text: string, target: number, withParents: boolean) => object
    ScriptTarget: { ES2022: number }
  }
}

/** What hosts load; the manifest names this and not the source. */
const SHIPPED_AS = 'embed.js'
const PUBLIC_ELEMENT = new URL('../embed/embed.ts', import.meta.url)
const TOKENS = new URL('../ui/tokens.css', import.meta.url)

/** Reads the public element's contract out of its source. */
export async function readContract(): Promise<{ manifest: Manifest; contract: Contract }> {
  const [manifest, css] = await Promise.all([analyze(), readFile(TOKENS, 'utf8')])
  const declaration = manifest.modules[0]?.declarations.find(({ tagName }) => tagName !== undefined)
  if (!declaration) throw new Error('No public element was found')
  const defaults = readDefaults(css)
  declaration.members = declaration.members?.filter(isPublic) ?? []
  for (const item of declaration.cssProperties ?? []) {
    const light = defaults.get(item.name ?? '')?.light
    if (light !== undefined) item.default = light
  }
  return { manifest, contract: toContract(declaration, defaults) }
}

/** The analyzer brings a TypeScript of its own and is loaded only when somebody builds. */
async function analyze(): Promise<Manifest> {
  const { create, ts } = (await import('@custom-elements-manifest/analyzer')) as unknown as Analyzer
  const path = fileURLToPath(PUBLIC_ELEMENT)
  const source = ts.createSourceFile(path, await readFile(path, 'utf8'), ts.ScriptTarget.ES2022, true)
  const text = JSON.stringify(create({ modules: [source] }))
  return JSON.parse(text.replaceAll(JSON.stringify(path), JSON.stringify(SHIPPED_AS))) as Manifest
}

/** What a host may use has a sentence that says what it does. */
const isPublic = ({ name = '', privacy = 'public', description = '' }: Item) =>
  !name.startsWith('#') && privacy === 'public' && description !== ''

function toContract(from: Declaration, defaults: Map<string, Default>): Contract {
  const members = from.members ?? []
  return {
    tag: from.tagName ?? '',
    name: from.name ?? '',
    description: from.description ?? '',
    attributes: toEntries(from.attributes),
    properties: toEntries(members.filter(({ kind }) => kind === 'field')),
    methods: toEntries(members.filter(({ kind }) => kind === 'method')),
    events: toEntries(from.events),
    parts: toEntries(from.cssParts),
    cssProperties: toEntries(from.cssProperties).map((entry) => ({
      ...entry,
      values: defaults.get(entry.name) ?? { light: '', dark: '' },
    })),
  }
}

const toEntries = (items: Item[] = []): Entry[] =>
  items.map(({ name = '', description = '', type, default: fallback = '', return: answer }) => ({
    name,
    description: description.replace(/\s+/g, ' '),
    type: type?.text ?? answer?.type.text ?? '',
    fallback: fallback.replace(/^'(.*)'$/, '$1'),
  }))
