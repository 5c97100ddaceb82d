/** `npm run doctor`: the host report on a terminal, beside a service that runs or without one. Changes nothing. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { migrate, MIGRATIONS } from '../store/migrate.ts'
import { openStore, type Store } from '../store/open.ts'
import { hasFault, plainJson, print } from './print.ts'

const USAGE = 'Usage: npm run doctor [-- --practice SLUG] [-- --json]'

/** In words for people: why there is no report. */
class CannotRun extends Error {}

type Task = { practice: string | undefined; json: boolean }

/** 0 = all is well, 1 = something has to be set right, 2 = there is no report. */
async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const task = readTask(args)
    const config = readConfig(env)
    const slugs = slugsOf(config, task)
    const reports = await withStore(config, async (store, storeToBe) => {
      // As large as the service: loaded where there is something to look at.
      const { examine } = await import('./examine.ts')
      return examine(config, store, slugs, storeToBe)
    })
    console.log(task.json ? plainJson(reports) : reports.map(print).join('\n'))
    return reports.some(hasFault) ? 1 : 0
  } catch (error) {
    if (error instanceof ConfigError || error instanceof CannotRun) console.error(error.message)
    else console.error(error)
    return 2
  }
}

function readTask(args: string[]): Task {
  try {
    const options = { practice: { type: 'string' }, json: { type: 'boolean', default: false } } as const
    const { values } = parseArgs({ args, options })
    return { practice: values.practice, json: values.json }
  } catch {
    throw new CannotRun(USAGE)
  }
}

function slugsOf({ practices }: Config, { practice: wanted }: Task): string[] {
  const slugs = practices.map(({ slug }) => slug)
  if (wanted === undefined) return slugs
  if (slugs.includes(wanted)) return [wanted]
  throw new CannotRun(`No practice is called ${wanted}. There are: ${slugs.join(', ')}`)
}

type Work<T> = (store: Store, storeToBe: string | null) => Promise<T>

async function withStore<T>({ databaseUrl }: Config, work: Work<T>): Promise<T> {
  const file = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : null
  // To open one that is not there would make it.
  if (file !== null && !existsSync(file)) return withEmptyStore(file, work)
  const store = await openStore(databaseUrl)
  try {
    await checkShape(store)
    return await work(store, null)
  } finally {
    await store.close()
  }
}

/** Right after set-up there is none: the EHR, mail and addresses can be looked at all the same. */
async function withEmptyStore<T>(storeToBe: string, work: Work<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'portico-doctor-'))
  try {
    const store = await openStore(`sqlite:${join(folder, 'empty.sqlite')}`)
    try {
      await migrate(store)
      return await work(store, storeToBe)
    } finally {
      await store.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Tables are read as this release has them; to bring them up to date is for the service. */
async function checkShape({ db }: Store): Promise<void> {
  const rows = await db
    .selectFrom('schema_migration')
    .select('id')
    .execute()
    .catch((error: unknown) => {
      throw new CannotRun(
        `The store cannot be read: ${error instanceof Error ? error.message : 'no reason given'}`,
      )
    })
  const done = new Set(rows.map(({ id }) => id))
  const missing = MIGRATIONS.filter(({ id }) => !done.has(id)).map(({ id }) => id)
  if (missing.length > 0)
    throw new CannotRun(
      `The store is of an earlier release (missing: ${missing.join(', ')}). Start this release once, then ask again.`,
    )
  if (done.size > MIGRATIONS.length)
    throw new CannotRun('The store is of a newer release. Use that release’s doctor.')
}

enableCompileCache()
process.exitCode = await main(process.argv.slice(2), process.env)
