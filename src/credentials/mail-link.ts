import { endLinks } from '../access/mailed-invitation.ts'
import type { Clock } from '../clock.ts'
import { DAY_MS } from '../clock.ts'
import { endOfDayIn } from '../fhir/dates.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { dropMail, enqueueMail } from '../mail/outbox.ts'
import type { Practice } from '../practices/practice.ts'
import { enqueueJob } from '../store/jobs.ts'
import type { Db } from '../store/open.ts'
import { invitationMail, reminderMail } from './letters.ts'
import { addTokenTicket, sealPayload, type ActivationPayload, type Ticket } from './tickets.ts'

export const REMIND_INVITATION = 'remind-invitation'
const LINK_DAYS = 7
/** Days after the invitation on which it is mailed again, each time with a new link. */
const REMINDER_DAYS = [7, 21]

export type MailLinkDeps = { keyring: Keyring; now: Clock }
export type Activation = Pick<Ticket, 'id' | 'account_id' | 'created_at' | 'expires_at'>
export type Reminder = { activationId: string; accountId: string; patientId: string; day: number }

type LinkToMail = {
  practice: Practice
  activation: Activation
  to: string
  addressee: Pick<ActivationPayload, 'firstName' | 'language'>
  createdBy: string
  /** Null = the first mail, or one that staff asked for. */
  reminderDay: number | null
}

/**
 * Mails a new link for an invitation, in the caller's transaction: the older links and the mails that still wait with
 * them are dead from then on, the letter stays good. The link lives 7 days, and never longer than the letter.
 */
export async function mailLink(tx: Db, { keyring, now }: MailLinkDeps, request: LinkToMail): Promise<void> {
  const { practice, activation, to, addressee, createdBy, reminderDay } = request
  const at = now()
  await endLinks(tx, practice.id, activation.account_id, at)
  await dropMail(tx, practice.id, activation.id)
  const row = { practice_id: practice.id, id: uuidv7(at), kind: 'link' as const, created_by: createdBy }
  const lastDay = endOfDayIn(at + LINK_DAYS * DAY_MS, practice.timeZone)
  const validUntil = Math.min(lastDay, activation.expires_at)
  const token = await addTokenTicket(
    tx,
    { ...row, account_id: activation.account_id, created_at: at, expires_at: validUntil },
    () => sealPayload(keyring, row, { activationId: activation.id }),
  )
  // In the fragment: the token never reaches a server log, and a scanner that opens the page uses nothing up.
  const link = `${practice.portalUrl}activate#link=${token}`
  const facts = { practice, ...addressee, link, validUntil }
  const isReminder = reminderDay !== null
  const last = reminderDay === reminderDaysOf(activation).at(-1)
  await enqueueMail(
    tx,
    keyring,
    {
      practiceId: practice.id,
      kind: isReminder ? 'reminder' : 'invitation',
      dedupeKey: `link ${row.id}`,
      about: activation.id,
      account: activation.account_id,
      until: validUntil,
      mail: { to, ...(isReminder ? reminderMail({ ...facts, last }) : invitationMail(facts)) },
      runAt: at,
    },
    at,
  )
}

/** Leaves the reminders of a mailed invitation to the worker; those that are planned already stay as they are. */
export async function planReminders(
  tx: Db,
  { keyring, now }: MailLinkDeps,
  practiceId: string,
  activation: Activation,
  patientId: string,
): Promise<void> {
  for (const day of reminderDaysOf(activation)) {
    const runAt = activation.created_at + day * DAY_MS
    if (runAt <= now()) continue
    const reminder: Reminder = {
      activationId: activation.id,
      accountId: activation.account_id,
      patientId,
      day,
    }
    await enqueueJob(tx, {
      practiceId,
      kind: REMIND_INVITATION,
      dedupeKey: `${REMIND_INVITATION} ${activation.id} ${day}`,
      payloadSealed: keyring.seal(JSON.stringify(reminder), `job ${practiceId}`),
      runAt,
      now: now(),
    })
  }
}

/** An invitation that is over by then (classic mode lasts 14 days) has no reminder on that day. */
const reminderDaysOf = ({ created_at, expires_at }: Activation) =>
  REMINDER_DAYS.filter((day) => created_at + day * DAY_MS < expires_at)
