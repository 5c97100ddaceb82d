import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build, type InlineConfig, type Plugin, type Rolldown } from 'vite'
import { withoutUnsaid } from './build-words.ts'
import type { Pinned } from './embed/pinned.ts'

export type Output = Rolldown.RolldownOutput['output']

/** What a host's card says, by language: asked for beside its code, so that neither waits for the other. */
const WORDS = (language: string) => `i18n/staff.${language}.ts`
/** Stands for the version while the hash that is part of it is not known. */
const VERSION = '__PORTICO_VERSION__'

export type EmbedBuild = {
  /** What `embed.js` may ask for; its own text stands for no version yet. */
  output: Output
  /** The text of `embed.js`. */
  script: (version: string) => string
  loads: { first: string[]; all: string[] }
}

/**
 * Builds what hosts show: the card in files of its own, without what only our own pages need, and `embed.js`, one file
 * without imports which knows the SHA-256 of every other.
 */
export async function buildEmbed(sources: string, outDir: string, plugins: Plugin[]): Promise<EmbedBuild> {
  const card = await bundle(
    sources,
    [cardWords(sources), ...plugins, lightTokens, guardedImports, readAtOnce],
    {
      outDir,
      emptyOutDir: false,
      rolldownOptions: {
        input: { access: join(sources, 'embed/access.ts') },
        // It is imported for its export.
        preserveEntrySignatures: 'allow-extension',
        output: {
          // The folder is named by what is in it: no file has to be.
          entryFileNames: 'embed-[name].js',
          chunkFileNames: 'embed-[name].js',
          codeSplitting: { groups: GROUPS },
        },
      },
    },
  )
  const chunks = card.filter((file) => file.type === 'chunk')
  const fileOf = (path: string) => {
    const found = chunks.find(({ moduleIds }) => moduleIds.includes(join(sources, path)))
    if (!found) throw new Error(`The build made no file of ${path}`)
    return found.fileName
  }
  const entry = fileOf('embed/access.ts')
  const files = pinnedFiles(chunks, entry)
  const ahead = { en: [fileOf(WORDS('en'))], es: [fileOf(WORDS('es'))] }
  const embed = await bundle(sources, [...plugins, pinnedChunks({ entry, ahead, files }), readAtOnce], {
    write: false,
    rolldownOptions: { input: join(sources, 'embed/embed.ts'), output: { entryFileNames: 'embed.js' } },
  })
  const [{ code }] = embed
  if (embed.length > 1 || embed[0].imports.length > 0) throw new Error('embed.js has to be one file')
  const first = reach(chunks, [entry, fileOf(WORDS('en'))], ({ imports }) => imports)
  return {
    output: [...card, ...embed] as Output,
    script: (version) => code.replaceAll(VERSION, version),
    loads: { first: ['embed.js', ...first], all: ['embed.js', ...Object.keys(files)] },
  }
}

/** What is asked for together is one file, with what it imports; each one more is a hash in `embed.js`. */
const GROUPS = [
  { name: 'card', test: /embed.access\.ts$|rolldown.runtime/, priority: 3 },
  {
    name: 'editor',
    test: /access.card-editor\.ts$|ui.(field|form)\b|decorators|helpers.esm/,
    priority: 2,
  },
  { name: 'question', test: /access.(invite|not-now|cancel-invite|question-over)\.ts$/, priority: 1 },
  { name: 'why-none', test: /embed.why-none|i18n.embed/ },
  { name: 'to-dos', test: /desk.to-dos\.ts$|i18n.todo\b/ },
]

async function bundle(
  root: string,
  plugins: Plugin[],
  options: NonNullable<InlineConfig['build']>,
): Promise<Output> {
  const result = await build({
    root,
    configFile: false,
    publicDir: false,
    base: './',
    logLevel: 'warn',
    plugins,
    resolve: { conditions: ['module', 'browser', 'production'] },
    build: { target: 'es2022', modulePreload: false, ...options },
  })
  if (Array.isArray(result) || !('output' in result)) throw new Error('One build was asked for')
  return result.output
}

/** What the minifier writes beside `color-scheme` for the sake of `light-dark()`, which is used nowhere. */
const FOR_LIGHT_DARK = '--lightningcss-light:initial;--lightningcss-dark: ;'

const DARK = /\n\[data-theme="dark"\][^{]*(\{.*?\n\})/s

/** What only pages of our own are drawn with. */
const PAGE_TOKENS = /--_(?:text-hero|text-code|space-8):[^;]*;|\[data-audience[^}]*\}/g

/**
 * In a host's page the system's wish for dark does not count, only what the host says, and then `theme/` is fetched:
 * one half of the dark tokens goes, the other goes there. Paper and forced colours have the last word as before.
 */
const lightTokens: Plugin = {
  name: 'portico:light-tokens',
  enforce: 'pre',
  transform: {
    filter: { id: /ui\/tokens\.css/ },
    handler: (code) =>
      code
        .replace(/@media \(prefers-color-scheme: dark\) \{.*?\n\}\n/s, '')
        .replace(DARK, '')
        .replace(PAGE_TOKENS, ''),
  },
  load: {
    filter: { id: /theme\/dark-tokens\.ts$/ },
    async handler(id) {
      const sheet = await readFile(join(dirname(id), '../ui/tokens.css'), 'utf8')
      const rule = `[data-theme="dark"]${DARK.exec(sheet)?.[1]}`.replace(/\s*\n\s*/g, '')
      return `export const darkTokens = ${JSON.stringify(`@media screen and (forced-colors:none){${rule}}`)}`
    },
  },
  generateBundle: (_, files) => {
    for (const file of Object.values(files))
      if (file.type === 'chunk') file.code = file.code.replaceAll(FOR_LIGHT_DARK, '')
  },
}

