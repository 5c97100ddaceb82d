import type { Holder } from '../accounts/require-patient.ts'
import type { AuditEntry } from '../audit/record.ts'
import type { Ehr } from '../fhir/handles.ts'
import { isMergedAway } from '../fhir/patient.ts'
import { Problem } from '../problem.ts'
import type { Home, Profile } from './schema.ts'
import { toProfile } from './to-profile.ts'

export type HomeDeps = {
  ehr: Ehr
  readAudit: { record(entry: AuditEntry): Promise<void> }
  /** The name that was kept at the last read, for greeting while the EHR is away. */
  greetingName(holder: Holder): string
  /** Keeps the account's index row as fresh as what was just read. */
  refreshIndex(
    practiceId: string,
    holder: Holder,
    patient: Awaited<ReturnType<typeof readPatient>>,
  ): Promise<void>
}

type Asker = { practiceId: string; holder: Holder; requestId: string }

/**
 * The patient's first screen: a greeting and their profile, read live through the handle that is pinned to them. When
 * the EHR does not answer or grants no service read, the patient is signed in all the same and is told so.
 */
export async function readHome(deps: HomeDeps, asker: Asker): Promise<Home> {
  const { holder } = asker
  const chart = await readChart(deps, asker)
  return {
    firstName: chart.profile?.firstName ?? deps.greetingName(holder),
    accountId: holder.account.account_id,
    username: holder.account.username ?? '',
    lastSignInAt: holder.account.last_signed_in_at,
    ...chart,
  }
}

async function readChart(
  deps: HomeDeps,
  asker: Asker,
): Promise<{ chart: Home['chart']; profile: Profile | null }> {
  const { practiceId, holder, requestId } = asker
  const entry = {
    practiceId,
    actor: `account/${holder.account.id}`,
    action: 'profile.read',
    patientId: holder.patientId,
    requestId,
  }
  try {
    // Asking is what is audited: it is on disk by the time that the EHR has answered.
    const [patient] = await Promise.all([readPatient(deps, asker), deps.readAudit.record(entry)])
    // The chart went on under another record: what stands here is no longer kept, and nobody may take it for current.
    if (isMergedAway(patient)) return { chart: 'unavailable', profile: null }
    await deps.refreshIndex(practiceId, holder, patient)
    return { chart: 'shown', profile: toProfile(patient) }
  } catch (error) {
    if (!(error instanceof Problem) || error.status < 400 || error.code === 'internal') throw error
    return { chart: error.code === 'ehr-refused' ? 'not-offered' : 'unavailable', profile: null }
  }
}

const readPatient = ({ ehr }: HomeDeps, { practiceId, holder }: Asker) =>
  ehr.forPatient(practiceId, holder.patientId).read('Patient', holder.patientId)
