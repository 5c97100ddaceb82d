import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { holdSqlite } from '../../../src/store/hold-sqlite.ts'
import { migrate, MIGRATIONS } from '../../../src/store/migrate.ts'
import { runMove } from '../../../src/store/move-main.ts'
import { moveStore } from '../../../src/store/move.ts'
import { openStore } from '../../../src/store/open.ts'
import { type Child, startChild } from '../../support/child.ts'
import { createEmptyDatabase } from '../../support/store.ts'
import { fillStore, readPostgres, readSqlite, withClient } from './move-stores.ts'

const NOW = 1_750_000_000_000
const PROGRAM = new URL('../../../src/store/move-main.ts', import.meta.url)
const KILLS = 3
const LATER = { id: '9999-later', up: ['create table later (id text primary key, at bigint)'] }
const folder = mkdtempSync(join(tmpdir(), 'portico-move-'))
let files = 0

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const newFile = () => join(folder, `${files++}.sqlite`)

/** Filled once: that takes longer than to move it. */
const filled = newFile()
if (process.env['PORTICO_TEST_ENGINE'] === 'postgres') await fillStore(filled, { throttle: 100 })

function copyOf(file: string) {
  const copy = newFile()
  copyFileSync(file, copy)
  return copy
}

const ways = (file: string, to: string) => ['--from', `sqlite:${file}`, '--to', to]
const start = (file: string, to: string) => startChild(PROGRAM, ways(file, to))

async function run(args: string[]) {
  const errors: string[] = []
  const code = await runMove(args, { log: () => {}, error: (line: string) => errors.push(line) })
  return { code, errors: errors.join('\n') }
}

/** As the program does it, in this process. */
async function move(file: string, to: string, list = MIGRATIONS) {
  const target = await openStore(to)
  const source = holdSqlite(file)
  try {
    return await moveStore(source, target, { now: () => NOW, tell: () => {}, migrations: list })
  } finally {
    source.close()
    await target.close()
  }
}

const change = (file: string, statement: string) => {
  const database = new DatabaseSync(file)
  database.exec(statement)
  database.close()
}

test.each([
  ['without a word where to', ['--from', 'sqlite:x'], 'Usage:'],
  ['from PostgreSQL', ['--from', 'postgres://a/b', '--to', 'postgres://a/c'], 'Usage:'],
  [
    'from nowhere',
    ['--from', 'sqlite:nowhere', '--to', 'postgres://127.0.0.1/c'],
    'There is no store at nowhere',
  ],
])('a move %s is refused', async (_, args, words) => {
  const { code, errors } = await run(args)
  expect(code).toBe(2)
  expect(errors).toContain(words)
})

test('a move across a network in the clear is refused', async () => {
  const file = newFile()
  await (await openStore(`sqlite:${file}`)).close()
  const refused = await run(ways(file, 'postgres://portico@db.example/portico'))
  expect(refused).toEqual({
    code: 2,
    errors: '--to: needs sslmode=verify-full for a database on another machine',
  })
})

test('a move is refused while a service has the source open', async () => {
  const file = newFile()
  const store = await openStore(`sqlite:${file}`)
  await migrate(store)
  const refused = await run(ways(file, 'postgres://127.0.0.1:1/portico'))
  await store.close()
  expect(refused.code).toBe(1)
  expect(refused.errors).toContain('is in use. Stop Portico first')
})

