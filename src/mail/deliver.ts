import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { recordAudit } from '../audit/record.ts'
import { type Clock, MINUTE_MS, SECOND_MS } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { publishEvent } from '../events/events.ts'
import { causesOf, type Log } from '../log.ts'
import type { Db, Store } from '../store/open.ts'
import { findPatientOf } from '../store/patient-of.ts'
import { leaseDue, type Outcome, settle } from '../store/queue.ts'
import { toLastError, toRefusal } from './faults.ts'
import { isOver, LEADS_IN, openMail, type OutboxRow } from './outbox.ts'
import type { MailLine, OpenMailLine } from './transport.ts'

export type DeliveryDeps = {
  store: Store
  keyring: Keyring
  now: Clock
  log: Log
  openLine: OpenMailLine
  /** While a practice's portal is off, mails that lead into it wait. */
  isPortalOpen(practiceId: string): Promise<boolean>
}

export type Delivery = {
  /** Step of the worker. @returns whether there was mail */
  run(): Promise<boolean>
  /** Takes no more, and waits for what is being sent. */
  finish(): Promise<void>
}

const BATCH = 8
/** Then the line is opened anew, by the settings as they are by then. */
const BATCHES_PER_LINE = 25
/** Longer than a whole batch may take: a line gives each of its mails up after a minute. */
const LEASE_MS = 5 * MINUTE_MS
/** While servers keep some practices waiting, the others are looked after so often. */
const LOOK_EVERY_MS = SECOND_MS

/**
 * Sends the mail that is due, each practice's over a line of its own: a server that is dead or slow holds up nobody
 * else's mail. SMTP cannot promise "exactly once": after a crash between the server's yes and our note of it a mail
 * goes again, with the same Message-ID, by which mail programs know it.
 */
export function createDelivery(deps: DeliveryDeps): Delivery {
  const busy = new Map<string, Promise<void>>()
  let stopping = false

  const begin = (practiceId: string) => {
    const sending = deliverSome(deps, practiceId, () => !stopping)
      .catch((error: unknown) => deps.log.error({ practiceId, causes: causesOf(error) }, 'mail.stopped'))
      .finally(() => busy.delete(practiceId))
    busy.set(practiceId, sending)
  }
  return {
    run: async () => {
      for (const practiceId of await practicesWithMail(deps)) if (!busy.has(practiceId)) begin(practiceId)
      if (busy.size === 0) return false
      await firstOrAMoment([...busy.values()])
      return true
    },
    finish: async () => {
      stopping = true
      await Promise.all(busy.values())
    },
  }
}

async function practicesWithMail(deps: DeliveryDeps): Promise<string[]> {
  const { store, now } = deps
  const rows = await store.db
    .selectFrom('outbox')
    .select(['practice_id', 'kind'])
    .distinct()
    .where('sent_at', 'is', null)
    .where('failed_at', 'is', null)
    .where('run_at', '<=', now())
    .where('locked_until', '<=', now())
    .execute()
  const mayGo = await Promise.all(
    rows.map(async ({ practice_id, kind }) => !LEADS_IN.includes(kind) || deps.isPortalOpen(practice_id)),
  )
  return [...new Set(rows.filter((_, at) => mayGo[at]).map((row) => row.practice_id))]
}

/** What of a practice's mail may go as things stand. */
async function mailOf(deps: DeliveryDeps, practiceId: string) {
  const own = sql`practice_id = ${practiceId}`
  return (await deps.isPortalOpen(practiceId)) ? own : sql`${own} and kind not in (${sql.join(LEADS_IN)})`
}

async function firstOrAMoment(running: Promise<void>[]) {
  const enough = new AbortController()
  const moment = delay(LOOK_EVERY_MS, undefined, { signal: enough.signal }).catch(() => {})
  await Promise.race([...running, moment])
  enough.abort()
}

/** @param isOpen false once the worker is stopping: then no more is taken */
async function deliverSome(deps: DeliveryDeps, practiceId: string, isOpen: () => boolean): Promise<void> {
  const { store, now } = deps
  const lease = async () => {
    const only = await mailOf(deps, practiceId)
    return leaseDue(store, 'outbox', { limit: BATCH, leaseMs: LEASE_MS, only }, now())
  }
  let rows = await lease()
  if (rows.length === 0) return
  const opening = deps.openLine(practiceId)
  // Where it fails, each mail notes it; until the first one asks it must not count as unhandled.
  const closing = opening.then(
    (line) => () => line.close(),
    () => () => {},
  )
  try {
    for (let batches = 1; rows.length > 0; batches++) {
      // Of all of them, before the line is closed under one that is still being sent.
      const ends = await Promise.allSettled(rows.map((row) => deliver(deps, opening, row)))
      const failed = ends.find((end) => end.status === 'rejected')
      if (failed) throw failed.reason
      rows = batches < BATCHES_PER_LINE && isOpen() ? await lease() : []
    }
  } finally {
    const close = await closing
    close()
  }
}

async function deliver(deps: DeliveryDeps, opening: Promise<MailLine>, row: OutboxRow): Promise<void> {
  const { store, now } = deps
  const { outcome, account } = await attempt(deps, opening, row)
  await store.transaction(async (tx) => {
    const became =
      outcome === 'over' ? await forget(tx, row) : await settle(tx, 'outbox', row, outcome, now())
    if (became) await tellOf(tx, { row, account, became, now: now() })
  })
}

type Attempt = { outcome: Outcome | 'over'; account: string | undefined }

async function attempt(deps: DeliveryDeps, opening: Promise<MailLine>, row: OutboxRow): Promise<Attempt> {
  const { store, keyring, log, now } = deps
  let account: string | undefined
  try {
    const mail = openMail(keyring, row)
    account = mail.account
    if (await isOver(store.db, { row, mail, now: now() })) return { outcome: 'over', account }
    const line = await opening
    await line.send(row.id, mail)
    return { outcome: { kind: 'done' }, account }
  } catch (error) {
    const refusal = toRefusal(error)
    const code = toLastError(refusal)
    log.warn({ mail: row.id, attempt: row.attempts, error: code }, 'mail.failed')
    return { outcome: { kind: refusal.forGood ? 'failed' : 'again', error: code }, account }
  }
}

/** Only the one who has the lease forgets: the attempt number is the fence. */
async function forget(tx: Db, { practice_id, id, attempts }: OutboxRow): Promise<'over' | null> {
  const gone = await tx
    .deleteFrom('outbox')
    .where('practice_id', '=', practice_id)
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .returning('id')
    .executeTakeFirst()
  return gone ? 'over' : null
}

/** In the trail stands what became of the mail, not each try. */
const ENDS: Partial<Record<Outcome['kind'] | 'over', string>> = {
  done: 'mail.sent',
  failed: 'mail.given-up',
}

type End = { row: OutboxRow; account: string | undefined; became: Outcome['kind'] | 'over'; now: number }

async function tellOf(tx: Db, { row, account, became, now }: End) {
  const practiceId = row.practice_id
  const patientId = await findPatientOf(tx, practiceId, account)
  await publishEvent(tx, { practiceId, topic: 'outbox', patientId }, now)
  const action = ENDS[became]
  if (!action) return
  const outcome = became === 'failed' ? ('failed' as const) : ('success' as const)
  const detail = { mail: row.id, kind: row.kind }
  await recordAudit(tx, { practiceId, actor: 'portico', action, outcome, patientId, detail }, now)
}
