import { expect, test } from 'vitest'
import type { Schema } from '../../../src/store/schema.ts'
import { sweep } from '../../../src/store/sweep.ts'
import { openTestStore } from '../../support/store.ts'

const NOW = 1_750_000_000_000
const MINUTE = 60_000
const DAY = 86_400_000
const store = await openTestStore()
const { db } = store
const practice_id = 'fernwood'

const count = async (table: keyof Schema) => {
  const { rows } = await db
    .selectFrom(table)
    .select((select) => select.fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow()
  return rows
}
const TABLES = [
  'session',
  'jti',
  'idempotency',
  'throttle',
  'ticket',
  'event',
  'launch',
  'ehr_token',
  'job',
  'outbox',
  'work_item',
] as const
const counts = async () =>
  Object.fromEntries(await Promise.all(TABLES.map(async (table) => [table, await count(table)])))

const toDo = {
  practice_id,
  kind: 'contacts' as const,
  patient_id: 'p',
  payload_sealed: null,
  created_at: 1,
  created_by: 'staff',
  check_at: 1,
  checked_at: null,
  version: 1,
}
const aboutNothing = { kind: 'notice', about: null, to_sealed: null, subject_sealed: null, created_at: 1 }

/** One row of each kind: `old` has had its time a moment ago, `young` a moment from now. */
async function fill(id: string, shift: number) {
  const at = NOW + shift
  const ticket = {
    secret_mac: null,
    payload_sealed: null,
    tries: 0,
    created_by: 'x',
    used_at: null,
    ended_at: null,
    opened_at: null,
  }
  const queued = { attempts: 1, locked_until: 0, payload_sealed: null, last_error: null, dedupe_key: id }
  const insert = <T extends keyof Schema>(table: T, row: Schema[T]) =>
    db
      .insertInto(table)
      .values(row as never)
      .execute()

  await insert('session', {
    practice_id,
    token_hash: id,
    kind: 'patient',
    subject_id: 's',
    created_at: 1,
    seen_at: 1,
    expires_at: at,
  })
  await insert('jti', { practice_id, id, expires_at: at })
  await insert('idempotency', {
    practice_id,
    key: id,
    request_mac: '',
    answer_sealed: null,
    created_at: 1,
    expires_at: at,
  })
  await insert('throttle', { practice_id, key: id, failures: 1, reset_at: at })
  await insert('event', { practice_id, id, at: at - 5 * MINUTE, topic: 't', patient_id: null })
  await insert('ticket', {
    practice_id,
    id,
    kind: 'slip',
    account_id: 'a',
    lookup: id,
    created_at: 1,
    expires_at: at - 30 * DAY,
    ...ticket,
  })
  const token = { practice_id, access_sealed: '', refresh_sealed: null, scope: '', version: 1 }
  await insert('ehr_token', { ...token, id, expires_at: NOW - DAY })
  const launch = { practice_id, staff_id: 'staff', patient_id: 'p', scope: '', context: '{}', ended_at: null }
  await insert('launch', { ...launch, id, ehr_token_id: id, created_at: at - DAY })
  const mail = { ...queued, ...aboutNothing }
  const [sent, failed] = [`${id} done`, `${id} failed`]
  const due = at - 30 * DAY
  await insert('job', {
    practice_id,
    kind: 'k',
    ...queued,
    id: sent,
    run_at: due,
    done_at: due,
    failed_at: null,
  })
  await insert('outbox', { practice_id, ...mail, id: sent, run_at: due, sent_at: due, failed_at: null })
  await insert('work_item', { ...toDo, id, done_at: due, done_by: 'staff', done_how: 'done' })
  await insert('outbox', {
    practice_id,
    ...mail,
    id: failed,
    dedupe_key: failed,
    run_at: due,
    sent_at: null,
    failed_at: due,
  })
}

async function fillParents() {
  const staff = {
    practice_id,
    id: 'staff',
    iss: 'i',
    fhir_user: 'u',
    name_sealed: null,
    first_seen_at: 1,
    last_seen_at: 1,
  }
  await db.insertInto('staff_member').values(staff).execute()
  const names = { account_id: 'a', username: null, username_key: null, index_sealed: null, created_at: 1 }
  const life = {
    activated_at: null,
    last_signed_in_at: null,
    suspended_at: null,
    closed_at: null,
    version: 1,
  }
  await db
    .insertInto('portal_account')
    .values({ practice_id, id: 'a', ...names, ...life })
    .execute()
}

test('what has had its time is deleted, what has not stays', async () => {
  await fillParents()
  await fill('old', 0)
  await fill('young', 1)
  const unsettled = {
    attempts: 0,
    locked_until: 0,
    payload_sealed: null,
    last_error: null,
    dedupe_key: 'waiting',
  }
  await db
    .insertInto('outbox')
    .values({
      practice_id,
      id: 'waiting',
      ...unsettled,
      ...aboutNothing,
      run_at: 1,
      sent_at: null,
      failed_at: null,
    })
    .execute()

  await db
    .insertInto('work_item')
    .values({ ...toDo, id: 'open', done_at: null, done_by: null, done_how: null })
    .execute()

  const each = Object.fromEntries(TABLES.map((table) => [table, 2]))
  expect(await counts()).toEqual({ ...each, outbox: 5, work_item: 3 })
  expect(await sweep(store, NOW)).toBe(true)
  expect(await counts()).toEqual({
    ...Object.fromEntries(TABLES.map((table) => [table, 1])),
    outbox: 3,
    work_item: 2,
  })
  expect(await sweep(store, NOW)).toBe(false)
  expect(
    await db
      .selectFrom('outbox')
      .select('id')
      .where('sent_at', 'is', null)
      .where('failed_at', 'is', null)
      .execute(),
  ).toEqual([{ id: 'waiting' }])
})

test('much that is old goes in pieces', async () => {
  const rows = Array.from({ length: 700 }, (_, number) => ({
    practice_id,
    id: `piece ${number}`,
    expires_at: 1,
  }))
  await db.insertInto('jti').values(rows).execute()
  const before = await count('jti')
  expect(await sweep(store, NOW)).toBe(true)
  expect(await count('jti')).toBe(before - 500)
  expect(await sweep(store, NOW)).toBe(true)
  expect(await count('jti')).toBe(before - 700)
})

test('a mail that failed keeps its text for a week, then only that it failed', async () => {
  const failed = { practice_id, ...aboutNothing, attempts: 1, locked_until: 0, last_error: 'recipient 550' }
  await db.deleteFrom('outbox').execute()
  for (const [id, at] of [
    ['old', NOW - 7 * DAY],
    ['young', NOW - 7 * DAY + 1],
  ] as const)
    await db
      .insertInto('outbox')
      .values({
        ...failed,
        id,
        dedupe_key: id,
        payload_sealed: 'x',
        run_at: at,
        sent_at: null,
        failed_at: at,
      })
      .execute()
  expect(await sweep(store, NOW)).toBe(true)
  const kept = await db.selectFrom('outbox').select(['id', 'payload_sealed']).orderBy('id').execute()
  expect(kept).toEqual([
    { id: 'old', payload_sealed: null },
    { id: 'young', payload_sealed: 'x' },
  ])
  expect(await sweep(store, NOW)).toBe(false)
})

test('what tickets hold goes with them; of a temporary password when its last session is over', async () => {
  const QUARTER = 15 * MINUTE
  const held = [
    { id: 'letter over', kind: 'activation', expires_at: NOW },
    { id: 'letter live', kind: 'activation', expires_at: NOW + 1 },
    { id: 'link over', kind: 'link', expires_at: NOW },
    { id: 'words over', kind: 'temporary', expires_at: NOW - QUARTER },
    { id: 'words just over', kind: 'temporary', expires_at: NOW - QUARTER + 1 },
  ] as const
  const state = { secret_mac: null, tries: 0, used_at: null, ended_at: null, opened_at: null }
  for (const { id, ...ticket } of held)
    await db
      .insertInto('ticket')
      .values({
        practice_id,
        id,
        ...ticket,
        ...state,
        account_id: 'a',
        lookup: id,
        payload_sealed: 'sealed',
        created_at: 1,
        created_by: 'x',
      })
      .execute()
  expect(await sweep(store, NOW)).toBe(true)
  const kept = await db.selectFrom('ticket').select('id').where('payload_sealed', 'is not', null).execute()
  expect(kept.map(({ id }) => id).toSorted()).toEqual(['letter live', 'words just over'])
})