if (process.env['PORTICO_TEST_ENGINE'] === 'postgres')
  describe('a move to PostgreSQL', () => {
    test('brings every row of every table as it was, and the service starts there', async () => {
      const [file, to] = [copyOf(filled), await createEmptyDatabase()]
      const moving = start(file, to)
      expect(await moving.ended).toEqual({ code: 0, errors: '' })
      const [there, here] = [await readPostgres(to), readSqlite(file)]
      expect([...there.keys()].toSorted()).toEqual([...here.keys()].toSorted())
      for (const [name, rows] of here) expect(there.get(name), name).toEqual(rows)
      const count = [...here.values()].reduce((sum, rows) => sum + rows.length, 0)
      expect(moving.lines).toContain(`verified: ${here.size} tables, ${count} rows; the audit trail holds`)
      const store = await openStore(to)
      expect(await migrate(store)).toEqual([])
      await store.close()
    })

    test('takes a table along that a later release adds', async () => {
      const [file, to, list] = [newFile(), await createEmptyDatabase(), [...MIGRATIONS, LATER]]
      await fillStore(file, { list })
      await move(file, to, list)
      const there = await readPostgres(to)
      expect(there.get('later')).toHaveLength(60)
      expect(there).toEqual(readSqlite(file))
    })

    test(`goes on where it was cut off, ${KILLS} times, and until its end no service starts there`, async () => {
      const [file, to] = [newFile(), await createEmptyDatabase()]
      const rows = 20_000
      await fillStore(file, { throttle: rows })
      const before = readSqlite(file)
      const seen = [0]
      for (let kill = 1; kill <= KILLS; kill++) {
        const moving = start(file, to)
        await untilThere(moving, to, (kill / (KILLS + 2)) * rows)
        moving.kill('SIGKILL')
        expect((await moving.ended).code).toBe(null)
        const count = await countThrottle(to)
        expect(count).toBeGreaterThan(seen.at(-1) ?? 0)
        seen.push(count)
      }
      expect(seen.at(-1)).toBeLessThan(rows)
      const store = await openStore(to)
      await expect(migrate(store)).rejects.toThrow('half moved to this database')
      await store.close()
      expect(await start(file, to).ended).toEqual({ code: 0, errors: '' })
      expect(await readPostgres(to)).toEqual(before)
      expect(readSqlite(file)).toEqual(before)
      // It starts four programs.
    }, 90_000)

    test.each([
      ['a row of ours', `insert into throttle values ('harbor', 'k', 1, 1)`, 'holds other data (throttle)'],
      ['a table that is not ours', 'create table their_notes (x text)', 'holds other data (their_notes)'],
    ])('is refused where the target holds %s', async (_, statement, words) => {
      const [file, to] = [copyOf(filled), await createEmptyDatabase()]
      const target = await openStore(to)
      await migrate(target)
      await target.close()
      await withClient(to, (client) => client.query(statement))
      await expect(move(file, to)).rejects.toThrow(words)
      expect((await readPostgres(to)).get('portal_account')).toEqual([])
    })

    test('does not end well while a row of the target is not the source’s', async () => {
      const [file, to] = [copyOf(filled), await createEmptyDatabase()]
      const mark = await cutOffAtTheEnd(file, to)
      const [odd, right] = ['update throttle set failures = ', ` where key = 'key 3'`]
      const cases = [
        [`${odd} 7 ${right}`, `${odd} 3 ${right}`, 'the row fernwood / key 3 differs in failures'],
        [
          `insert into throttle values ('x', 'y', 1, 1)`,
          `delete from throttle where key = 'y'`,
          '101 rows in the target',
        ],
        [`delete from throttle ${right}`, '', 'the row fernwood / key 3 is missing in the target'],
      ]
      for (const [spoil = '', mend = '', words = ''] of cases) {
        await withClient(to, (client) => client.query(spoil))
        await expect(move(file, to)).rejects.toThrow(`throttle: ${words}`)
        await withClient(to, (client) => client.query(mend))
      }
      const left = await withClient(to, (client) => client.query('select id from schema_migration'))
      expect(left.rows).toContainEqual(mark)
    })

    test('says what to do when Portico ran on the source in between', async () => {
      const [file, to] = [copyOf(filled), await createEmptyDatabase()]
      await cutOffAtTheEnd(file, to)
      change(file, `insert into throttle values ('acacia', 'in between', 1, 1)`)
      await expect(move(file, to)).rejects.toThrow(
        /^The source has changed since the move began.+Give it an empty database and begin again\.$/,
      )
    })

    test('takes no notice of views, and of what an extension brought along', async () => {
      const [file, to] = [copyOf(filled), await createEmptyDatabase()]
      await withClient(to, async (client) => {
        await client.query('create view their_view as select 1 as x; create table their_notes (x text)')
        // As an extension does with the tables that it makes.
        await client.query(`insert into pg_depend
          select 'pg_class'::regclass, 'their_notes'::regclass, 0, 'pg_extension'::regclass, oid, 0, 'e'
          from pg_extension limit 1`)
      })
      await expect(move(file, to)).resolves.toMatchObject({ tables: readSqlite(file).size })
    })

    test('does not go on with another store, nor with one of another release', async () => {
      const [file, other, to] = [copyOf(filled), copyOf(filled), await createEmptyDatabase()]
      await cutOffAtTheEnd(file, to)
      change(other, 'update schema_migration set applied_at = applied_at + 1')
      await expect(move(other, to)).rejects.toThrow('Another store is half moved to the target')
      change(other, `delete from schema_migration where id = '${MIGRATIONS.at(-1)?.id}'`)
      await expect(move(other, to)).rejects.toThrow('An earlier release has written the source')
      change(other, `insert into schema_migration values ('9999-later', 1)`)
      await expect(move(other, to)).rejects.toThrow('A newer release has written the source')
    })

    test('says which value it cannot bring over', async () => {
      const [file, to] = [copyOf(filled), await createEmptyDatabase()]
      change(file, 'update throttle set failures = 1.5')
      await expect(move(file, to)).rejects.toThrow(
        'throttle.failures holds neither a text nor a whole number',
      )
    })
  })

/** With all rows there and nothing compared yet; returns the mark that it leaves. */
async function cutOffAtTheEnd(file: string, to: string) {
  const target = await openStore(to)
  const source = holdSqlite(file)
  const tell = (table: string) => {
    if (table === 'work_item') throw new Error('cut off')
  }
  await expect(moveStore(source, target, { now: () => NOW, tell })).rejects.toThrow('cut off')
  const marks = await target.db
    .selectFrom('schema_migration')
    .select('id')
    .where('id', 'like', 'unfinished%')
    .execute()
  source.close()
  await target.close()
  expect(marks).toHaveLength(1)
  return marks[0]
}

const countThrottle = (to: string) =>
  withClient(to, async (client) => {
    const { rows } = await client.query<{ there: string | null }>(`select to_regclass('throttle') as there`)
    if (!rows[0]?.there) return 0
    return Number((await client.query<{ n: string }>('select count(*) as n from throttle')).rows[0]?.n)
  })

/** Until so many rows have arrived, or the program is over before. */
async function untilThere(moving: Child, to: string, count: number) {
  const over = new AbortController()
  void moving.ended.then(() => over.abort())
  while (!over.signal.aborted && (await countThrottle(to)) < count) await delay(5)
}
