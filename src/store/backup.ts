import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { type Clock, DAY_MS } from '../clock.ts'
import { checkCopy, type Checked, type CheckDeps } from './backup-check.ts'

const NAME = /^portico-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.sqlite$/
const UNFINISHED = /^\.portico-.*\.unfinished$/
const ALL_PAGES = 2 ** 31 - 1

export type Backup = Checked & { file: string; bytes: number; deleted: string[] }

type BackupOptions = {
  folder: string
  /** So many stay, this one included; null = all. */
  keep: number | null
  now: Clock
}

/**
 * Copies an embedded store while it is in use, checks the copy, and only then gives it its name. Older copies go only
 * when all of this one that could be checked holds: its pages, its audit trail, its keys.
 *
 * @param file the store
 * @throws Error in words for people; then no copy is left and no older one was deleted
 */
export async function backupStore(file: string, options: BackupOptions, deps: CheckDeps): Promise<Backup> {
  const { folder, keep, now } = options
  if (!existsSync(file)) throw new Error(`There is no store at ${file}.`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  removeUnfinished(folder, now() - DAY_MS)
  const name = `portico-${stampOf(now())}.sqlite`
  const unfinished = join(folder, `.${name}.${process.pid}.unfinished`)
  try {
    await copyPages(file, unfinished)
    const checked = await checkCopy(unfinished, deps)
    const path = join(folder, name)
    renameSync(unfinished, path)
    syncFolder(folder)
    const holds = checked.brokenTrails.length === 0 && checked.keysOpen !== false
    const deleted = keep === null || !holds ? [] : deleteOlder(folder, keep)
    return { ...checked, file: path, bytes: statSync(path).size, deleted }
  } finally {
    for (const side of ['', '-wal', '-shm', '-journal']) rmSync(unfinished + side, { force: true })
  }
}

/** In one step, so that a store that changes all the time does not make it begin again; nobody waits for it in WAL. */
async function copyPages(from: string, to: string) {
  closeSync(openSync(to, 'wx', 0o600))
  const source = new DatabaseSync(from, { readOnly: true, timeout: 5000 })
  try {
    await backup(source, to, { rate: ALL_PAGES })
  } finally {
    source.close()
  }
}

/** An instant (UTC) as part of a file's name, e.g. `2026-11-22T12-30-05-000Z`; not every file system bears colons. */
export const stampOf = (at: number): string => new Date(at).toISOString().replaceAll(/[:.]/g, '-')

/** A rename is on disk once its folder is. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

function deleteOlder(folder: string, keep: number) {
  const older = readdirSync(folder)
    .filter((name) => NAME.test(name))
    .toSorted()
    .toReversed()
    .slice(keep)
  for (const name of older) rmSync(join(folder, name))
  return older
}

/** What a backup that was killed has left; a younger one may still be running. */
function removeUnfinished(folder: string, before: number) {
  for (const name of readdirSync(folder).filter((name) => UNFINISHED.test(name))) {
    const path = join(folder, name)
    if (statSync(path).mtimeMs < before) rmSync(path)
  }
}
