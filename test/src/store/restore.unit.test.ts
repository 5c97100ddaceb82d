import { chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { migrate, MIGRATIONS } from '../../../src/store/migrate.ts'
import { openStore } from '../../../src/store/open.ts'
import {
  addPractice,
  backupsIn,
  damage,
  KEYS,
  modeOf,
  newPlace,
  NOW,
  openFilled,
  practicesIn,
  run,
} from './backup-stores.ts'

describe('restoring', () => {
  /** A backup of a store with one practice; by now it has two. */
  async function backedUp() {
    const { file, folder, place } = newPlace()
    const store = await openFilled(file)
    await addPractice(store, 'fernwood')
    await run(file, [folder])
    await addPractice(store, 'harbor')
    return { file, place, store, backup: join(folder, backupsIn(folder)[0] ?? '') }
  }

  test('is refused while a service has the store open, however idle, and changes nothing', async () => {
    const { file, place, store, backup } = await backedUp()
    const refused = await run(file, ['--restore', backup])
    expect(refused.code).toBe(1)
    expect(refused.errors).toContain('is in use. Stop Portico first')
    expect(await store.db.selectFrom('practice').select('id').execute()).toHaveLength(2)
    expect(readdirSync(join(place, 'data')).filter((name) => /restor/.test(name))).toEqual([])
    await store.close()
  })

  test('puts the backup in place, keeps what stood there, and leaves no file of the old one beside the new', async () => {
    const { file, place, store, backup } = await backedUp()
    await store.close()
    const done = await run(file, ['--restore', backup], { PORTICO_KEYS: KEYS })
    expect(done.errors).toBe('')
    expect(done.code).toBe(0)
    const [now, before = '', ...more] = readdirSync(join(place, 'data')).toSorted()
    expect([now, more]).toEqual(['portico.sqlite', []])
    expect(before).toMatch(/^portico\.sqlite\.before-restore-/)
    expect(practicesIn(file)).toEqual(['fernwood'])
    expect(practicesIn(join(place, 'data', before))).toEqual(['fernwood', 'harbor'])
    expect([modeOf(file), modeOf(backup)]).toEqual([0o600, 0o600])
    const again = await openStore(`sqlite:${file}`)
    expect(await migrate(again)).toEqual([])
    await again.close()
  })

  test('without a word which store it is for is refused, and makes none', async () => {
    const { file, store, backup } = await backedUp()
    await store.close()
    const refused = await run(file, ['--restore', backup], { DATABASE_URL: '' })
    expect(refused).toEqual({
      code: 2,
      said: '',
      errors: 'DATABASE_URL must say which store to restore, as it does for the service.',
    })
    expect(practicesIn(file)).toEqual(['fernwood', 'harbor'])
  })

  test.skipIf(process.getuid?.() !== 0)(
    'by root leaves it to whom the store, or its folder, belongs',
    async () => {
      const { file, place, store, backup } = await backedUp()
      await store.close()
      chownSync(file, 4321, 4322)
      expect((await run(file, ['--restore', backup])).code).toBe(0)
      expect(statSync(file)).toMatchObject({ uid: 4321, gid: 4322 })
      const elsewhere = join(place, 'fresh.sqlite')
      chownSync(place, 4323, 4324)
      expect((await run(elsewhere, ['--restore', backup])).code).toBe(0)
      expect(statSync(elsewhere)).toMatchObject({ uid: 4323, gid: 4324 })
    },
  )

  test('clears away what a restore that was killed has left, and not what one that runs is at', async () => {
    const { file, store, backup } = await backedUp()
    await store.close()
    const left = [`${file}.restoring-${2 ** 30}`, `${file}.restoring-${process.pid}-wal`]
    const running = `${file}.restoring-${process.ppid}`
    for (const path of [...left, running]) writeFileSync(path, '')
    expect((await run(file, ['--restore', backup])).code).toBe(0)
    expect([...left, running].map((path) => existsSync(path))).toEqual([false, false, true])
  })

  test('brings back what a killed service left in its side files, before it sets them aside', async () => {
    const { file, place, store, backup } = await backedUp()
    // As if the process had died: the copy still has its side files, and nobody has it open.
    const crashed = join(place, 'crashed')
    for (const side of ['', '-wal', '-shm']) writeFileSync(crashed + side, readFileSync(file + side))
    await store.close()
    expect((await run(crashed, ['--restore', backup])).code).toBe(0)
    const before = readdirSync(place).filter((name) => name.startsWith('crashed.before'))
    expect(before).toHaveLength(1)
    expect(practicesIn(join(place, before[0] ?? ''))).toEqual(['fernwood', 'harbor'])
    expect(practicesIn(crashed)).toEqual(['fernwood'])
  })

  test('works where there is no store, and where the one that is there is no longer one', async () => {
    const { file, place, store, backup } = await backedUp()
    await store.close()
    const elsewhere = join(place, 'new', 'portico.sqlite')
    expect((await run(elsewhere, ['--restore', backup])).code).toBe(0)
    expect(practicesIn(elsewhere)).toEqual(['fernwood'])
    writeFileSync(file, randomBytes(8192))
    const done = await run(file, ['--restore', backup])
    expect(done.code).toBe(0)
    expect(done.said).toContain('It is damaged')
    expect(practicesIn(file)).toEqual(['fernwood'])
  })

  test('takes what an earlier release wrote, and says so', async () => {
    const { file, place } = newPlace()
    const old = await openStore(`sqlite:${join(place, 'old.sqlite')}`)
    await migrate(old, () => NOW, MIGRATIONS.slice(0, -1))
    await old.close()
    const done = await run(file, ['--restore', join(place, 'old.sqlite')])
    expect(done.errors).toBe('')
    expect(done.said).toContain('brought up to date at the next start')
  })

  test.each<[what: string, make: (path: string) => Promise<void>, words: string]>([
    ['nothing', async () => {}, 'There is no backup at'],
    ['what is no database', async (path) => writeFileSync(path, 'x'.repeat(5000)), 'It is damaged'],
    ['a database of something else', async (path) => makeOther(path), 'It is not a store of Portico'],
    ['a damaged copy', async (path) => makeDamaged(path), 'It is damaged'],
    ['a store of a newer release', async (path) => makeNewer(path), 'a newer release of Portico: 9999-later'],
    ['a store that is open', async (path) => makeOpen(path), 'is a store that is open, or was never closed'],
  ])('refuses %s and leaves the store as it is', async (_, make, words) => {
    const { file, store, place } = await backedUp()
    await store.close()
    const before = readFileSync(file)
    const from = join(place, 'given.sqlite')
    await make(from)
    const refused = await run(file, ['--restore', from])
    expect(refused.code).toBe(1)
    expect(refused.errors).toContain(words)
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(join(place, 'data'))).toEqual(['portico.sqlite'])
  })
})

function makeOther(path: string) {
  const database = new DatabaseSync(path)
  database.exec('create table x (y text)')
  database.close()
}

async function makeDamaged(path: string) {
  await (await openFilled(path)).close()
  damage(path)
}

async function makeNewer(path: string) {
  const store = await openStore(`sqlite:${path}`)
  await migrate(store)
  await store.db.insertInto('schema_migration').values({ id: '9999-later', applied_at: NOW }).execute()
  await store.close()
}

/** Stays open until the test is over. */
async function makeOpen(path: string) {
  const store = await openStore(`sqlite:${path}`)
  await migrate(store)
  afterAll(() => store.close())
}
