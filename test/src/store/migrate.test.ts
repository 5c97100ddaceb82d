import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { migrate, type Migration, MIGRATIONS } from '../../../src/store/migrate.ts'
import { openStore } from '../../../src/store/open.ts'
import { startChild } from '../../support/child.ts'
import { createEmptyDatabase, openTestStore } from '../../support/store.ts'

const NOW = () => 1_750_000_000_000
const child = new URL('child.ts', import.meta.url)

test('of six processes that start at once, one runs each migration', async () => {
  const url = await createEmptyDatabase()
  const children = Array.from({ length: 6 }, () => startChild(child, ['migrate', url]))
  const ends = await Promise.all(children.map((one) => one.ended))
  expect(ends).toEqual(ends.map(() => ({ code: 0, errors: '' })))
  expect(children.flatMap((one) => one.lines).toSorted()).toEqual(MIGRATIONS.map((migration) => migration.id))
}, 30_000)

test('migrating again does nothing', async () => {
  const store = await openTestStore()
  expect(await migrate(store, NOW)).toEqual([])
})

test('a migration that breaks leaves no trace, and its cure runs later', async () => {
  const store = await openTestStore()
  const first = { id: '9001-good', up: ['create table good (id text primary key)'] }
  const broken: Migration = {
    id: '9002-cure',
    up: ['create table half (id text primary key)', 'create nonsense'],
  }
  await expect(migrate(store, NOW, [...MIGRATIONS, first, broken])).rejects.toThrow(/syntax error/)
  await expect(sql`select * from half`.execute(store.db)).rejects.toThrow(/half/)
  await expect(sql`select * from good`.execute(store.db)).rejects.toThrow(/good/)

  const cured: Migration = { id: '9002-cure', up: ['create table half (id text primary key)'] }
  expect(await migrate(store, NOW, [...MIGRATIONS, first, cured])).toEqual(['9001-good', '9002-cure'])
})

test('a database that a newer release has migrated is refused', async () => {
  const store = await openTestStore()
  await migrate(store, NOW, [...MIGRATIONS, { id: '9001-newer', up: ['create table newer (id text)'] }])
  await expect(migrate(store, NOW)).rejects.toThrow('A newer release has migrated this database: 9001-newer')
})

test('a store that cannot be opened says so', async () => {
  const url = await createEmptyDatabase()
  const nowhere = url.startsWith('sqlite:') ? 'sqlite:/dev/null/portico.sqlite' : `${url}_none`
  const opened = openStore(nowhere).then((store) => migrate(store, NOW))
  await expect(opened).rejects.toThrow(/EEXIST|ENOTDIR|does not exist/)
})
