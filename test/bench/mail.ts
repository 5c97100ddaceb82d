import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyring } from '../../src/crypto/keyring.ts'
import { createLog } from '../../src/log.ts'
import { createDelivery } from '../../src/mail/deliver.ts'
import { enqueueMail } from '../../src/mail/outbox.ts'
import { openMailLine } from '../../src/mail/transport.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { killSenders } from '../support/mail-kills.ts'
import { startHelper } from './child.ts'
import { atMost, type Figure, median, reported } from './figure.ts'

const ROUNDS = 5
const PER_ROUND = 400
const KILLS = 100
const PRACTICE = 'bench'

const keyring = createKeyring(`bench:${randomBytes(32).toString('base64url')}`)
const mail = {
  to: 'ann@mail.example',
  subject: 'Your patient portal is ready',
  text: 'Hello Ann,\n\n'.padEnd(2000, 'Open it with the link. '),
  html: '<p>Hello Ann</p>'.padEnd(6000, '<p>Open it with the link.</p>'),
}

/** How many mails the outbox hands over in a second, beside the same mails without an outbox; and whether kills lose any. */
export async function measureMail(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-bench-'))
  const url = (name: string) => `sqlite:${join(folder, `${name}.sqlite`)}`
  const [store, killed] = [await migrated(url('outbox')), await migrated(url('killed'))]
  await killed.close()
  const server = await startHelper('test/bench/smtp.ts')
  try {
    const port = Number(new URL(server.said.url).port)
    await sendAll(store, port)
    const rates: number[] = []
    const bare: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      rates.push(await sendAll(store, port))
      bare.push(await sendBare(port))
    }
    const { lost, mixedUp } = await killSenders(url('killed'), KILLS)
    return [
      reported('mail-outbox-per-second', median(rates)),
      reported('mail-outbox-over-bare-smtp-ratio', median(rates) / median(bare)),
      atMost(`mail-lost-in-${KILLS}-kills`, lost.length + mixedUp.length, 0),
    ]
  } finally {
    await Promise.all([server.stop(), store.close()])
    await rm(folder, { recursive: true, force: true })
  }
}

async function migrated(url: string): Promise<Store> {
  const store = await openStore(url)
  await migrate(store)
  return store
}

/** Mails a second, from due to settled. */
async function sendAll(store: Store, port: number): Promise<number> {
  const now = Date.now
  await store.transaction(async (tx) => {
    for (let number = 0; number < PER_ROUND; number++) {
      const request = { practiceId: PRACTICE, kind: 'invitation' as const, dedupeKey: crypto.randomUUID() }
      await enqueueMail(tx, keyring, { ...request, mail, runAt: now() }, now())
    }
  })
  const openLine = async () => openMailLine(settingsFor(port))
  const isPortalOpen = async () => true
  const delivery = createDelivery({ store, keyring, now, log: createLog('silent'), openLine, isPortalOpen })
  const startedAt = performance.now()
  while (await delivery.run());
  return (PER_ROUND * 1000) / (performance.now() - startedAt)
}

async function sendBare(port: number): Promise<number> {
  const line = openMailLine(settingsFor(port))
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: PER_ROUND }, () => line.send(crypto.randomUUID(), mail)))
  line.close()
  return (PER_ROUND * 1000) / (performance.now() - startedAt)
}

const settingsFor = (port: number) => ({
  from: 'Bench <portal@bench.example>',
  host: '127.0.0.1',
  port,
  security: 'none' as const,
})
