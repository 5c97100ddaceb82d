import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listFiles, readSource, readText, repository, type Source } from './support/sources.ts'

/**
 * Who may import whom: down only. A key is a folder of `src` or a file right under it (`problem`); a file with a key
 * of its own (`audit/verify`) answers to that instead of its folder's.
 */
const KERNEL = ['problem', 'clock', 'log', 'schema', 'crypto', 'smart-launch', 'fhir-profiles']
const ADAPTERS = [...KERNEL, 'store', 'fhir', 'mail', 'audit', 'events']
const EDGE = [...ADAPTERS, 'shelf', 'config', 'http', 'practices', 'settings', 'staff']
const CAPABILITIES = [
  'desk',
  'access',
  'accounts',
  'credentials',
  'profile',
  'administration',
  'embedding',
  'cds-hooks',
  'report',
  'health',
]

const SERVICE: Record<string, readonly string[]> = {
  problem: [],
  clock: [],
  log: [],
  // What crosses the wire, in any folder: shapes without behaviour.
  schema: [],
  crypto: ['problem', 'clock'],
  'smart-launch': [],
  'fhir-profiles': [],
  store: KERNEL,
  fhir: KERNEL,
  openemr: [...KERNEL, 'fhir'],
  // What the EHR has no place for.
  shelf: [...KERNEL, 'store', 'fhir', 'audit', 'events'],
  mail: [...KERNEL, 'store', 'audit', 'events'],
  audit: [...KERNEL, 'store'],
  events: [...KERNEL, 'store'],
  http: [...ADAPTERS, 'config'],
  practices: [...ADAPTERS, 'config', 'http'],
  settings: [...ADAPTERS, 'config', 'http', 'practices'],
  staff: [...ADAPTERS, 'config', 'http', 'practices', 'settings'],
  desk: EDGE,
  access: [...EDGE, 'desk', 'openemr'],
  accounts: EDGE,
  credentials: [...EDGE, 'access', 'accounts'],
  profile: [...EDGE, 'accounts'],
  // Above the rest: a mail that did not go is printed as a letter.
  administration: [...EDGE, 'accounts', 'credentials'],
  // The card in the EMR's own pages: the same use cases by another door.
  embedding: [...EDGE, 'access', 'credentials'],
  'cds-hooks': [...EDGE, 'access', 'embedding'],
  report: [...EDGE, 'accounts'],
  // The same without the service.
  'report/doctor': [...EDGE, 'report', 'report/examine'],
  'report/examine': [...EDGE, 'report', 'wiring'],
  health: [...ADAPTERS, 'http'],
  config: ['schema', 'crypto'],
  'audit/verify': [...ADAPTERS, 'config'],
  // Programs: what the store itself cannot know of what it holds.
  'store/backup-main': [...ADAPTERS, 'accounts', 'staff', 'config', 'audit/verify'],
  'shelf/move-main': [...ADAPTERS, 'shelf', 'config', 'wiring'],
  'store/move-main': [...ADAPTERS, 'config', 'audit/verify'],
  wiring: [...EDGE, ...CAPABILITIES, 'openemr', 'config'],
  app: [...EDGE, ...CAPABILITIES, 'config', 'wiring'],
  start: [...EDGE, ...CAPABILITIES, 'config', 'wiring', 'app'],
  main: ['start', 'config'],
  // Connects the service to an EHR before it runs.
  setup: [...KERNEL, 'config', 'http', 'fhir'],
  // A small EMR that knows Portico only from outside.
  sandbox: ['clock', 'fhir-profiles'],
}

/** Who reads the environment: what is started by itself. Everybody else is handed a value. */
const READS_ENVIRONMENT = [
  'src/audit/verify.ts',
  'src/main.ts',
  'src/report/doctor.ts',
  'src/sandbox/demo/run.ts',
  'src/setup/main.ts',
  'src/shelf/move-main.ts',
  'src/store/backup-main.ts',
]
/** Run-time packages of the browser. Anything more needs an argument: each one is paid for by every patient. */
const BROWSER_PACKAGES = /^(lit|@lit\/[a-z-]+)(\/|$)/
/** Tables of words: as long as they need to be. */
const WORDS = /^web-components\/i18n\/[a-z]{2}\.ts$/

