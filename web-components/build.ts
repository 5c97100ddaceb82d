import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, type Plugin, type Rolldown } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = fileURLToPath(new URL('.', import.meta.url))

/** The pages of the service, each one module script, and the style sheet of all. */
const ENTRIES: Record<string, string> = {
  portal: 'shell/portal.ts',
  staff: 'shell/staff.ts',
  slip: 'shell/slip.ts',
  frame: 'shell/frame.ts',
  page: 'ui/page.css',
}

/** What every page loads, or all but one: one file. Directives of Lit go to the pages that use them. */
const SHARED =
  /node_modules(?!.*directive)|oxc|vite.preload|web-components.(client|i18n.(words|load|languages|dates|refusals)|ui.(base|button|card|frame|notice|connection|icons|practice-parts|sheets))\b/

/** What a first visit in English loads beside the entry's own imports. */
const FIRST_VISIT: Record<string, string[]> = {
  portal: ['i18n/common.en.ts', 'i18n/patient.en.ts', 'accounts/sign-in.ts'],
  staff: ['i18n/common.en.ts', 'i18n/staff.en.ts'],
  slip: ['i18n/common.en.ts', 'i18n/slip.en.ts'],
}

/**
 * `dist/components/manifest.json`: which file is which entry, and what each loads: `first` on a first visit in
 * English, `all` with every route and language.
 */
export type Manifest = {
  version: string
  entries: Record<string, string>
  loads: Record<string, { first: string[]; all: string[] }>
}

/**
 * Builds what browsers get into `dist/components/<version>/`, each file beside its .br and .gz. Works in a
 * folder of its own and swaps it in whole, so that a running service never serves half a build.
 */
export async function buildComponents(out = join(root, 'dist', 'components')): Promise<Manifest> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  const working = `${out}.${process.pid}`
  await rm(working, { recursive: true, force: true })
  const folder = join(working, version)
  const output = await bundle(folder)
  await Promise.all((await readdir(folder)).map((name) => compress(join(folder, name))))
  const manifest = toManifest(version, output)
  await writeFile(join(working, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await swap(working, out)
  return manifest
}

async function bundle(outDir: string): Promise<Rolldown.RolldownOutput['output']> {
  const result = await build({
    root: sources,
    configFile: false,
    publicDir: false,
    base: './',
    logLevel: 'warn',
    // Vite would go by NODE_ENV, and what a test run builds is what browsers get afterwards.
    plugins: [plainImports, tightTemplates],
    resolve: { conditions: ['module', 'browser', 'production'] },
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: true,
      modulePreload: false,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(sources, path)])),
        output: {
          entryFileNames: '[name].[hash].js',
          chunkFileNames: '[name].[hash].js',
          assetFileNames: '[name].[hash][extname]',
          // A file of a few hundred bytes costs a request and compresses badly by itself.
          codeSplitting: { groups: [{ name: 'shared', test: SHARED }] },
        },
      },
    },
  })
  if (Array.isArray(result) || !('output' in result)) throw new Error('One build was asked for')
  return result.output
}

/** Vite wraps every `import()` to preload what comes along. Nothing does here, and every page would carry the wrapper. */
const plainImports: Plugin = {
  name: 'portico:plain-imports',
  enforce: 'pre',
  load: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => 'export const __vitePreload = (load) => load()',
  },
}

/**
 * Templates are indented for us, not for the browser; once minified, code breaks lines nowhere else but in a text that
 * is a line break itself.
 */
const tightTemplates: Plugin = {
  name: 'portico:tight-templates',
  generateBundle: (_, files) => {
    for (const file of Object.values(files))
      if (file.type === 'chunk') file.code = file.code.replace(/(?<!`)\s*\n\s*|\s*\n\s*(?!`)/g, ' ')
  },
}

function toManifest(version: string, output: Rolldown.RolldownOutput['output']): Manifest {
  const chunks = output.filter((file) => file.type === 'chunk')
  const entries: Record<string, string> = {}
  const loads: Manifest['loads'] = {}
  for (const chunk of chunks.filter(({ isEntry }) => isEntry)) {
    entries[chunk.name] = chunk.fileName
    const first = (FIRST_VISIT[chunk.name] ?? []).map((path) => join(sources, path))
    const onFirstVisit = chunks.filter(
      ({ facadeModuleId }) => facadeModuleId && first.includes(facadeModuleId),
    )
    loads[chunk.name] = {
      first: reach(chunks, [chunk, ...onFirstVisit], ({ imports }) => imports),
      all: reach(chunks, [chunk], ({ imports, dynamicImports }) => [...imports, ...dynamicImports]),
    }
  }
  const sheet = output.find(({ fileName }) => /^page\..*\.css$/.test(fileName))
  if (!sheet) throw new Error('The build made no page style sheet')
  return { version, entries: { ...entries, page: sheet.fileName }, loads }
}

function reach(
  chunks: Rolldown.OutputChunk[],
  from: Rolldown.OutputChunk[],
  next: (chunk: Rolldown.OutputChunk) => string[],
): string[] {
  const seen = new Set(from.map(({ fileName }) => fileName))
  for (const name of seen) {
    const chunk = chunks.find(({ fileName }) => fileName === name)
    for (const imported of chunk ? next(chunk) : []) seen.add(imported)
  }
  return [...seen].sort()
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path)
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }))
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
}

async function swap(working: string, out: string): Promise<void> {
  const old = `${working}.old`
  await mkdir(out, { recursive: true })
  await rename(out, old)
  await rename(working, out)
  await rm(old, { recursive: true, force: true })
}

if (process.argv[1] !== undefined && basename(process.argv[1]) === 'build.ts') {
  const { version, entries } = await buildComponents()
  console.log(`Components ${version}: ${Object.values(entries).join(', ')}`)
}
