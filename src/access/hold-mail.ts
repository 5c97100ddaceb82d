import { recordAudit } from '../audit/record.ts'
import { publishEvent } from '../events/events.ts'
import { followAddress } from './mailed-invitation.ts'
import type { AccessDeps, Asker } from './read-access-card.ts'

/**
 * Before the chart gets another address that only the patient reads: what was mailed stops working, and nothing more
 * goes to the older one. The answer of the EHR may be lost, and with it what we would do afterwards; a link in the
 * wrong hands is worse than one that has to be mailed again.
 */
export async function holdMail({ store, keyring, now }: AccessDeps, asker: Asker): Promise<void> {
  const { practice, staff, requestId } = asker
  const whose = { practiceId: practice.id, patientId: staff.context.patientId }
  const at = now()
  await store.transaction(async (tx) => {
    if (!(await followAddress(tx, keyring, { ...whose, trustedEmail: null }, at))) return
    await recordAudit(tx, { ...whose, actor: staff.fhirUser, action: 'links.ended', requestId }, at)
    await publishEvent(tx, { ...whose, topic: 'access' }, at)
  })
}
