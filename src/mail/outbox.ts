import type { Keyring } from '../crypto/keyring.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import type { MailKind } from '../settings/schema.ts'
import type { Db } from '../store/open.ts'
import type { Schema } from '../store/schema.ts'

export type Mail = { to: string; subject: string; text: string; html: string }

/** What is known of a mail beside its text. */
type Facts = {
  /** Id of the portal account that it is about. */
  account?: string
  /** From then on it would come too late, e.g. as its link has ended. */
  until?: number
}

export type NewMail = Facts & {
  practiceId: string
  /** A second mail with the same key is the same mail. */
  dedupeKey: string
  kind: MailKind
  /** Id of the ticket that the mail lets somebody use: once that is over the mail is not sent any more. */
  about?: string
  mail: Mail
  runAt: number
}

export type OutboxRow = Schema['outbox']
/** A mail as the outbox holds it, sealed. */
export type KeptMail = Mail & Facts

/** Mails that hold a way in. */
export const LEADS_IN: readonly string[] = [
  'invitation',
  'reminder',
  'temporary-password',
] satisfies MailKind[]

/** Puts a mail into the outbox, encrypted, in the transaction of the change it tells of. */
export async function enqueueMail(db: Db, keyring: Keyring, request: NewMail, now: number): Promise<void> {
  const { practiceId, mail, account, until } = request
  const kept: KeptMail = { ...mail, ...(account ? { account } : {}), ...(until ? { until } : {}) }
  const id = uuidv7(now)
  const seal = (text: string) => keyring.seal(text, mailContext(practiceId, id))
  await db
    .insertInto('outbox')
    .values({
      practice_id: practiceId,
      id,
      dedupe_key: request.dedupeKey,
      payload_sealed: seal(JSON.stringify(kept)),
      run_at: request.runAt,
      attempts: 0,
      locked_until: 0,
      sent_at: null,
      failed_at: null,
      last_error: null,
      kind: request.kind,
      about: request.about ?? null,
      to_sealed: seal(mail.to),
      subject_sealed: seal(mail.subject),
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['practice_id', 'dedupe_key']).doNothing())
    .execute()
}

/**
 * Takes back what was to be mailed about a ticket, in the transaction that ends it: what waits is forgotten, of what
 * failed nothing readable stays.
 */
export async function dropMail(tx: Db, practiceId: string, about: string): Promise<void> {
  await tx
    .deleteFrom('outbox')
    .where('practice_id', '=', practiceId)
    .where('about', '=', about)
    .where('sent_at', 'is', null)
    .where('failed_at', 'is', null)
    .execute()
  await tx
    .updateTable('outbox')
    .set({ payload_sealed: null })
    .where('practice_id', '=', practiceId)
    .where('about', '=', about)
    .where('payload_sealed', 'is not', null)
    .execute()
}

/** @throws Error for a mail whose text is not kept any more */
export const openMail = (keyring: Keyring, row: OutboxRow): KeptMail =>
  JSON.parse(keyring.open(row.payload_sealed ?? '', mailContext(row.practice_id, row.id))) as KeptMail

/** The one context of everything that is sealed in a row of the outbox. */
export const mailContext = (practiceId: string, id: string) => `mail ${practiceId} ${id}`

/**
 * Has the way in that a mail holds ended by now, whoever ended it, or may the patient get no mail any more? Then it must
 * not go, however late it would.
 */
export async function isOver(
  db: Db,
  { row, mail, now }: { row: OutboxRow; mail: KeptMail; now: number },
): Promise<boolean> {
  if (mail.until !== undefined && mail.until <= now) return true
  if (row.about === null || !LEADS_IN.includes(row.kind)) return false
  const live = await db
    .selectFrom('ticket')
    .innerJoin('account_patient', (join) =>
      join
        .onRef('account_patient.practice_id', '=', 'ticket.practice_id')
        .onRef('account_patient.account_id', '=', 'ticket.account_id')
        .on('account_patient.relationship', '=', 'self'),
    )
    .innerJoin('patient_access', (join) =>
      join
        .onRef('patient_access.practice_id', '=', 'account_patient.practice_id')
        .onRef('patient_access.patient_id', '=', 'account_patient.patient_id'),
    )
    .select('ticket.id')
    .where('ticket.practice_id', '=', row.practice_id)
    .where('ticket.id', '=', row.about)
    .where('ticket.used_at', 'is', null)
    .where('ticket.ended_at', 'is', null)
    .where('ticket.expires_at', '>', now)
    .where('patient_access.email_allowed_at', 'is not', null)
    .executeTakeFirst()
  return live === undefined
}
