import { randomBytes } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import { createLog } from '../../../src/log.ts'
import { deliverMail, enqueueMail, type Mail } from '../../../src/mail/outbox.ts'
import type { SendMail } from '../../../src/mail/transport.ts'
import { startChild } from '../../support/child.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const MINUTE = 60_000
const KEYS = `test:${randomBytes(32).toString('base64url')}`
const keyring = createKeyring(KEYS)
const log = createLog('silent')
const store = await openTestStore()
const welcome: Mail = { to: 'ann@mail.example', subject: 'Welcome', text: 'Hello Ann', html: '<p>Hello Ann' }

const enqueue = (dedupeKey: string, runAt = NOW, db = store.db) =>
  enqueueMail(db, keyring, { practiceId: 'fernwood', dedupeKey, mail: welcome, runAt }, NOW)
const deliver = (send: SendMail, now = NOW) => deliverMail({ store, keyring, now: () => now, log, send })
const rows = () => store.db.selectFrom('outbox').selectAll().orderBy('dedupe_key').execute()
const refused = (code: string, responseCode?: number) =>
  Promise.reject(Object.assign(new Error('<ann@mail.example> is not known here'), { code, responseCode }))

beforeEach(() => store.db.deleteFrom('outbox').execute())

test('a mail is sent once, when it is due, and then nothing of it is left to read', async () => {
  await enqueue('welcome a')
  await enqueue('welcome a')
  await enqueue('welcome b', NOW + 1)
  const [row] = await rows()
  const sent: unknown[] = []
  const send: SendMail = async (...args) => void sent.push(args)
  expect(await deliver(send)).toBe(true)
  expect(await deliver(send)).toBe(false)
  expect(sent).toEqual([['fernwood', row?.id, welcome]])
  expect(await rows()).toMatchObject([
    { dedupe_key: 'welcome a', sent_at: NOW, payload_sealed: null, attempts: 1 },
    { dedupe_key: 'welcome b', sent_at: null, attempts: 0 },
  ])
})

test('a mail of a change that was undone is never sent', async () => {
  const undone = store.transaction(async (tx) => {
    await enqueue('welcome a', NOW, tx)
    throw new Error('no')
  })
  await expect(undone).rejects.toThrow('no')
  expect(await rows()).toEqual([])
})

test('while the server is away a mail waits, and goes under the same id when it is back', async () => {
  await enqueue('welcome a')
  const ids: string[] = []
  const away: SendMail = (_practice, id) => (ids.push(id), refused('ECONNECTION'))
  await deliver(away)
  expect(await rows()).toMatchObject([
    { run_at: NOW + 2000, sent_at: null, failed_at: null, last_error: 'ECONNECTION' },
  ])
  await deliver(away, NOW + 2000)
  expect(await rows()).toMatchObject([{ run_at: NOW + 2000 + 4000, attempts: 2 }])
  await deliver(async (_practice, id) => void ids.push(id), NOW + MINUTE)
  expect(new Set(ids).size).toBe(1)
  expect(await rows()).toMatchObject([{ sent_at: NOW + MINUTE, last_error: null, payload_sealed: null }])
})

test('an address that the server refuses for good is given up, without naming it', async () => {
  await enqueue('welcome a')
  await deliver(() => refused('EENVELOPE', 550))
  expect(await rows()).toMatchObject([
    { failed_at: NOW, sent_at: null, last_error: 'EENVELOPE 550', payload_sealed: null },
  ])
  expect(await deliver(() => refused('EENVELOPE', 550), NOW + 60 * MINUTE)).toBe(false)
})

test.each([
  ['greylisting', 'EENVELOPE', 450],
  ['a wrong password for the server', 'EAUTH', 535],
])('%s is tried again', async (_name, code, answer) => {
  await enqueue('welcome a')
  await deliver(() => refused(code, answer))
  expect(await rows()).toMatchObject([
    { failed_at: null, run_at: NOW + 2000, last_error: `${code} ${answer}` },
  ])
})

test('a sender that died leaves the mail to the next, and comes back to nothing', async () => {
  await enqueue('welcome a')
  const dead = Promise.withResolvers<void>()
  const first = deliver(() => dead.promise)
  await expect.poll(async () => (await rows())[0]?.attempts).toBe(1)
  const sent: string[] = []
  const send: SendMail = async (_practice, id) => void sent.push(id)
  expect(await deliver(send, NOW + 5 * MINUTE - 1)).toBe(false)
  expect(await deliver(send, NOW + 5 * MINUTE)).toBe(true)
  dead.reject(new Error('too late'))
  await first
  expect(sent).toHaveLength(1)
  expect(await rows()).toMatchObject([{ sent_at: NOW + 5 * MINUTE, attempts: 2, last_error: null }])
})

test('four processes send three hundred mails, each exactly once', async () => {
  await store.transaction(async (tx) => {
    for (let number = 0; number < 300; number++) await enqueue(`mail ${number}`, NOW, tx)
  })
  const script = new URL('../store/child.ts', import.meta.url)
  const senders = Array.from({ length: 4 }, () =>
    startChild(script, ['mail', store.url], { PORTICO_KEYS: KEYS }),
  )
  for (const sender of senders) expect(await sender.ended).toEqual({ code: 0, errors: '' })
  const sent = senders.flatMap((sender) => sender.lines)
  const settled = await rows()
  expect(sent).toHaveLength(300)
  expect(sent.toSorted()).toEqual(settled.map((row) => row.id).toSorted())
  expect(settled.filter((row) => row.sent_at === null || row.attempts !== 1)).toEqual([])
}, 30_000)
