import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { portalConsentIn, portalConsentQuery, toPortalConsent } from '../fhir/consent.ts'
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
}

/**
 * Writes staff's decision as a Consent to where consents live: into the chart, so that users of the EMR see it in its
 * own words, or onto the shelf, from where it can move there later. It writes what the store says now, so running twice
 * or late does no harm, and while the chart cannot be written the job waits: a withdrawal must not stay unsaid there.
 * @see design §6 "access: is this patient allowed"
 */
export const mirrorConsent =
  (deps: MirrorDeps): JobHandler =>
  async ({ practiceId, payloadSealed }) => {
    const { patientId } = JSON.parse(deps.keyring.open(payloadSealed ?? '', `job ${practiceId}`)) as {
      patientId: string
    }
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
