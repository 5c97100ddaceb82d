import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startChild } from '../../support/child.ts'
import {
  addPractice,
  backupsIn,
  damage,
  KEYS,
  modeOf,
  newPlace,
  openFilled,
  practicesIn,
  record,
  run,
} from './backup-stores.ts'

const PROGRAM = new URL('../../../src/store/backup-main.ts', import.meta.url)
const OTHER_KEYS = `1:${randomBytes(32).toString('base64url')}`

describe('a backup of the embedded store', () => {
  test('is a program of its own', async () => {
    const { file, folder } = newPlace()
    await (await openFilled(file)).close()
    const child = startChild(PROGRAM, [folder, '--keep', '3'], {
      DATABASE_URL: `sqlite:${file}`,
      PORTICO_KEYS: '',
    })
    expect(await child.ended).toEqual({ code: 0, errors: '' })
    expect(child.lines[0]).toContain(`${folder}/portico-`)
  })

  test('is made while the service has it open, whole, for nobody else to read, and says what is not in it', async () => {
    const { file, folder } = newPlace()
    const store = await openFilled(file)
    await addPractice(store, 'fernwood')
    const made = await run(file, [folder], { PORTICO_KEYS: KEYS })
    expect(made.errors).toBe('')
    expect(made.code).toBe(0)
    const [name = '', ...more] = backupsIn(folder)
    expect(more).toEqual([])
    expect(name).toMatch(/^portico-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.sqlite$/)
    expect(made.said).toMatch(/\d+ kB, 3\d rows in \d+ tables, checked/)
    expect(made.said).toContain('PORTICO_KEYS are not in it')
    expect([modeOf(folder), modeOf(join(folder, name))]).toEqual([0o700, 0o600])
    expect(practicesIn(join(folder, name))).toEqual(['fernwood'])
    // What happened since is in the store alone: the service was not held up.
    await addPractice(store, 'harbor')
    expect(practicesIn(join(folder, name))).toEqual(['fernwood'])
    await store.close()
  })

  test('is whole at any instant, however fast the store changes', async () => {
    const { file, folder } = newPlace()
    const store = await openFilled(file)
    const busy = { on: true }
    const writing = (async () => {
      for (; busy.on; await delay(1)) await record(store, 20)
    })()
    const made = [await run(file, [folder]), await run(file, [folder])]
    busy.on = false
    await writing
    await store.close()
    expect(made.map(({ code, errors }) => ({ code, errors }))).toEqual([
      { code: 0, errors: '' },
      { code: 0, errors: '' },
    ])
    expect(backupsIn(folder)).toHaveLength(2)
  })

  test('takes the place of the oldest when so many are to be kept, and of nothing else', async () => {
    const { file, folder } = newPlace()
    await (await openFilled(file)).close()
    await run(file, [folder])
    const [first = ''] = backupsIn(folder)
    const notes = join(folder, 'notes.txt')
    writeFileSync(notes, '')
    const stale = join(folder, '.portico-2020-01-01T00-00-00-000Z.sqlite.1.unfinished')
    const running = join(folder, '.portico-2026-01-01T00-00-00-000Z.sqlite.2.unfinished')
    for (const path of [stale, running]) writeFileSync(path, '')
    utimesSync(stale, 1, 1)
    await run(file, [folder, '--keep', '2'])
    const third = await run(file, [folder, '--keep', '2'])
    expect(third.said).toContain(`deleted ${first}`)
    const left = backupsIn(folder)
    expect(left.filter((name) => name.startsWith('portico-'))).toHaveLength(2)
    expect(left).not.toContain(first)
    expect([notes, running, stale].map((path) => existsSync(path))).toEqual([true, true, false])
  })

  test('of a store that is damaged is not made, and older ones stay', async () => {
    const { file, folder } = newPlace()
    await (await openFilled(file)).close()
    await run(file, [folder])
    damage(file)
    const made = await run(file, [folder, '--keep', '1'])
    expect(made.code).toBe(1)
    expect(made.errors).toMatch(/damaged|malformed/)
    expect(backupsIn(folder)).toHaveLength(1)
  })

  test('of a trail that somebody has changed is made, raises the alarm, and deletes nothing', async () => {
    const { file, folder } = newPlace()
    const store = await openFilled(file)
    await run(file, [folder])
    await store.db.updateTable('audit').set({ actor: 'nobody' }).where('seq', '=', 7).execute()
    const made = await run(file, [folder, '--keep', '1'])
    await store.close()
    expect(made.code).toBe(1)
    expect(made.errors).toContain('the audit trail does not hold: fernwood: BROKEN at row 7')
    expect(backupsIn(folder)).toHaveLength(2)
  })

  test('that the keys at hand do not open is made, raises the alarm, and deletes nothing', async () => {
    const { file, folder } = newPlace()
    await (await openFilled(file)).close()
    await run(file, [folder], { PORTICO_KEYS: KEYS })
    const made = await run(file, [folder, '--keep', '1'], { PORTICO_KEYS: OTHER_KEYS })
    expect(made.code).toBe(1)
    expect(made.errors).toContain('PORTICO_KEYS do not open what is sealed in it')
    expect(made.errors).toContain('No older backup was deleted.')
    expect(backupsIn(folder)).toHaveLength(2)
  })

  test('without keys at hand says that they were not tried', async () => {
    const { file, folder } = newPlace()
    await (await openFilled(file)).close()
    const words = 'the keys were not tried'
    expect(await run(file, [folder])).toMatchObject({ code: 0, said: expect.stringContaining(words) })
    expect((await run(file, [folder], { PORTICO_KEYS: KEYS })).said).not.toContain(words)
  })

  test.each([
    ['a PostgreSQL', ['x'], { DATABASE_URL: 'postgres://127.0.0.1/portico' }, 'pg_dump'],
    ['a store that is not there', ['x'], {}, 'There is no store at'],
    ['a count that is none', ['--keep', '0'], {}, 'Usage:'],
    ['an option that it does not know', ['--kept', '1'], {}, 'Usage:'],
  ])('of %s is refused in one line', async (_, args, env: Record<string, string>, words) => {
    const { file } = newPlace()
    const made = await run(file, args, env)
    expect(made.code).toBeGreaterThan(0)
    expect(made.errors).toContain(words)
    expect(existsSync(file)).toBe(false)
  })
})
