import { type Clock, MINUTE_MS } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import type { Log } from '../log.ts'
import type { Db, Store } from '../store/open.ts'
import { leaseDue, type Outcome, settle } from '../store/queue.ts'
import type { Schema } from '../store/schema.ts'
import { faultOf, type SendMail } from './transport.ts'

export type Mail = { to: string; subject: string; text: string; html: string }

export type MailDeps = { store: Store; keyring: Keyring; now: Clock; log: Log; send: SendMail }

type NewMail = {
  practiceId: string
  /** A second mail with the same key is the same mail. */
  dedupeKey: string
  mail: Mail
  runAt: number
}

const BATCH = 5
/** Longer than every time-out of a whole SMTP conversation together. */
const LEASE_MS = 5 * MINUTE_MS

/** Puts a mail into the outbox, encrypted, in the transaction of the change it tells of. */
export async function enqueueMail(db: Db, keyring: Keyring, request: NewMail, now: number): Promise<void> {
  const id = uuidv7(now)
  await db
    .insertInto('outbox')
    .values({
      practice_id: request.practiceId,
      id,
      dedupe_key: request.dedupeKey,
      payload_sealed: keyring.seal(JSON.stringify(request.mail), context(request.practiceId, id)),
      run_at: request.runAt,
      attempts: 0,
      locked_until: 0,
      sent_at: null,
      failed_at: null,
      last_error: null,
    })
    .onConflict((conflict) => conflict.columns(['practice_id', 'dedupe_key']).doNothing())
    .execute()
}

/**
 * Sends some of the mail that is due. SMTP cannot promise "exactly once": after a crash between the server's yes and
 * our note of it a mail goes again, with the same Message-ID, by which mail programs know it. Step of the worker.
 *
 * @returns whether there was mail
 */
export async function deliverMail(deps: MailDeps): Promise<boolean> {
  const { store, now } = deps
  const rows = await leaseDue(store, 'outbox', { limit: BATCH, leaseMs: LEASE_MS }, now())
  await Promise.all(
    rows.map(async (row) => {
      await settle(store.db, 'outbox', row, await attempt(deps, row), now())
    }),
  )
  return rows.length > 0
}

async function attempt({ keyring, log, send }: MailDeps, row: Schema['outbox']): Promise<Outcome> {
  try {
    const mail = JSON.parse(keyring.open(row.payload_sealed ?? '', context(row.practice_id, row.id))) as Mail
    await send(row.practice_id, row.id, mail)
    return { kind: 'done' }
  } catch (error) {
    const { code, forGood } = faultOf(error)
    log.warn({ mail: row.id, attempt: row.attempts, error: code }, 'mail.failed')
    return { kind: forGood ? 'failed' : 'again', error: code }
  }
}

const context = (practiceId: string, id: string) => `mail ${practiceId} ${id}`
