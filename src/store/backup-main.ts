/** `npm run backup`: copies the embedded store while it is in use, or puts a copy back in its place. */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { accountContext } from '../accounts/store.ts'
import { brokenTrails } from '../audit/verify.ts'
import { systemClock } from '../clock.ts'
import { DEFAULT_DATABASE_URL } from '../config.ts'
import { createKeyring, type Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import { openStaffName } from '../staff/store.ts'
import { backupStore } from './backup.ts'
import type { Checked, CheckDeps } from './backup-check.ts'
import type { Db } from './open.ts'
import { restoreStore } from './restore.ts'

const USAGE = `Usage: npm run backup [-- FOLDER] [-- --keep COUNT]
       npm run backup -- --restore FILE`

type Task = { folder: string; keep: number | null; restore: string | null }

/** Where a program speaks: results on one side, what is wrong on the other. */
type Terminal = Pick<Console, 'log' | 'error'>

/** @returns the exit code: 0 done, 1 not done or an alarm, 2 asked for in the wrong way */
export async function runBackup(
  args: string[],
  env: Record<string, string | undefined>,
  terminal: Terminal,
): Promise<number> {
  const fail = (words: string, code: number) => {
    terminal.error(words)
    return code
  }
  const task = readTask(args)
  if (!task) return fail(USAGE, 2)
  // The default would put it beside this program, where no service looks for it.
  if (task.restore !== null && !env['DATABASE_URL'])
    return fail('DATABASE_URL must say which store to restore, as it does for the service.', 2)
  const url = env['DATABASE_URL'] || DEFAULT_DATABASE_URL
  if (!url.startsWith('sqlite:'))
    return fail('DATABASE_URL names a PostgreSQL: back it up with pg_dump, restore it with pg_restore.', 2)
  try {
    const file = url.slice('sqlite:'.length)
    const deps = checks(env['PORTICO_KEYS'] ? createKeyring(env['PORTICO_KEYS']) : null)
    const code =
      task.restore === null
        ? await back(file, task, deps, terminal)
        : await restore(file, task.restore, deps, terminal)
    if (!env['PORTICO_KEYS']) terminal.log('PORTICO_KEYS were not at hand: the keys were not tried on it.')
    return code
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), 1)
  }
}

function readTask(args: string[]): Task | null {
  try {
    const options = { keep: { type: 'string' }, restore: { type: 'string' } } as const
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const { keep, restore } = values
    if (positionals.length > (restore === undefined ? 1 : 0)) return null
    if (keep !== undefined && (restore !== undefined || !/^[1-9]\d{0,5}$/.test(keep))) return null
    return {
      folder: positionals[0] ?? './backups',
      keep: keep === undefined ? null : Number(keep),
      restore: restore ?? null,
    }
  } catch {
    return null
  }
}

async function back(file: string, { folder, keep }: Task, deps: CheckDeps, terminal: Terminal) {
  const made = await backupStore(file, { folder, keep, now: systemClock }, deps)
  terminal.log(`${made.file}: ${sizeOf(made.bytes)}, ${made.rows} rows in ${made.tables} tables, checked`)
  for (const name of made.deleted) terminal.log(`deleted ${name}`)
  terminal.log(
    'PORTICO_KEYS are not in it: keep them too, in another place. Without them nobody can read it.',
  )
  const code = warn(made, terminal)
  if (code !== 0 && keep !== null) terminal.error('No older backup was deleted.')
  return code
}

async function restore(file: string, from: string, deps: CheckDeps, terminal: Terminal) {
  const existed = existsSync(file)
  const made = await restoreStore({ from, file, now: systemClock }, deps)
  terminal.log(`${file} is now ${from}: ${made.rows} rows in ${made.tables} tables, checked`)
  if (existed) terminal.log(`What stood there is kept as ${made.before}`)
  if (made.damage) terminal.log(`It is damaged (${made.damage}); what lay beside it was kept beside it.`)
  if (made.isOlder) terminal.log('An earlier release wrote it; it is brought up to date at the next start.')
  terminal.log('Start Portico with the PORTICO_KEYS of that time: they are not part of a backup.')
  warn(made, terminal)
  return 0
}

/** What is no reason to go without a backup, and must be heard all the same. */
function warn({ brokenTrails, keysOpen }: Checked, terminal: Terminal) {
  for (const line of brokenTrails) terminal.error(`Warning: the audit trail does not hold: ${line}`)
  if (keysOpen === false)
    terminal.error(
      'Warning: PORTICO_KEYS do not open what is sealed in it. They are of another store or time.',
    )
  return brokenTrails.length === 0 && keysOpen !== false ? 0 : 1
}

const checks = (keyring: Keyring | null): CheckDeps => ({
  brokenTrails,
  keysOpen: async (db) => (keyring ? opensNewest(db, keyring) : null),
})

/** The newest of each, as the oldest may have outlived its key. */
async function opensNewest(db: Db, keyring: Keyring): Promise<boolean | null> {
  const account = await db
    .selectFrom('portal_account')
    .select(['practice_id', 'id', 'index_sealed'])
    .where('index_sealed', 'is not', null)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (account) {
    const context = accountContext(account.practice_id, account.id)
    return openOrNull(keyring, account.index_sealed, context) !== null
  }
  const staff = await db
    .selectFrom('staff_member')
    .select(['practice_id', 'name_sealed'])
    .where('name_sealed', 'is not', null)
    .orderBy('last_seen_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return staff ? openStaffName(keyring, staff.practice_id, staff.name_sealed) !== null : null
}

const sizeOf = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`

if (import.meta.main) process.exitCode = await runBackup(process.argv.slice(2), process.env, console)
