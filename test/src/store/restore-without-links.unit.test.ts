import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { addPractice, backupsIn, newPlace, openFilled, practicesIn, run } from './backup-stores.ts'

const fault = vi.hoisted(() => ({ ofComing: false }))

/** A file system that knows no hard links, and may break as the new store takes its place. */
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>()
  return {
    ...fs,
    linkSync: () => {
      throw Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' })
    },
    renameSync: (from: string, to: string) => {
      if (fault.ofComing && from.includes('.restoring-')) throw new Error('the disk is gone')
      fs.renameSync(from, to)
    },
  }
})

async function backedUp() {
  const { file, folder } = newPlace()
  const store = await openFilled(file)
  await run(file, [folder])
  await addPractice(store, 'harbor')
  await store.close()
  return { file, backup: join(folder, backupsIn(folder)[0] ?? '') }
}

test('where there are no hard links a store is restored all the same, and the old one kept', async () => {
  const { file, backup } = await backedUp()
  expect(await run(file, ['--restore', backup])).toMatchObject({ code: 0, errors: '' })
  const [, before = ''] = readdirSync(dirname(file)).toSorted()
  expect([practicesIn(file), practicesIn(join(dirname(file), before))]).toEqual([[], ['harbor']])
})

test('when that fails half way, the old store is back in its place', async () => {
  const { file, backup } = await backedUp()
  fault.ofComing = true
  expect(await run(file, ['--restore', backup])).toMatchObject({ code: 1, errors: 'the disk is gone' })
  expect(readdirSync(dirname(file))).toEqual(['portico.sqlite'])
  expect(practicesIn(file)).toEqual(['harbor'])
})
