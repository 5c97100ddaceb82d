import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { portalConsentIn, portalConsentQuery, toPortalConsent } from '../fhir/consent.ts'
import type { EhrPlan } from '../fhir/plan.ts'
import type { Homes } from '../shelf/homes.ts'
import type { JobHandler } from '../store/jobs.ts'
import type { Store } from '../store/open.ts'
import { readAccess } from './store.ts'

export const MIRROR_CONSENT = 'mirror-consent'

export type MirrorDeps = {
  store: Store
  keyring: Keyring
  homes: Homes
  now: Clock
  planOf(practiceId: string): Promise<Pick<EhrPlan, 'homes'>>
}

/**
 * Writes staff's decision as a Consent to where consents live: into the chart, so that users of the EMR see it in its
 * own words, or onto the shelf, from where it can move there later. It writes what the store says now, so running twice
 * or late does no harm.
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
    const consents = await deps.homes.handleFor(practiceId, 'Consent')
    const found = portalConsentIn(await consents.search('Consent', query), whose)

    // Read after the search: a decision that is mirrored in between has a newer version, and If-Match refuses ours.
    const row = await readAccess(deps.store.db, practiceId, patientId)
    if (!row) return
    const status = row.allowed_at === null ? 'inactive' : 'active'
    const at = row.allowed_at ?? row.withdrawn_at ?? deps.now()
    const consent = toPortalConsent({ ...whose, status, at })
    if (found)
      await consents.update(
        { ...consent, identifier: found.identifier ?? [], id: found.id },
        { ifMatch: found.meta?.versionId },
      )
    else await consents.create(consent, { ifNoneExist: query })
  }

/** A chart that only staff's own tokens may write into is not mirrored into: nobody is there when the job runs. */
async function isWritable(deps: MirrorDeps, practiceId: string): Promise<boolean> {
  if ((await deps.homes.homeOf(practiceId, 'Consent')) === 'portal') return true
  return (await deps.planOf(practiceId)).homes.Consent.writer === 'service'
}
