import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll } from 'vitest'
import { migrate, MIGRATIONS } from '../../src/store/migrate.ts'
import { openStore, type Store } from '../../src/store/open.ts'

export type TestStore = Store & { url: string }

const cleanups: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

/** A fresh, migrated database on the engine of this vitest project; closed and dropped after the file. */
export async function openTestStore(): Promise<TestStore> {
  const url =
    testEngine() === 'sqlite' ? await createSqliteFile() : await createDatabase(await templateDatabase())
  const store = await openStore(url)
  cleanups.push(() => store.close())
  if (store.engine === 'sqlite') await migrate(store)
  return Object.assign(store, { url })
}

/** An address where there are no tables yet; gone after the file. */
export async function createEmptyDatabase(): Promise<string> {
  return testEngine() === 'sqlite' ? createSqliteFile() : createDatabase('template0')
}

/** The same on the server that TEST_PG_URL names, whatever engine this project is for. */
export const createPostgresDatabase = (): Promise<string> => createDatabase('template0')

const testEngine = (): Store['engine'] =>
  process.env['PORTICO_TEST_ENGINE'] === 'postgres' ? 'postgres' : 'sqlite'

async function createSqliteFile() {
  const folder = await mkdtemp(join(tmpdir(), 'portico-test-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  return `sqlite:${join(folder, 'portico.sqlite')}`
}

async function createDatabase(template: string) {
  const name = `portico_test_${randomUUID().replaceAll('-', '')}`
  const run = (statement: string) => asAdmin(async (client) => void (await client.query(statement)))
  await run(`create database ${name} template ${template}`)
  cleanups.push(() => run(`drop database if exists ${name} with (force)`))
  return urlOf(name)
}

/**
 * Copying a migrated database takes a third of migrating one. The template stays on the server for the next file;
 * its name changes with the migrations.
 */
async function templateDatabase() {
  const shape = createHash('sha256').update(JSON.stringify(MIGRATIONS)).digest('hex')
  const name = `portico_template_${shape.slice(0, 16)}`
  await asAdmin(async (client) => {
    // Session lock: one worker makes the template, the others wait for it.
    await client.query('select pg_advisory_lock(711)')
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) await createTemplate(client, name)
  })
  return name
}

/** Made under another name first, so that a run which is cut off leaves no half template. */
async function createTemplate(client: Client, name: string) {
  await client.query(`drop database if exists ${name}_new with (force)`)
  await client.query(`create database ${name}_new template template0`)
  const store = await openStore(urlOf(`${name}_new`))
  await migrate(store)
  await store.close()
  await client.query(`alter database ${name}_new rename to ${name}`)
}

async function asAdmin<T>(work: (client: Client) => Promise<T>) {
  const client = new Client({ connectionString: adminUrl() })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function urlOf(database: string) {
  const url = new URL(adminUrl())
  url.pathname = `/${database}`
  return url.href
}

function adminUrl() {
  const url = process.env['TEST_PG_URL']
  if (!url) throw new Error('TEST_PG_URL names no PostgreSQL server')
  return url
}
