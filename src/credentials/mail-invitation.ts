import { readPatient, type AccessDeps, type Asker } from '../access/read-access-card.ts'
import { lockAccess, readPortalState } from '../access/store.ts'
import { recordAudit } from '../audit/record.ts'
import { publishEvent } from '../events/events.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { checkEligible, eligibilityOf, mailAddress } from './eligibility.ts'
import { mailLink, planReminders } from './mail-link.ts'
import type { InvitationIssued } from './schema.ts'
import { findLiveTicket, openActivation, sealPayload, type Ticket } from './tickets.ts'

/**
 * Staff mail a link for the invitation that waits, again or for the first time: the letter stays good, an older link
 * dies. What goes to the patient later (reminders, the welcome) follows to this address.
 *
 * @throws Problem `ticket-ended` when nothing waits, `mail-not-possible` (extra.bar), `not-eligible`, `already-active`,
 * or one of the EHR gateway's
 */
export async function mailInvitation(deps: AccessDeps, asker: Asker): Promise<InvitationIssued> {
  const { practice, staff, requestId } = asker
  const patientId = staff.context.patientId
  const now = deps.now()
  const patient = await readPatient(deps, asker)
  return deps.store.transaction(async (tx) => {
    await lockAccess(tx, practice.id, patientId)
    const state = await readPortalState(tx, practice.id, patientId)
    const eligibility = eligibilityOf(deps.keyring, { practice, patient, state, now })
    const activation = state.invitation && (await findWaiting(tx, practice.id, state.invitation, now))
    if (!activation) throw new Problem('ticket-ended', 'No invitation waits for this patient any more.')
    checkEligible(state, eligibility)
    // Nobody knows the words of a temporary password any more: there is nothing to mail but a new one.
    const bar = activation.kind === 'temporary' ? 'password-not-mailed' : eligibility.mailBar
    const to = mailAddress(eligibility, bar)

    const addressee = await keepAddress(tx, deps, activation, to)
    const link = { practice, activation, to, addressee, createdBy: staff.id, reminderDay: null }
    await mailLink(tx, deps, link)
    await planReminders(tx, deps, practice.id, activation, patientId)
    const detail = { ticket: activation.id }
    const entry = { practiceId: practice.id, actor: staff.fhirUser, patientId, requestId, detail }
    await recordAudit(tx, { ...entry, action: 'invitation.mailed' }, now)
    await publishEvent(tx, { practiceId: practice.id, topic: 'access', patientId }, now)
    return { slipUrl: null, validUntil: activation.expires_at, mailedTo: to }
  })
}

const findWaiting = (tx: Db, practiceId: string, { id, kind }: Pick<Ticket, 'id' | 'kind'>, now: number) =>
  findLiveTicket(tx, practiceId, kind, id, now)

async function keepAddress(tx: Db, { keyring }: AccessDeps, activation: Ticket, to: string) {
  const payload = { ...openActivation(keyring, activation), trustedEmail: to }
  await tx
    .updateTable('ticket')
    .set({ payload_sealed: sealPayload(keyring, activation, payload) })
    .where('practice_id', '=', activation.practice_id)
    .where('id', '=', activation.id)
    .execute()
  return payload
}
