import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import { stampOf, syncFolder } from './backup.ts'
import { checkCopy, type Checked, type CheckDeps } from './backup-check.ts'
import { holdSqlite, StoreInUse } from './hold-sqlite.ts'

const SIDE_FILES = ['-wal', '-shm', '-journal']
const COMING = '.restoring-'

export type Restored = Checked & {
  /** Where the store is that stood there before; null = there was none. */
  before: string | null
  /** Why the store that stood there could not be closed in an orderly way; its side files lie beside it. */
  damage: string | null
}

/**
 * Puts a backup in the place of an embedded store that nobody uses, in one step: at every instant there is one whole
 * store at that place (in two where the file system knows no hard links). What stood there is kept beside it.
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
  removeStale(file)
  const coming = `${file}${COMING}${process.pid}`
  try {
    copyClosed(from, file, coming)
    const checked = await checkCopy(coming, deps)
    giveTo(existsSync(file) ? file : dirname(file), coming)
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

/** Of restores that were killed. */
function removeStale(file: string) {
  const start = `${basename(file)}${COMING}`
  for (const name of readdirSync(dirname(file)).filter((name) => name.startsWith(start)))
    if (!isAnothers(Number.parseInt(name.slice(start.length), 10))) rmSync(join(dirname(file), name))
}

/** Whether another process that runs has this number. */
function isAnothers(pid: number) {
  if (pid === process.pid || !(pid > 0)) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Who restores as root must not lock the service out of its store. */
function giveTo(owners: string, path: string) {
  const [wanted, is] = [statSync(owners), statSync(path)]
  if (wanted.uid === is.uid && wanted.gid === is.gid) return
  try {
    chownSync(path, wanted.uid, wanted.gid)
  } catch (cause) {
    throw new Error(`${owners} belongs to another user. Restore as that one, or as root.`, { cause })
  }
}

function swap(coming: string, file: string, before: string): Pick<Restored, 'before' | 'damage'> {
  if (!existsSync(file)) {
    renameSync(coming, file)
    syncFolder(dirname(file))
    return { before: null, damage: null }
  }
  const held = holdOrDamage(file)
  try {
    linkOrMove(file, before)
    // Left only by a store that is damaged; beside the new one they would damage it too.
    for (const side of SIDE_FILES) if (existsSync(file + side)) renameSync(file + side, before + side)
    renameSync(coming, file)
    syncFolder(dirname(file))
  } catch (error) {
    if (!existsSync(file) && existsSync(before)) renameSync(before, file)
    throw error
  } finally {
    if ('database' in held) held.database.close()
  }
  return { before, damage: 'damage' in held ? held.damage : null }
}

/**
 * A second name for the old file, so that there is a store at every instant until the new one takes the first name; a
 * file system without links has to do with a moment in between. A copy would not do: to close it ends our lock.
 */
function linkOrMove(file: string, before: string): void {
  try {
    linkSync(file, before)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NO_LINKS.has(String(error.code)))) throw error
    renameSync(file, before)
  }
}
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** A store that is damaged is why people restore one: it cannot be locked, and no service works on it. */
function holdOrDamage(file: string) {
  try {
    return { database: holdSqlite(file) }
  } catch (error) {
    if (error instanceof StoreInUse || !(error instanceof Error && 'errcode' in error)) throw error
    return { damage: error.message }
  }
}
