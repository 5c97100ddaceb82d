import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { narrowCapability, type EhrCapability } from '../fhir/capability.ts'
import { portalConsentIn, portalConsentQuery, toPortalConsent } from '../fhir/consent.ts'
import type { Ehr } from '../fhir/handles.ts'
import { homeOf } from '../fhir/homes.ts'
import type { JobHandler } from '../store/jobs.ts'
import type { Store } from '../store/open.ts'
import { readAccess } from './store.ts'

export const MIRROR_CONSENT = 'mirror-consent'

export type MirrorDeps = {
  store: Store
  keyring: Keyring
  ehr: Ehr
  now: Clock
  /** What the practice's EHR can do, and what its service token may. */
  capabilityOf(practiceId: string): Promise<EhrCapability>
  serviceScopeOf(practiceId: string): Promise<string>
}

/**
 * Writes staff's decision into the chart as a Consent, where the EHR can hold one, so that users of the EMR see it in
 * its own words. It writes what the store says now, so running twice or late does no harm.
 * @see design §6 "access: is this patient allowed"
 */
export const mirrorConsent =
  (deps: MirrorDeps): JobHandler =>
  async ({ practiceId, payloadSealed }) => {
    const { patientId } = JSON.parse(deps.keyring.open(payloadSealed ?? '', `job ${practiceId}`)) as {
      patientId: string
    }
    if (!(await isWritable(deps, practiceId))) return
    const whose = { patientId, practiceSlug: practiceId }
    const query = portalConsentQuery(whose)
    const ehr = deps.ehr.asService(practiceId)
    const found = portalConsentIn(await ehr.search('Consent', query), whose)

    // Read after the search: a decision that is mirrored in between has a newer version, and If-Match refuses ours.
    const row = await readAccess(deps.store.db, practiceId, patientId)
    if (!row) return
    const status = row.allowed_at === null ? 'inactive' : 'active'
    const at = row.allowed_at ?? row.withdrawn_at ?? deps.now()
    const consent = toPortalConsent({ ...whose, status, at })
    if (found) await ehr.update({ ...consent, id: found.id }, { ifMatch: found.meta?.versionId })
    else await ehr.create(consent, { ifNoneExist: query })
  }

async function isWritable(deps: MirrorDeps, practiceId: string) {
  const capability = await deps.capabilityOf(practiceId)
  if (!capability.services) return false
  return (
    homeOf(narrowCapability(capability, 'system', await deps.serviceScopeOf(practiceId)), 'Consent') === 'ehr'
  )
}
