import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sql } from 'kysely'
import { accountContext } from '../accounts/store.ts'
import { MINUTE_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { openOrNull } from '../crypto/open-or-null.ts'
import { PRINTED } from '../mail/read-outbox.ts'
import { openStaffName } from '../staff/store.ts'
import type { Db, Store } from '../store/open.ts'
import { find, type Finding } from './findings.ts'

export type StoreCheckDeps = { store: Store; keyring: Keyring; now: Clock }

const LATE_MS = 15 * MINUTE_MS
const LOW_BYTES = 2 ** 30
const ON_THIS_MACHINE = /^(127\.|::1$)/

/** Where everything is kept: room, the way there, the seals of the trail, work that waits, keys. */
export const storeChecks = (deps: StoreCheckDeps, practiceId: string): Promise<Finding[]> =>
  Promise.all([
    deps.store.engine === 'sqlite' ? sqlite(deps.store.db) : postgres(deps.store.db),
    trail(deps, practiceId),
    queues(deps, practiceId),
    keys(deps, practiceId),
  ])

async function sqlite(db: Db): Promise<Finding> {
  const { rows } = await sql<{
    file: string
  }>`select file from pragma_database_list where name = 'main'`.execute(db)
  const file = rows[0]?.file ?? ''
  const found = await Promise.all([sizeOf(file), statfs(dirname(file))]).catch(() => null)
  if (!found) return find('store', 'fault', 'gone', { with: { file } })
  const [size, { bavail, bsize }] = found
  const free = bavail * bsize
  const values = { with: { size: megabytes(size), free: (free / 2 ** 30).toFixed(1) } }
  return free < LOW_BYTES ? find('store', 'warning', 'low', values) : find('store', 'ok', 'sqlite', values)
}

/** With what was committed and stands beside the file as yet. */
async function sizeOf(file: string): Promise<number> {
  const [main, log] = await Promise.all([stat(file), stat(`${file}-wal`).catch(() => null)])
  return main.size + (log?.size ?? 0)
}

/** Asked of the connection itself, so that it is what is, not what somebody configured. */
async function postgres(db: Db): Promise<Finding> {
  const { rows } = await sql<{
    version: string
    size: number
    client: string | null
    sealed: boolean | null
  }>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as size,
      host(inet_client_addr()) as client, (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as sealed`.execute(
    db,
  )
  const { version = '?', size = 0, client = null, sealed = null } = rows[0] ?? {}
  const values = { with: { version: version.split(' ')[0] ?? version, size: megabytes(size) } }
  if (sealed === true) return find('store', 'ok', 'postgres', values)
  // Without an address it came by a socket of this machine.
  return client === null || ON_THIS_MACHINE.test(client)
    ? find('store', 'ok', 'postgres-here', values)
    : find('store', 'warning', 'postgres-plain', values)
}

const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)

async function trail({ store: { db }, now }: StoreCheckDeps, practiceId: string): Promise<Finding> {
  const { rows } = await db
    .selectFrom('audit')
    .select((select) => select.fn.countAll<number>().as('rows'))
    .where('practice_id', '=', practiceId)
    .where('seq', 'is', null)
    .where('at', '<', now() - MINUTE_MS)
    .executeTakeFirstOrThrow()
  return rows === 0
    ? find('audit-chain', 'ok', 'sealed')
    : find('audit-chain', 'warning', 'waits', { with: { rows } })
}

async function queues({ store: { db }, now }: StoreCheckDeps, practiceId: string): Promise<Finding> {
  const late = now() - LATE_MS
  const mail = db
    .selectFrom('outbox')
    .where('sent_at', 'is', null)
    // What somebody printed instead is settled.
    .where((eb) => eb.or([eb('last_error', 'is', null), eb('last_error', '<>', PRINTED)]))
    .where((eb) => eb.or([eb('failed_at', 'is not', null), eb('run_at', '<', late)]))
  const work = db
    .selectFrom('job')
    .where('done_at', 'is', null)
    .where((eb) => eb.or([eb('failed_at', 'is not', null), eb('run_at', '<', late)]))
  const [{ mails }, { jobs }] = await Promise.all([
    mail
      .where('practice_id', '=', practiceId)
      .select((select) => select.fn.countAll<number>().as('mails'))
      .executeTakeFirstOrThrow(),
    work
      .where('practice_id', '=', practiceId)
      .select((select) => select.fn.countAll<number>().as('jobs'))
      .executeTakeFirstOrThrow(),
  ])
  return mails + jobs === 0
    ? find('queues', 'ok', 'empty')
    : find('queues', 'warning', 'late', { with: { mails, jobs } })
}

/** Tries what was sealed last: who was here last, and the newest account. Older names may have outlived their key. */
async function keys({ store: { db }, keyring }: StoreCheckDeps, practiceId: string): Promise<Finding> {
  const [staff, account] = await Promise.all([
    db
      .selectFrom('staff_member')
      .select('name_sealed')
      .where('practice_id', '=', practiceId)
      .where('name_sealed', 'is not', null)
      .orderBy('last_seen_at', 'desc')
      .limit(1)
      .executeTakeFirst(),
    db
      .selectFrom('portal_account')
      .select(['id', 'index_sealed'])
      .where('practice_id', '=', practiceId)
      .where('index_sealed', 'is not', null)
      .orderBy('created_at', 'desc')
      .limit(1)
      .executeTakeFirst(),
  ])
  const opened = [
    ...(staff ? [openStaffName(keyring, practiceId, staff.name_sealed)] : []),
    ...(account ? [openOrNull(keyring, account.index_sealed, accountContext(practiceId, account.id))] : []),
  ]
  if (opened.length === 0) return find('keys', 'unknown', 'untried')
  return opened.includes(null) ? find('keys', 'fault', 'shut') : find('keys', 'ok', 'open')
}
