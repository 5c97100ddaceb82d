import { scopeAllows } from '../../smart-launch/index.ts'
import { type Clock, SECOND_MS } from '../clock.ts'
import type { ChartContext } from '../staff/actor.ts'
import type { Store } from '../store/open.ts'
import { SESSION_IDLE_MS } from '../store/sessions.ts'
import type { EmbedGrant } from './access-token.ts'

export type ChartDeps = {
  store: Store
  now: Clock
  /** What the EHR grants the practice's service. */
  serviceScopeOf: (practiceId: string) => Promise<string>
}

/** A call waits no longer for a service token: a "no" must not wait for an EHR that is away. */
const ASK_FOR_MS = 2 * SECOND_MS
/** Of somebody with many tabs only the newest are looked at. */
const MOST_LAUNCHES = 10

/**
 * By which token an embedded card reaches the chart: the staff member's own, if the host has sent it; one that they
 * brought by a launch which still lives; else the practice's service.
 *
 * @see design §6 "a write from the embedded card"
 */
export async function chartContext(deps: ChartDeps, grant: EmbedGrant): Promise<ChartContext> {
  const own = await findOwn(deps, grant)
  const token = own ?? (await findLaunched(deps, grant))
  if (token) return { patientId: grant.patient, scope: token.scope, ehrTokenId: token.id }
  return { patientId: grant.patient, scope: await serviceScope(deps, grant.practiceId), ehrTokenId: null }
}

/** Gives up an EHR token that the EHR no longer takes, and the launches that stand on it: the next call goes another way. */
export const giveUpToken = ({ store, now }: ChartDeps, practiceId: string, ehrTokenId: string) =>
  store.transaction(async (tx) => {
    await tx
      .updateTable('ehr_token')
      .set({ expires_at: now() })
      .where('practice_id', '=', practiceId)
      .where('id', '=', ehrTokenId)
      .execute()
    await tx
      .updateTable('launch')
      .set({ ended_at: now() })
      .where('practice_id', '=', practiceId)
      .where('ehr_token_id', '=', ehrTokenId)
      .where('ended_at', 'is', null)
      .execute()
  })

async function findOwn({ store, now }: ChartDeps, { practiceId, ehrTokenId }: EmbedGrant) {
  if (ehrTokenId === null) return undefined
  const token = await store.db
    .selectFrom('ehr_token')
    .select(['id', 'scope'])
    .where('practice_id', '=', practiceId)
    .where('id', '=', ehrTokenId)
    .where('expires_at', '>', now())
    .executeTakeFirst()
  return token && readsPatients(token) ? token : undefined
}

async function findLaunched({ store, now }: ChartDeps, { practiceId, staffId, patient }: EmbedGrant) {
  const at = now()
  const launches = await store.db
    .selectFrom('launch')
    .innerJoin('ehr_token', (join) =>
      join
        .onRef('ehr_token.practice_id', '=', 'launch.practice_id')
        .onRef('ehr_token.id', '=', 'launch.ehr_token_id'),
    )
    .select(['ehr_token.id', 'ehr_token.scope', 'launch.patient_id'])
    .where('launch.practice_id', '=', practiceId)
    .where('launch.staff_id', '=', staffId)
    .where('launch.ended_at', 'is', null)
    .where((eb) =>
      eb.or([eb('ehr_token.expires_at', '>', at), eb('ehr_token.refresh_sealed', 'is not', null)]),
    )
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('session')
          .select('token_hash')
          .where('session.practice_id', '=', practiceId)
          .where('session.kind', '=', 'staff')
          .where('session.subject_id', '=', staffId)
          .where('session.expires_at', '>', at)
          .where('session.seen_at', '>', at - SESSION_IDLE_MS),
      ),
    )
    .orderBy('launch.created_at', 'desc')
    .limit(MOST_LAUNCHES)
    .execute()
  const reaching = launches.map(({ id, scope, patient_id }) => ({
    id,
    scope: patient_id === patient ? scope : ofUser(scope),
  }))
  return reaching.find(readsPatients)
}

/** A token that only says who somebody is (`openid`) opens no chart. */
const readsPatients = ({ scope }: { scope: string }) =>
  scopeAllows(scope, 'user', 'Patient', 'r') || scopeAllows(scope, 'patient', 'Patient', 'r')

/** What holds for every patient: `patient/` scopes are about the one of their launch. */
const ofUser = (scope: string) =>
  scope
    .split(' ')
    .filter((word) => !word.startsWith('patient/'))
    .join(' ')

/** Nothing where the EHR grants the service nothing, or does not answer: then the read itself tells. */
const serviceScope = ({ serviceScopeOf }: ChartDeps, practiceId: string): Promise<string> =>
  Promise.race([serviceScopeOf(practiceId).catch(() => ''), nothingAfter(ASK_FOR_MS)])

const nothingAfter = (ms: number) =>
  new Promise<string>((resolve) => void setTimeout(resolve, ms, '').unref())
