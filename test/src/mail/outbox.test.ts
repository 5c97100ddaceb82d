import { randomBytes } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { createKeyring } from '../../../src/crypto/keyring.ts'
import type { Log } from '../../../src/log.ts'
import { createDelivery } from '../../../src/mail/deliver.ts'
import { dropMail, enqueueMail, type Mail, type NewMail } from '../../../src/mail/outbox.ts'
import { mailFaultOf } from '../../../src/mail/faults.ts'
import type { MailLine } from '../../../src/mail/transport.ts'
import { sweep } from '../../../src/store/sweep.ts'
import { startChild } from '../../support/child.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const MINUTE = 60_000
const DAY = 1440 * MINUTE
const KEYS = `test:${randomBytes(32).toString('base64url')}`
const keyring = createKeyring(KEYS)
const logged: unknown[] = []
const write = (...args: unknown[]) => void logged.push(args)
const log: Log = { info: write, warn: write, error: write, debug: write }
const store = await openTestStore()
const welcome: Mail = { to: 'ann@mail.example', subject: 'Welcome', text: 'Hello Ann', html: '<p>Hello Ann' }

type Send = MailLine['send']

const enqueue = (dedupeKey: string, runAt = NOW, db = store.db, more: Partial<NewMail> = {}) =>
  enqueueMail(
    db,
    keyring,
    { practiceId: 'fernwood', kind: 'welcome', dedupeKey, mail: welcome, runAt, ...more },
    NOW,
  )
const createSender = (send: Send | Record<string, Send>, now = NOW) =>
  createDelivery({
    store,
    keyring,
    now: () => now,
    log,
    isPortalOpen: async () => true,
    openLine: async (practice) => {
      const own = typeof send === 'function' ? send : send[practice]
      if (!own) throw Object.assign(new Error('none'), { code: 'ENOSERVER' })
      return { send: own, close: () => {} }
    },
  })
const deliver = (send: Send, now = NOW) => createSender(send, now).run()
const rows = () => store.db.selectFrom('outbox').selectAll().orderBy('dedupe_key').execute()
const topics = async () =>
  (await store.db.selectFrom('event').selectAll().execute()).map(
    ({ topic, practice_id }) => `${practice_id} ${topic}`,
  )
const refused = (code: string, rest: { responseCode?: number; command?: string } = {}) =>
  Promise.reject(Object.assign(new Error('<ann@mail.example> is not known here'), { code, ...rest }))
const unknownThere = () => refused('EENVELOPE', { responseCode: 550, command: 'RCPT TO' })

beforeEach(async () => {
  await store.db.deleteFrom('outbox').execute()
  await store.db.deleteFrom('event').execute()
  await store.db.deleteFrom('audit').execute()
})

