/**
 * `npm test`: everything that must hold before a change lands, in one command on a fresh machine.
 * `npm test -- sqlite test/src/http` runs only the projects and files named; other words and flags go to vitest.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { runCommand } from './support/command.ts'
import { provideChromium, providePostgres } from './support/provide.ts'

type Tally = { name: string; passed: number; failed: number; note: string; ms: number }

const CHECKS = { types: 'types', lint: 'lint', format: 'format:check' } as const
const PROJECTS = ['once', 'sqlite', 'postgres', 'components', 'journeys'] as const
type Project = (typeof PROJECTS)[number]

const root = resolve(import.meta.dirname, '..')
const stopped = new AbortController()

process.exitCode = 1
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15))
  console.error(`Portico needs Node 24.15 or newer; this is ${process.version}.`)
else process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  process.chdir(root)
  const projects = PROJECTS.filter((name) => args.includes(name))
  const checks = Object.keys(CHECKS).filter((name) => args.includes(name))
  const rest = args.filter((word) => ![...PROJECTS, ...Object.keys(CHECKS)].includes(word))
  const tallies: Tally[] = []
  if (args.length === 0 || checks.length > 0) tallies.push(...(await runChecks(checks)))
  const chosen = projects.length > 0 ? projects : PROJECTS
  if (args.length === 0 || projects.length > 0 || rest.length > 0)
    tallies.push(...(await runProjects(chosen, rest)))
  return report(tallies)
}

/** Types, lint and format side by side; each says something only when it fails. */
async function runChecks(only: readonly string[]): Promise<Tally[]> {
  const wanted = Object.entries(CHECKS).filter(([name]) => only.length === 0 || only.includes(name))
  return Promise.all(
    wanted.map(async ([name, script]) => {
      const { code, output, ms } = await runCommand('npm', ['run', '--silent', script], environment())
      if (code !== 0) console.log(`\n${name} failed\n${output.trimEnd()}\n`)
      return { name, passed: 0, failed: code === 0 ? 0 : 1, note: code === 0 ? 'ok' : 'FAILED', ms }
    }),
  )
}

async function runProjects(chosen: readonly Project[], args: string[]): Promise<Tally[]> {
  const needs = (...names: Project[]) => names.some((name) => chosen.includes(name))
  const chromium = needs('components', 'journeys') ? await provideChromium() : undefined
  const postgres = needs('postgres', 'journeys') ? await providePostgres() : undefined
  const release = stopsAll(async () => (postgres?.missing === undefined ? postgres?.value.stop() : undefined))
  const missing = { postgres: postgres?.missing, components: chromium?.missing, journeys: chromium?.missing }
  const url = postgres?.missing === undefined ? postgres?.value.url : undefined
  const tallies: Tally[] = []
  try {
    for (const name of chosen) {
      const reason = name in missing ? missing[name as keyof typeof missing] : undefined
      tallies.push(...(reason === undefined ? await runProject(name, args, url) : [skipped(name, reason)]))
      if (name === 'journeys' && reason === undefined && postgres?.missing !== undefined)
        tallies.push(skipped(name, `those on PostgreSQL: ${postgres.missing}`))
    }
    return tallies
  } finally {
    await release()
  }
}

function skipped(name: string, reason: string): Tally {
  return { name, passed: 0, failed: 0, note: `SKIPPED, ${reason}`, ms: 0 }
}

/** Ctrl-C and a CI's time limit also release what was started. */
function stopsAll(release: () => Promise<void>): () => Promise<void> {
  const interrupted = () => {
    stopped.abort()
    void release().finally(() => process.exit(130))
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  return release
}

/** One vitest run for one project; journeys meet the components as they are now. */
async function runProject(name: Project, args: string[], postgresUrl: string | undefined): Promise<Tally[]> {
  const env = postgresUrl === undefined ? {} : { TEST_PG_URL: postgresUrl }
  if (name === 'journeys') {
    const build = await runCommand(process.execPath, ['web-components/build.ts'], environment())
    if (build.code !== 0) {
      console.log(`\nbuilding the components failed\n${build.output.trimEnd()}\n`)
      return [{ name: 'build', passed: 0, failed: 1, note: 'FAILED, journeys not run', ms: build.ms }]
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'portico-tests-'))
  const file = join(folder, 'results.json')
  const both = name === 'journeys' && postgresUrl !== undefined
  const flags = [
    'run',
    '--project',
    name,
    ...(both ? ['--project', 'journeys-on-postgres'] : []),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    ...flags,
    ...(args.length > 0 ? ['--passWithNoTests'] : []),
  ]
  const { code, ms } = await runCommand(process.execPath, [...vitest, ...args], {
    ...environment(env),
    show: true,
  })
  const tally = await readTally(file, code)
  await rm(folder, { recursive: true, force: true })
  return [{ name, ...tally, ms }]
}

type Results = {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

/** A file that does not load and a run that dies count as one failure each: no failure may vanish in the sum. */
async function readTally(file: string, code: number | null) {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined)
    return { passed: 0, failed: code === 0 ? 0 : 1, note: code === 0 ? 'no tests' : 'FAILED, no result' }
  const results = JSON.parse(text) as Results
  const broken = results.testResults.filter(
    (result) =>
      result.status === 'failed' && result.assertionResults.every((test) => test.status !== 'failed'),
  )
  const counted = results.numFailedTests + broken.length
  const failed = counted === 0 && code !== 0 ? 1 : counted
  const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : ''
  return {
    passed: results.numPassedTests,
    failed,
    note: `${results.numPassedTests} passed, ${failed} failed${skipped}`,
  }
}

function report(tallies: readonly Tally[]): number {
  const sum = (key: 'passed' | 'failed') => tallies.reduce((total, tally) => total + tally[key], 0)
  console.log('')
  for (const { name, note, ms } of tallies)
    console.log(`${name.padEnd(11)} ${note}${ms > 0 ? ` (${(ms / 1000).toFixed(1)} s)` : ''}`)
  console.log(`tests: ${sum('passed')} passed, ${sum('failed')} failed`)
  return sum('failed') > 0 ? 1 : 0
}

/** This Node comes first on PATH, so that tools started by name run on it too. */
function environment(extra: NodeJS.ProcessEnv = {}) {
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter)
  return { cwd: root, signal: stopped.signal, env: { ...process.env, PATH: path, ...extra } }
}
