/** A process of its own for tests that need several at once, or one to kill. Run as `child.ts <task> <store url>`. */
import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { recordAudit } from '../../../src/audit/record.ts'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { createLog } from '../../../src/log.ts'
import { createDelivery } from '../../../src/mail/deliver.ts'
import { migrate } from '../../../src/store/migrate.ts'
import { openStore, type Store } from '../../../src/store/open.ts'
import { countFailure } from '../../../src/store/throttle.ts'

const tell = (line: string) => writeSync(1, `${line}\n`)

/** One line per migration that this process ran. */
async function migrateStore(store: Store) {
  for (const id of await migrate(store)) tell(id)
}

/** Sends what is due until nothing is left; one line per mail. */
async function drainMail(store: Store) {
  const keyring = createKeyring(process.env['PORTICO_KEYS'] ?? '')
  const send = async (id: string) => {
    await delay(1)
    tell(id)
  }
  const openLine = async () => ({ send, close: () => {} })
  const isPortalOpen = async () => true
  const delivery = createDelivery({
    store,
    keyring,
    now: Date.now,
    log: createLog('silent'),
    openLine,
    isPortalOpen,
  })
  while (await delivery.run());
}

/** Writes pairs of rows for ever; one line for each pair that is committed. */
async function write(store: Store) {
  for (let number = 1; ; number++) {
    await store.transaction(async (tx) => {
      await countFailure(tx, 'fernwood', `pair ${number}`, 60_000, 1000)
      await recordAudit(tx, { practiceId: 'fernwood', actor: `pair ${number}`, action: 'pair.written' }, 1000)
    })
    tell(String(number))
  }
}

const TASKS: Record<string, (store: Store) => Promise<void>> = {
  migrate: migrateStore,
  mail: drainMail,
  write,
}
const [, , task = '', url = ''] = process.argv
const store = await openStore(url)
await TASKS[task]?.(store)
await store.close()