/** The words of a language that a card asks for together are one module; it says none of those only our pages say. */
const cardWords = (sources: string): Plugin => ({
  name: 'portico:card-words',
  enforce: 'pre',
  transform: {
    filter: { id: /i18n\/(load|(common|staff)\.\w\w)\.ts$/ },
    handler: (code, id) => {
      if (id.endsWith('load.ts')) return code.replace(/(import\('\.\/)common/g, '$1staff')
      const language = /(\w\w)\.ts$/.exec(id)?.[1]
      const said = withoutUnsaid(sources, code)
      return id.includes('staff.') ? `${said}export { common } from './common.${language}.ts'\n` : said
    },
  },
})

/**
 * Vite wraps every `import()` to preload what comes along. Here the wrapper asks `embed/pinned.ts`, which brought this
 * folder's code into the host's page, whether the file is what was built.
 */
const guardedImports: Plugin = {
  name: 'portico:guarded-imports',
  enforce: 'pre',
  load: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => `
      const check = globalThis[Symbol.for('portico ' + new URL('.', import.meta.url).href)]
      export const __vitePreload = (load, file) => (typeof file === 'string' ? check(file).then(load) : load())`,
  },
  generateBundle: {
    order: 'post',
    handler: (_, files) => {
      for (const file of Object.values(files)) if (file.type === 'chunk') file.code = guarded(file)
    },
  },
}

/**
 * Browsers read a function twice: to see where it ends, and again, on the page's own thread, when it is called. Where
 * nearly all are called for the first view, they are asked to make them ready at once, beside the page.
 *
 * @see https://v8.dev/blog/explicit-compile-hints
 */
const readAtOnce: Plugin = {
  name: 'portico:read-at-once',
  generateBundle: {
    order: 'post',
    handler: (_, files) => {
      for (const file of Object.values(files))
        if (file.type === 'chunk' && FIRST.test(file.fileName))
          file.code = `//# allFunctionsCalledOnLoad\n${file.code}`
    },
  },
}
const FIRST = /^embed(-access)?\.js$/

const WRAPPED =
  /import\(([`"'])\.\/([^`"']+)\1\)((?:(?!import\().)*?),(?:\[\]|void 0|__VITE_PRELOAD__)(?:,\s*import\.meta\.url)?\)/gs

/** @throws Error for an import that would go out unasked. */
function guarded({ code, fileName }: Rolldown.OutputChunk): string {
  let count = 0
  const text = code.replace(WRAPPED, (_, _quote, file: string, rest: string) => {
    count += 1
    return `import(\`./${file}\`)${rest},\`${file}\`)`
  })
  if (text.split(/\bimport\(/).length - 1 !== count) throw new Error(`${fileName} imports without asking`)
  return text
}

/** Puts the table in the place of `embed/chunks.ts`. */
const pinnedChunks = (table: Omit<Pinned, 'version'>): Plugin => ({
  name: 'portico:pinned-chunks',
  load: {
    filter: { id: /embed\/chunks\.ts$/ },
    handler: () => `
      import { createPinned } from './pinned.ts'
      const pinned = createPinned(${JSON.stringify({ version: VERSION, ...table })})
      export const loadAccess = pinned.load
      export const loadAhead = pinned.ahead`,
  },
})

/** Every file that can be reached from `entry`, with its hash and, by place in the list, all that it imports. */
function pinnedFiles(chunks: readonly Rolldown.OutputChunk[], entry: string): Pinned['files'] {
  const names = reach(chunks, [entry], ({ imports, dynamicImports }) => [...imports, ...dynamicImports])
  return Object.fromEntries(
    names.map((name) => {
      const imports = reach(chunks, [name], (chunk) => chunk.imports).filter((one) => one !== name)
      const code = chunks.find(({ fileName }) => fileName === name)?.code ?? ''
      const sha256 = createHash('sha256').update(code).digest('base64')
      return [name, [sha256, ...imports.map((one) => names.indexOf(one))]]
    }),
  )
}

/** The files of a build that can be reached from some of them, these too. */
export function reach(
  chunks: readonly Rolldown.OutputChunk[],
  from: readonly string[],
  next: (chunk: Rolldown.OutputChunk) => string[],
): string[] {
  const seen = new Set(from)
  for (const name of seen) {
    const chunk = chunks.find(({ fileName }) => fileName === name)
    for (const imported of chunk ? next(chunk) : []) seen.add(imported)
  }
  return [...seen].sort()
}

/** Eight hex digits that say what is in a version, whatever its files are called. */
export function hashOf(contents: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(createHash('sha256').update(content).digest())
  return hash.digest('hex').slice(0, 8)
}

/** As a host writes it into its page. */
export const integrityOf = (content: string): string =>
  `sha384-${createHash('sha384').update(content).digest('base64')}`