const files = listFiles()
const sources = files.filter((path) => path.endsWith('.ts')).map(readSource)
/** For whoever works on the components: shows the fixtures of their tests, and never ships. */
const PLAYGROUND = 'web-components/playground/'
const product = sources.filter(
  ({ path }) =>
    /^(src|smart-launch|fhir-profiles|web-components)\//.test(path) && !path.startsWith(PLAYGROUND),
)
const service = product.filter(({ path }) => path.startsWith('src/'))
const browser = product.filter(
  ({ path }) =>
    path.startsWith('web-components/') && !/^web-components\/(build(-[a-z]+)?\.ts$|contract\/)/.test(path),
)

/** The row of the table that a file outside of the browser answers to. */
function keyOf(path: string): string {
  const [top = ''] = path.split('/')
  if (top !== 'src') return top
  if (path.startsWith('fhir-profiles/')) return 'fhir-profiles'
  const inside = path.replace(/^src\//, '').replace(/\.ts$/, '')
  if (inside.endsWith('/schema') && inside !== 'store/schema') return 'schema'
  return inside in SERVICE ? inside : (inside.split('/')[0] ?? inside)
}

/** `path: what` for every import of ours that breaks a rule; an empty list is what tests expect. */
const importsThat = (
  from: readonly Source[],
  broken: (path: string, file: string, typeOnly: boolean) => boolean,
) =>
  from.flatMap(({ path, imports }) =>
    imports
      .filter(({ file, typeOnly }) => file !== undefined && broken(path, file, typeOnly))
      .map(({ specifier }) => `${path}: ${specifier}`),
  )

describe('who may import whom', () => {
  test('every folder of the service has a row in the table', () => {
    const keys = service.map(({ path }) => keyOf(path))
    expect([...new Set(keys)].filter((key) => !(key in SERVICE))).toEqual([])
  })

  test('the service imports down the table only, and nothing but the table', () => {
    const server = product.filter(({ path }) => !path.startsWith('web-components/'))
    const wrong = importsThat(server, (path, file) => {
      const [from, to] = [keyOf(path), keyOf(file)]
      // The demo builds the components before it shows them.
      if (to === 'web-components') return !(from === 'sandbox' && file === 'web-components/build.ts')
      return from !== to && !(SERVICE[from] ?? []).includes(to)
    })
    expect(wrong).toEqual([])
  })

  test('smart-launch is reached by its index alone', () => {
    expect(
      importsThat(service, (_, file) => file.startsWith('smart-launch/') && file !== 'smart-launch/index.ts'),
    ).toEqual([])
  })

  test('components take types, never code, from the service', () => {
    const wrong = importsThat(browser, (_, file, typeOnly) => {
      if (file.startsWith('web-components/')) return false
      return !typeOnly || !/^src\/([a-z-]+\/schema|problem|app)\.ts$/.test(file)
    })
    expect(wrong).toEqual([])
  })

  test('components of one capability know the shared parts, not each other; only the shell composes them', () => {
    const folder = (path: string) => (path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '')
    const shared = ['', 'ui', 'i18n']
    const wrong = importsThat(browser, (path, file) => {
      if (!file.startsWith('web-components/')) return false
      const [from, to] = [folder(path), folder(file)]
      if (
        from === to ||
        from === 'shell' ||
        from === 'embed' ||
        (from === '' && path !== 'web-components/client.ts')
      )
        return false
      return from === 'ui' ? !['', 'i18n'].includes(to) : !shared.includes(to)
    })
    expect(wrong).toEqual([])
  })

  test('nothing that ships imports a test, or the playground that shows them', () => {
    expect(
      importsThat(product, (_, file) => file.startsWith('test/') || file.startsWith(PLAYGROUND)),
    ).toEqual([])
  })

  test('no file imports itself by way of others', () => {
    expect(product.flatMap(({ path }) => cycleFrom(path))).toEqual([])
  })

  test('every import of ours names a file that exists, with its .ts', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ file }) => file !== undefined && (!/\.(ts|json|css|svg)$/.test(file) || !exists(file)))
        .map(({ specifier }) => `${path}: ${specifier}`),
    )
    expect(wrong).toEqual([])
  })
})

const exists = (file: string) => existsSync(join(repository, file))

const valueImports = new Map(
  product.map(({ path, imports }) => [
    path,
    imports.flatMap(({ file, typeOnly, dynamic }) =>
      file !== undefined && !typeOnly && !dynamic ? [file] : [],
    ),
  ]),
)

/** The way from a file back to itself, if there is one. */
function cycleFrom(start: string): string[] {
  const seen = new Set<string>()
  const walk = (path: string, way: string[]): string[] => {
    for (const next of valueImports.get(path) ?? []) {
      if (next === start) return [[...way, next].join(' → ')]
      if (seen.has(next)) continue
      seen.add(next)
      const found = walk(next, [...way, next])
      if (found.length > 0) return found
    }
    return []
  }
  return walk(start, [start])
}

