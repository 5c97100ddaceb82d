/**
 * A process of its own that mails, to be killed. Run as `sender.ts <store url> <SMTP port> <life>`: from its second life
 * on the leases of the life before have ended. One line for each mail that is committed; with `last` in place of a
 * number it only sends what is left, and ends.
 */
import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { MINUTE_MS } from '../../../src/clock.ts'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { createLog } from '../../../src/log.ts'
import { createDelivery } from '../../../src/mail/deliver.ts'
import { enqueueMail } from '../../../src/mail/outbox.ts'
import { createMailLines } from '../../../src/mail/transport.ts'
import { openStore } from '../../../src/store/open.ts'

const LIFE_MS = 6 * MINUTE_MS
const [, , url = '', port = '', life = ''] = process.argv
const isLast = life === 'last'
const startsAt = (isLast ? 100_000 : Number(life)) * LIFE_MS
const now = () => Date.now() + startsAt

const store = await openStore(url)
const keyring = createKeyring(process.env['PORTICO_KEYS'] ?? '')
const settings = {
  from: 'portal@fernwood.example',
  host: '127.0.0.1',
  port: Number(port),
  security: 'none' as const,
}
const openLine = createMailLines(async () => settings)
const isPortalOpen = async () => true
const delivery = createDelivery({ store, keyring, now, log: createLog('silent'), openLine, isPortalOpen })

async function write() {
  for (let number = 0; ; number++) {
    const key = `${life}-${number}`
    const mail = { to: 'ann@mail.example', subject: key, text: key, html: `<p>${key}` }
    const request = { practiceId: 'fernwood', kind: 'notice' as const, dedupeKey: key, mail, runAt: now() }
    await store.transaction((tx) => enqueueMail(tx, keyring, request, now()))
    writeSync(1, `${key}\n`)
    await delay(1)
  }
}

async function send() {
  for (;;) if (!(await delivery.run())) await delay(1)
}

if (isLast) {
  while (await delivery.run());
  await store.close()
} else await Promise.all([write(), send()])
