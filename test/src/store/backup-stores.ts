/** Stores for the tests of backup and restore, and the program that is tested. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll } from 'vitest'
import { accountContext } from '../../../src/accounts/store.ts'
import { recordAudit } from '../../../src/audit/record.ts'
import { sealAudit } from '../../../src/audit/seal.ts'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { runBackup } from '../../../src/store/backup-main.ts'
import { migrate } from '../../../src/store/migrate.ts'
import { openStore, type Store } from '../../../src/store/open.ts'

export const NOW = 1_750_000_000_000
export const KEYS = `1:${randomBytes(32).toString('base64url')}`
const places: string[] = []

afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true, force: true })
})

export function newPlace() {
  const place = mkdtempSync(join(tmpdir(), 'portico-backup-'))
  places.push(place)
  return { file: join(place, 'data', 'portico.sqlite'), folder: join(place, 'backups'), place }
}

/** A store with an account and some history, as a service would have it open. */
export async function openFilled(file: string): Promise<Store> {
  const store = await openStore(`sqlite:${file}`)
  await migrate(store)
  const index_sealed = createKeyring(KEYS).seal('{}', accountContext('fernwood', 'a1'))
  await store.db
    .insertInto('portal_account')
    .values({ ...ACCOUNT, index_sealed })
    .execute()
  await record(store, 30)
  return store
}

const ACCOUNT = {
  practice_id: 'fernwood',
  id: 'a1',
  account_id: 'ABCDEFGHJK',
  username: null,
  username_key: null,
  created_at: NOW,
  activated_at: null,
  last_signed_in_at: null,
  suspended_at: null,
  closed_at: null,
  version: 1,
}

export async function record(store: Store, count: number) {
  await store.transaction(async (tx) => {
    for (let number = 0; number < count; number++)
      await recordAudit(
        tx,
        { practiceId: 'fernwood', actor: 'portico', action: 'access.allowed', detail: {} },
        NOW + number,
      )
  })
  while (await sealAudit(store, 'node', NOW));
}

/** The program in this process. */
export async function run(file: string, args: string[], env: Record<string, string> = {}) {
  const said: string[] = []
  const errors: string[] = []
  const terminal = { log: (line: string) => said.push(line), error: (line: string) => errors.push(line) }
  const code = await runBackup(args, { DATABASE_URL: `sqlite:${file}`, ...env }, terminal)
  return { code, said: said.join('\n'), errors: errors.join('\n') }
}

export const backupsIn = (folder: string) => readdirSync(folder).toSorted()
export const modeOf = (path: string) => statSync(path).mode & 0o777

export const practicesIn = (file: string) => {
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = database.prepare('select id from practice order by id').all()
  database.close()
  return rows.map(({ id }) => id)
}

export const addPractice = (store: Store, id: string) =>
  store.db
    .insertInto('practice')
    .values({
      id,
      fhir_base: id,
      name: id,
      created_at: 1,
      updated_at: 1,
      settings_version: 0,
      roles_seeded_at: null,
    })
    .execute()

/** Writes nonsense over the pages in the middle. */
export function damage(file: string) {
  const bytes = readFileSync(file)
  bytes.fill(0xa5, Math.floor(bytes.length / 3), Math.floor((bytes.length * 2) / 3))
  writeFileSync(file, bytes)
}
