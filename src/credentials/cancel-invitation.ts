import { composeCard, readPatient, type AccessDeps, type Asker } from '../access/read-access-card.ts'
import type { AccessCard } from '../access/schema.ts'
import { lockAccess, readPortalState } from '../access/store.ts'
import { recordAudit } from '../audit/record.ts'
import { publishEvent } from '../events/events.ts'
import type { Db } from '../store/open.ts'
import { endInvitations } from './end-invitations.ts'

/**
 * Staff take an invitation back: letter, links, words and the sessions that they opened stop at once, whether or not the
 * EHR answers. Permission stays; who cancels twice has cancelled once.
 *
 * @throws Problem of the EHR gateway, when only the new card is missing
 */
export async function cancelInvitation(deps: AccessDeps, asker: Asker): Promise<AccessCard> {
  const { practice, staff } = asker
  const patientId = staff.context.patientId
  const now = deps.now()
  const state = await deps.store.transaction(async (tx) => {
    await lockAccess(tx, practice.id, patientId)
    const { account, invitation } = await readPortalState(tx, practice.id, patientId)
    if (account && account.activated_at === null && invitation) {
      const wasLive = invitation.used_at === null && invitation.ended_at === null
      // Words that are used up may still have somebody at the page.
      const wasOpen = await endInvitations(tx, practice.id, account.id, now)
      if (wasLive || wasOpen) await note(tx, asker, invitation.id, now)
    }
    return readPortalState(tx, practice.id, patientId)
  })
  return composeCard(deps, asker, await readPatient(deps, asker), state)
}

async function note(tx: Db, { practice, staff, requestId }: Asker, ticket: string, now: number) {
  const trail = { practiceId: practice.id, patientId: staff.context.patientId }
  const entry = { ...trail, actor: staff.fhirUser, requestId, detail: { ticket } }
  await recordAudit(tx, { ...entry, action: 'invitation.cancelled' }, now)
  await publishEvent(tx, { ...trail, topic: 'access' }, now)
}
