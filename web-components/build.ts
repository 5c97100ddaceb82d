import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, type Plugin } from 'vite'
import { buildEmbed, hashOf, integrityOf, type Output, reach } from './build-embed.ts'
import { writeContract } from './contract/write.ts'
import { shortIds } from './build-words.ts'

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
/** Hosts name a version in their own pages: that many earlier ones stay where they are. */
const KEPT = 2

/**
 * `dist/components/manifest.json`: which file is which entry, and what each loads: `first` on a first visit in
 * English, `all` with every route and language. `integrity` is that of `embed.js`, as a host writes it.
 */
export type Manifest = {
  version: string
  entries: Record<string, string>
  loads: Record<string, { first: string[]; all: string[] }>
  integrity: string
}

/**
 * Builds what browsers get into `dist/components/<version>/`, each file beside its .br and .gz. The version ends with
 * a hash of all that is in it, so that one address never holds two things. Works in a folder of its own and swaps it in
 * whole, so that a running service never serves half a build.
 */
export async function buildComponents(out = join(root, 'dist', 'components')): Promise<Manifest> {
  const { version: release } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string
  }
  const working = `${out}.${process.pid}`
  await rm(working, { recursive: true, force: true })
  const building = join(working, 'building')
  const output = await bundle(building)
  const embed = await buildEmbed(sources, building, [shortIds(sources), tightTemplates])
  const contract = await writeContract(building)
  const version = `${release}-${hashOf([...[...output, ...embed.output].map(contentOf), ...contract])}`
  const script = embed.script(version)
  await writeFile(join(building, 'embed.js'), script)
  await Promise.all((await readdir(building)).map((name) => compress(join(building, name))))
  await rename(building, join(working, version))
  const pages = toManifest(version, output)
  const manifest: Manifest = {
    ...pages,
    entries: { ...pages.entries, embed: 'embed.js' },
    loads: { ...pages.loads, embed: embed.loads },
    integrity: integrityOf(script),
  }
  await writeFile(join(working, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await keepEarlier(out, working)
  await swap(working, out)
  return manifest
}

const contentOf = (file: Output[number]) => (file.type === 'chunk' ? file.code : file.source)

async function bundle(outDir: string): Promise<Output> {
  const result = await build({
    root: sources,
    configFile: false,
    publicDir: false,
    base: './',
    logLevel: 'warn',
    // Vite would go by NODE_ENV, and what a test run builds is what browsers get afterwards.
    plugins: [plainImports, shortIds(sources), tightTemplates],
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

function toManifest(version: string, output: Output): Omit<Manifest, 'integrity'> {
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
      first: reach(
        chunks,
        [chunk, ...onFirstVisit].map(({ fileName }) => fileName),
        ({ imports }) => imports,
      ),
      all: reach(chunks, [chunk.fileName], ({ imports, dynamicImports }) => [...imports, ...dynamicImports]),
    }
  }
  const sheet = output.find(({ fileName }) => /^page\..*\.css$/.test(fileName))
  if (!sheet) throw new Error('The build made no page style sheet')
  return { version, entries: { ...entries, page: sheet.fileName }, loads }
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path)
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }))
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
}

/** Moves the newest earlier versions along: a host that pinned one goes on being served. */
async function keepEarlier(out: string, working: string): Promise<void> {
  const made = await readdir(working)
  const names = (await readdir(out).catch(() => [])).filter(
    (name) => /^\d/.test(name) && !made.includes(name),
  )
  const earlier = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(out, name))).mtimeMs })),
  )
  for (const { name } of earlier.toSorted((one, other) => other.at - one.at).slice(0, KEPT))
    await rename(join(out, name), join(working, name))
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