describe('packages', () => {
  const { dependencies, engines } = JSON.parse(readText('package.json')) as {
    dependencies: Record<string, string>
    engines: { node: string }
  }
  const packageOf = (specifier: string) =>
    specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')
  const runTime = (source: Source) =>
    source.imports.filter(
      ({ file, typeOnly, specifier }) => file === undefined && !typeOnly && !specifier.startsWith('node:'),
    )

  test('the service runs without dev dependencies; the sandbox alone may use them', () => {
    const shipped = product.filter(
      ({ path }) => !path.startsWith('web-components/') && !path.startsWith('src/sandbox/'),
    )
    const wrong = shipped.flatMap((source) =>
      runTime(source)
        .filter(({ specifier }) => !(packageOf(specifier) in dependencies))
        .map(({ specifier }) => `${source.path}: ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  test('the browser gets Lit and nothing else: no zod, no FHIR library', () => {
    const wrong = browser.flatMap((source) =>
      runTime(source)
        .filter(({ specifier }) => !BROWSER_PACKAGES.test(specifier))
        .map(({ specifier }) => `${source.path}: ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  test('every version is exact, and the lock file names no place to download from', () => {
    const { devDependencies, optionalDependencies } = JSON.parse(readText('package.json')) as Record<
      string,
      Record<string, string>
    >
    const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    )
    expect(loose).toEqual([])
    expect(readText('package-lock.json')).not.toMatch(/"resolved":\s*"https?:/)
  })

  test('.nvmrc names a Node that package.json accepts', () => {
    const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node) ?? []
    const [given, givenMinor] = readText('.nvmrc').trim().split('.')
    expect(given).toBe(major)
    expect(Number(givenMinor)).toBeGreaterThanOrEqual(Number(minor))
  })
})

describe('budgets', () => {
  const atPercent = (values: readonly number[], percent: number) =>
    values.toSorted((a, b) => a - b)[Math.ceil((values.length * percent) / 100) - 1] ?? 0
  const played = sources.filter(({ path }) => path.startsWith(PLAYGROUND))
  const written = [...product, ...played].filter(({ path }) => !WORDS.test(path))
  const functions = written.flatMap(({ path, functions: all }) =>
    all.map(({ name, lines }) => ({ name: `${path} ${name}`, lines })),
  )

  test('no file is longer than 350 lines, nine in ten have at most 220', () => {
    const long = [...written, ...sources.filter(({ path }) => path.startsWith('test/'))].filter(
      ({ lines }) => lines > 350,
    )
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([])
    expect(
      atPercent(
        written.map(({ lines }) => lines),
        90,
      ),
    ).toBeLessThanOrEqual(220)
  })

  test('no function is longer than 60 lines, nine in ten have at most 35', () => {
    expect(functions.filter(({ lines }) => lines > 60).map(({ name, lines }) => `${name}: ${lines}`)).toEqual(
      [],
    )
    expect(
      atPercent(
        functions.map(({ lines }) => lines),
        90,
      ),
    ).toBeLessThanOrEqual(35)
  })
})

describe('habits', () => {
  const pathsOf = (found: readonly Source[]) => found.map(({ path }) => path)

  test('nothing is typed any', () => {
    expect(pathsOf(sources.filter(({ usesAny }) => usesAny))).toEqual([])
  })

  test('the environment is read by what is started by itself', () => {
    expect(pathsOf(product.filter(({ readsEnvironment }) => readsEnvironment))).toEqual(READS_ENVIRONMENT)
  })

  test('"now" comes from the clock that a caller hands in', () => {
    const readers = product.filter(
      ({ path, readsClock }) => readsClock && path !== 'src/clock.ts' && !path.startsWith('web-components/'),
    )
    expect(pathsOf(readers)).toEqual([])
  })

  test('nothing is left to do in a comment', () => {
    expect(pathsOf(sources.filter(({ text }) => /\b(TO[D]O|FIX[M]E|X[X]X)\b/.test(text)))).toEqual([])
  })

  test('no file names a place on somebody’s machine', () => {
    const text = files.filter((path) => /\.(ts|json|md|ya?ml|css|html|mjs)$|^\.[a-z]|^LICENSE$/.test(path))
    expect(text.filter((path) => /(^|[\s"'`(=:])\/(work|tmp|root|home)\//m.test(readText(path)))).toEqual([])
  })
})