test('a mail is sent once, when it is due, and then nothing of it is left to read', async () => {
  await enqueue('welcome a')
  await enqueue('welcome a')
  await enqueue('welcome b', NOW + 1)
  const [row] = await rows()
  const sent: unknown[] = []
  const send: Send = async (...args) => void sent.push(args)
  expect(await deliver(send)).toBe(true)
  expect(await deliver(send)).toBe(false)
  expect(sent).toEqual([[row?.id, welcome]])
  expect(await rows()).toMatchObject([
    { dedupe_key: 'welcome a', sent_at: NOW, payload_sealed: null, attempts: 1 },
    { dedupe_key: 'welcome b', sent_at: null, attempts: 0 },
  ])
  expect(await topics()).toEqual(['fernwood outbox'])
  const trail = await store.db.selectFrom('audit').select(['actor', 'action', 'detail']).execute()
  expect(trail).toEqual([
    { actor: 'portico', action: 'mail.sent', detail: JSON.stringify({ mail: row?.id, kind: 'welcome' }) },
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
  const away: Send = (id) => (ids.push(id), refused('ECONNECTION'))
  await deliver(away)
  expect(await rows()).toMatchObject([
    { run_at: NOW + 2000, sent_at: null, failed_at: null, last_error: 'not-reached' },
  ])
  await deliver(away, NOW + 2000)
  expect(await rows()).toMatchObject([{ run_at: NOW + 2000 + 4000, attempts: 2 }])
  await deliver(async (id) => void ids.push(id), NOW + MINUTE)
  expect(new Set(ids).size).toBe(1)
  expect(await rows()).toMatchObject([{ sent_at: NOW + MINUTE, last_error: null, payload_sealed: null }])
})

test('a practice without a server lets its mail wait', async () => {
  await enqueue('welcome a')
  await createSender({}).run()
  expect(await rows()).toMatchObject([{ failed_at: null, run_at: NOW + 2000, last_error: 'no-server' }])
})

test('an address that the server refuses for good is given up; for a week it can go again or be printed', async () => {
  await enqueue('welcome a')
  await deliver(unknownThere)
  expect(await rows()).toMatchObject([
    { failed_at: NOW, sent_at: null, last_error: 'recipient 550', payload_sealed: expect.any(String) },
  ])
  expect(await deliver(unknownThere, NOW + 60 * MINUTE)).toBe(false)
  const actions = await store.db.selectFrom('audit').select(['action', 'outcome']).execute()
  expect(actions).toEqual([{ action: 'mail.given-up', outcome: 'failed' }])
  await sweep(store, NOW + 7 * DAY - 1)
  expect(await rows()).toMatchObject([{ payload_sealed: expect.any(String) }])
  await sweep(store, NOW + 7 * DAY)
  expect(await rows()).toMatchObject([{ payload_sealed: null, last_error: 'recipient 550' }])
})

test('a mail is given up after three days of trying', async () => {
  await enqueue('welcome a')
  await store.db.updateTable('outbox').set({ attempts: 79 }).execute()
  await deliver(() => refused('ECONNECTION'))
  expect(await rows()).toMatchObject([{ failed_at: NOW, last_error: 'not-reached', attempts: 80 }])
})

test.each([
  ['greylisting', 'EENVELOPE', 450, 'RCPT TO', 'recipient 450'],
  ['a wrong password for the server', 'EAUTH', 535, 'AUTH PLAIN', 'sign-in 535'],
  ['a sender that the server does not take', 'EENVELOPE', 553, 'MAIL FROM', 'sender 553'],
])('%s is tried again', async (_name, code, responseCode, command, kept) => {
  await enqueue('welcome a')
  await deliver(() => refused(code, { responseCode, command }))
  expect(await rows()).toMatchObject([{ failed_at: null, run_at: NOW + 2000, last_error: kept }])
})

test('what cannot be opened under any key is tried again, and holds up nothing', async () => {
  await enqueue('welcome a')
  await enqueue('welcome b')
  await store.db
    .updateTable('outbox')
    .set({ payload_sealed: 'v1.gone.AAAA' })
    .where('dedupe_key', '=', 'welcome a')
    .execute()
  await deliver(async () => {})
  expect(await rows()).toMatchObject([
    { sent_at: null, failed_at: null, last_error: 'other' },
    { sent_at: NOW },
  ])
})

test('a server that keeps one practice waiting delays nobody else', async () => {
  for (let number = 0; number < 30; number++)
    await enqueue(`slow ${number}`, NOW - MINUTE, store.db, { practiceId: 'harbor' })
  const stuck = Promise.withResolvers<void>()
  const arrived: string[] = []
  const sender = createSender({ harbor: () => stuck.promise, fernwood: async (id) => void arrived.push(id) })
  expect(await sender.run()).toBe(true)
  await enqueue('quick')
  await sender.run()
  expect(arrived).toHaveLength(1)
  stuck.resolve()
  await sender.finish()
  const sent = (await rows()).filter((row) => row.sent_at !== null)
  expect(
    sent
      .map((row) => row.practice_id)
      .toSorted()
      .at(0),
  ).toBe('fernwood')
  expect(sent).toHaveLength(1 + 8)
})

test('a sender that died leaves the mail to the next, and comes back to nothing', async () => {
  await enqueue('welcome a')
  const dead = Promise.withResolvers<void>()
  const first = createSender(() => dead.promise)
  const running = first.run()
  await expect.poll(async () => (await rows())[0]?.attempts).toBe(1)
  const sent: string[] = []
  const send: Send = async (id) => void sent.push(id)
  expect(await deliver(send, NOW + 5 * MINUTE - 1)).toBe(false)
  expect(await deliver(send, NOW + 5 * MINUTE)).toBe(true)
  dead.reject(new Error('too late'))
  await running
  await first.finish()
  expect(sent).toHaveLength(1)
  expect(await rows()).toMatchObject([{ sent_at: NOW + 5 * MINUTE, attempts: 2, last_error: null }])
})

test('a mail that holds a way in goes nowhere once that is over, and is forgotten', async () => {
  await keepTicket('live', { expires_at: NOW + 1 })
  await keepTicket('expired', { expires_at: NOW })
  await keepTicket('used', { expires_at: NOW + 1, used_at: 1 })
  await keepTicket('ended', { expires_at: NOW + 1, ended_at: 1 })
  for (const about of ['live', 'expired', 'used', 'ended', 'swept'])
    await enqueue(about, NOW, store.db, { kind: 'invitation', about, account: 'a' })
  await enqueue('late', NOW, store.db, { kind: 'invitation', about: 'live', until: NOW })
  await enqueue('welcome', NOW, store.db, { about: 'used' })
  const sent: Mail[] = []
  await deliver(async (_id, mail) => void sent.push(mail))
  expect(sent).toHaveLength(2)
  expect((await rows()).map((row) => row.dedupe_key)).toEqual(['live', 'welcome'])
  const ofPatient = await store.db.selectFrom('audit').select(['action', 'patient_id']).execute()
  expect(ofPatient).toContainEqual({ action: 'mail.sent', patient_id: 'ann' })
})

test('a mail that holds a way in goes nowhere once the patient wants no e-mail; other mail goes', async () => {
  await keepTicket('live', { expires_at: NOW + 1 })
  await enqueue('link', NOW, store.db, { kind: 'invitation', about: 'live' })
  await enqueue('welcome')
  await store.db.updateTable('patient_access').set({ email_allowed_at: null }).execute()
  const sent: Mail[] = []
  await deliver(async (_id, mail) => void sent.push(mail))
  expect(sent).toHaveLength(1)
  expect((await rows()).map((row) => row.dedupe_key)).toEqual(['welcome'])
})

test('ending a ticket takes its mails back: what waits is forgotten, of what failed nothing readable stays', async () => {
  for (const key of ['waits', 'failed', 'sent']) await enqueue(key, NOW, store.db, { about: 'ticket' })
  await enqueue('other', NOW, store.db, { about: 'another' })
  const set = (key: string, row: { failed_at?: number; sent_at?: number; payload_sealed?: null }) =>
    store.db.updateTable('outbox').set(row).where('dedupe_key', '=', key).execute()
  await set('failed', { failed_at: NOW })
  await set('sent', { sent_at: NOW, payload_sealed: null })
  await store.transaction((tx) => dropMail(tx, 'fernwood', 'ticket'))
  expect(await rows()).toMatchObject([
    { dedupe_key: 'failed', payload_sealed: null, failed_at: NOW },
    { dedupe_key: 'other', payload_sealed: expect.any(String) },
    { dedupe_key: 'sent', sent_at: NOW },
  ])
})

test('the log says that a mail failed and why, never to whom or what about', async () => {
  logged.length = 0
  await enqueue('welcome a')
  await deliver(unknownThere)
  expect(logged).toEqual([
    [{ mail: (await rows())[0]?.id, attempt: 1, error: 'recipient 550' }, 'mail.failed'],
  ])
})

test('an older note of a fault reads as some fault', () => {
  expect([null, 'sign-in 535', 'timeout', 'EAUTH 535'].map(mailFaultOf)).toEqual([
    null,
    'sign-in',
    'timeout',
    'other',
  ])
})

async function keepTicket(id: string, state: { expires_at: number; used_at?: number; ended_at?: number }) {
  const practice_id = 'fernwood'
  const account = { practice_id, id: 'a', account_id: 'AAAAAAAAAA', created_at: 1, version: 1 }
  const none = { username: null, username_key: null, index_sealed: null, activated_at: null }
  const life = { last_signed_in_at: null, suspended_at: null, closed_at: null }
  await store.db
    .insertInto('portal_account')
    .values({ ...account, ...none, ...life })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await store.db
    .insertInto('account_patient')
    .values({ practice_id, account_id: 'a', patient_id: 'ann', relationship: 'self', expires_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const access = { practice_id, patient_id: 'ann', allowed_at: 1, withdrawn_at: null, version: 1 }
  await store.db
    .insertInto('patient_access')
    .values({ ...access, decided_by: 'x', email_allowed_at: 1, trusted_email_sealed: null })
    .onConflict((conflict) =>
      conflict.columns(['practice_id', 'patient_id']).doUpdateSet({ email_allowed_at: 1 }),
    )
    .execute()
  const secret = { secret_mac: null, payload_sealed: null, tries: 0, opened_at: null }
  const made = { kind: 'activation' as const, account_id: 'a', created_at: 1, created_by: 'x' }
  await store.db
    .insertInto('ticket')
    .values({ practice_id, id, lookup: id, ...secret, ...made, used_at: null, ended_at: null, ...state })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

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
