import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import { stampOf, syncFolder } from './backup.ts'
import { checkCopy, type Checked, type CheckDeps } from './backup-check.ts'
import { holdSqlite, StoreInUse } from './hold-sqlite.ts'

const SIDE_FILES = ['-wal', '-shm', '-journal']

export type Restored = Checked & {
  /** Where the store is that stood there before; null = there was none. */
  before: string | null
  /** Why the store that stood there could not be closed in an orderly way; its side files lie beside it. */
  damage: string | null
}

/**
 * Puts a backup in the place of an embedded store that nobody uses, in one step: at every instant there is one whole
 * store at that place. What stood there is kept beside it.
 *
 * @param from the backup, which stays where it is
 * @throws StoreInUse
 * @throws Error in words for people; then everything is as it was
 */
export async function restoreStore(
  { from, file, now }: { from: string; file: string; now: Clock },
  deps: CheckDeps,
): Promise<Restored> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const coming = `${file}.restoring-${process.pid}`
  try {
    copyClosed(from, file, coming)
    const checked = await checkCopy(coming, deps)
    return { ...checked, ...swap(coming, file, `${file}.before-restore-${stampOf(now())}`) }
  } finally {
    for (const side of ['', ...SIDE_FILES]) rmSync(coming + side, { force: true })
  }
}

function copyClosed(from: string, file: string, to: string) {
  if (!existsSync(from)) throw new Error(`There is no backup at ${from}.`)
  if (resolve(from) === resolve(file)) throw new Error('This is the store itself, not a backup of it.')
  const open = SIDE_FILES.find((side) => (statSync(from + side, { throwIfNoEntry: false })?.size ?? 0) > 0)
  if (open)
    throw new Error(
      `${from}${open} belongs to it: it is a store that is open, or was never closed, not a backup.`,
    )
  copyFileSync(from, to, constants.COPYFILE_EXCL)
  chmodSync(to, 0o600)
}

function swap(coming: string, file: string, before: string): Pick<Restored, 'before' | 'damage'> {
  if (!existsSync(file)) {
    renameSync(coming, file)
    syncFolder(dirname(file))
    return { before: null, damage: null }
  }
  const held = holdOrDamage(file)
  try {
    // A second name for the old file, then the new one under the first name: there is a store at every instant.
    linkSync(file, before)
    // Left only by a store that is damaged; beside the new one they would damage it too.
    for (const side of SIDE_FILES) if (existsSync(file + side)) renameSync(file + side, before + side)
    renameSync(coming, file)
    syncFolder(dirname(file))
  } finally {
    if ('database' in held) held.database.close()
  }
  return { before, damage: 'damage' in held ? held.damage : null }
}

/** A store that is damaged is why people restore one: it cannot be locked, and no service works on it. */
function holdOrDamage(file: string) {
  try {
    return { database: holdSqlite(file) }
  } catch (error) {
    if (error instanceof StoreInUse || !(error instanceof Error && 'errcode' in error)) throw error
    return { damage: error.message }
  }
}
