import type { Patient } from '@medplum/fhirtypes'
import { blockingLines } from '../access/readiness.ts'
import { lockAccess, readPortalState } from '../access/store.ts'
import { recordAudit } from '../audit/record.ts'
import { DAY_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { publishEvent } from '../events/events.ts'
import type { Ehr } from '../fhir/handles.ts'
import type { PracticeDirectory } from '../practices/directory.ts'
import type { Practice } from '../practices/practice.ts'
import { Problem } from '../problem.ts'
import type { JobHandler } from '../store/jobs.ts'
import type { Db, Store } from '../store/open.ts'
import { eligibilityOf } from './eligibility.ts'
import { mailLink, type Reminder } from './mail-link.ts'
import { findLiveTicket, openActivation, type ActivationPayload } from './tickets.ts'

export type ReminderDeps = {
  store: Store
  keyring: Keyring
  ehr: Ehr
  practices: PracticeDirectory
  now: Clock
}

/**
 * Mails an invitation again, with a new link, if it still waits and everything that a mail needs is still there. An EHR
 * that is away is waited for: a reminder must not go to somebody who has died or whose address has changed. Running
 * twice does no harm: a link that was made since the reminder was due has taken its place.
 * @see design §8 "Invitation"
 */
export const remindInvitation =
  (deps: ReminderDeps): JobHandler =>
  async ({ practiceId, payloadSealed }) => {
    const reminder = JSON.parse(deps.keyring.open(payloadSealed ?? '', `job ${practiceId}`)) as Reminder
    const practice = await deps.practices.find(practiceId)
    if (!practice?.settings.portalOpen || practice.mail === null) return
    if (!(await stillWaits(deps, deps.store.db, practiceId, reminder))) return
    const patient = await readPatientNow(deps.ehr, practiceId, reminder.patientId)
    if (patient === 'gone') return
    await deps.store.transaction((tx) => remind(tx, deps, practice, reminder, patient))
  }

const stillWaits = ({ now }: ReminderDeps, db: Db, practiceId: string, { activationId }: Reminder) =>
  findLiveTicket(db, practiceId, 'activation', activationId, now())

/**
 * Null where the EHR lets the service read nothing: then what the invitation holds must do.
 * @throws Problem of the EHR gateway while it is away
 */
async function readPatientNow(ehr: Ehr, practiceId: string, patientId: string) {
  try {
    return await ehr.forPatient(practiceId, patientId).read('Patient', patientId)
  } catch (error) {
    if (error instanceof Problem && error.code === 'ehr-refused') return null
    if (error instanceof Problem && error.code === 'not-found') return 'gone'
    throw error
  }
}

async function remind(
  tx: Db,
  deps: ReminderDeps,
  practice: Practice,
  reminder: Reminder,
  patient: Patient | null,
): Promise<void> {
  const { patientId, accountId, day } = reminder
  const practiceId = practice.id
  await lockAccess(tx, practiceId, patientId)
  const activation = await stillWaits(deps, tx, practiceId, reminder)
  if (!activation || (await hasNewerLink(tx, practiceId, accountId, activation.created_at + day * DAY_MS)))
    return
  const addressee = openActivation(deps.keyring, activation)
  const to = await addressNow(tx, deps, { practice, patient, addressee })
  if (to === null) return
  await mailLink(tx, deps, {
    practice,
    activation,
    to,
    addressee,
    createdBy: activation.created_by,
    reminderDay: day,
  })
  const now = deps.now()
  const entry = { practiceId, actor: 'portico', patientId, detail: { ticket: activation.id, day } }
  await recordAudit(tx, { ...entry, action: 'invitation.mailed' }, now)
  await publishEvent(tx, { practiceId, topic: 'access', patientId }, now)
}

async function hasNewerLink(tx: Db, practiceId: string, accountId: string, since: number) {
  const newer = await tx
    .selectFrom('ticket')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'link')
    .where('created_at', '>=', since)
    .executeTakeFirst()
  return newer !== undefined
}

type Facts = { practice: Practice; patient: Patient | null; addressee: ActivationPayload }

/** Where the mail may go as things stand now; null = nowhere. */
async function addressNow(tx: Db, { keyring, now }: ReminderDeps, { practice, patient, addressee }: Facts) {
  const state = await readPortalState(tx, practice.id, addressee.patientId)
  const { access, account } = state
  if (access?.allowed_at == null || account?.activated_at != null || account?.suspended_at != null)
    return null
  if (patient === null) return access.email_allowed_at === null ? null : addressee.trustedEmail
  const facts = { practice, patient, state, now: now() }
  const { lines, mailBar, trustedEmail } = eligibilityOf(keyring, facts)
  return mailBar === null && blockingLines(lines).length === 0 ? trustedEmail : null
}
