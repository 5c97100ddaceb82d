import { readPatient, type AccessDeps, type Asker } from '../access/read-access-card.ts'
import { readPortalState } from '../access/store.ts'
import { eligibilityOf } from './eligibility.ts'
import { toPayload } from './invited.ts'
import { activationEnd } from './issue-activation.ts'
import { temporaryEnd } from './issue-temporary.ts'
import { suggestFor } from './new-credentials.ts'
import type { InvitationOffer } from './schema.ts'
import { suggestUsername } from './suggest-username.ts'

/**
 * What the "Create credentials" question is asked with: where a mail would go or why it cannot, a username to start from,
 * and until when each way would be good.
 *
 * @throws Problem of the EHR gateway
 */
export async function offerInvitation(deps: AccessDeps, asker: Asker): Promise<InvitationOffer> {
  const { practice, staff, requestId } = asker
  const patientId = staff.context.patientId
  const actor = staff.fhirUser
  const entry = { practiceId: practice.id, actor, action: 'access.read', patientId, requestId }
  const [patient, state] = await Promise.all([
    readPatient(deps, asker),
    readPortalState(deps.store.db, practice.id, patientId),
    deps.readAudit.record(entry),
  ])
  const now = deps.now()
  const { trustedEmail, mailBar, passwordMailBar } = eligibilityOf(deps.keyring, {
    practice,
    patient,
    state,
    now,
  })
  const payload = toPayload(deps.keyring, practice, patient, trustedEmail)
  const from = suggestFor(practice, { ...payload, accountId: state.account?.id ?? null })
  return {
    mailTo: trustedEmail,
    mailBar,
    passwordMailBar,
    suggestedUsername: state.account?.username ?? (await suggestUsername(deps.store.db, from)),
    activationUntil: activationEnd(practice, now),
    temporaryPasswordUntil: temporaryEnd(practice, now),
    activationMode: practice.settings.activationMode,
  }
}
