import type { Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { FhirHandle } from '../fhir/client.ts'
import type { Ehr } from '../fhir/handles.ts'
import type { Home, HomeType } from '../fhir/homes.ts'
import type { EhrPlan } from '../fhir/plan.ts'
import { Problem } from '../problem.ts'
import type { Db, Store } from '../store/open.ts'
import { followMoved } from './moved.ts'
import { createShelf, type OnUnreadable, type Shelf } from './shelf.ts'

export type HomesDeps = {
  store: Store
  keyring: Keyring
  now: Clock
  ehr: Pick<Ehr, 'asService' | 'asStaff'>
  /** What the EHR could be home to; asked only while a type has none. */
  planOf(practiceId: string): Promise<Pick<EhrPlan, 'homes'>>
  /** The FHIR base of a practice is what it issues tokens for. */
  clientOf(practiceId: string): { iss: string }
  onUnreadable?: OnUnreadable
}

/** Where each resource type lives for each practice. */
export type Homes = {
  /**
   * @throws Problem of the EHR's at a type's first use, while the EHR does not say what it can do; `ehr-unavailable`
   * while it does not give the service the token that would make it the home
   */
  homeOf(practiceId: string, type: HomeType): Promise<Home>
  /**
   * The way to a type, wherever it lives. In the chart the service's own token is used, or that of a staff member.
   * Old ids of what has moved since are understood.
   */
  handleFor(practiceId: string, type: HomeType, ehrTokenId?: string): Promise<FhirHandle>
  /** The shelf itself, for what is written together with rows of our own: `within` their transaction. */
  shelfOf(practiceId: string): Shelf
}

/**
 * Remembers where each type lives: the plan's answer at its first use, written down, since a type that is here today and
 * there tomorrow would be found in neither place. From then on only a move changes it, whatever the EHR learns or loses.
 * @see design §6 "homes"
 */
export function createHomes(deps: HomesDeps): Homes {
  const { store } = deps
  const homeOf: Homes['homeOf'] = async (practiceId, type) =>
    (await findHome(store.db, practiceId, type)) ?? decide(deps, practiceId, type)
  const shelfOf = (practiceId: string) =>
    createShelf({
      store,
      keyring: deps.keyring,
      now: deps.now,
      practiceId,
      base: deps.clientOf(practiceId).iss,
      ...(deps.onUnreadable ? { onUnreadable: deps.onUnreadable } : {}),
    })

  return {
    homeOf,
    shelfOf,
    async handleFor(practiceId, type, ehrTokenId) {
      if ((await homeOf(practiceId, type)) === 'portal') return shelfOf(practiceId)
      const ehr = ehrTokenId ? deps.ehr.asStaff(practiceId, ehrTokenId) : deps.ehr.asService(practiceId)
      return followMoved(store.db, practiceId, ehr)
    },
  }
}

async function findHome(db: Db, practiceId: string, type: HomeType): Promise<Home | undefined> {
  const row = await db
    .selectFrom('home')
    .select('home')
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .executeTakeFirst()
  return row?.home
}

/** Of several nodes that ask at the same time one writes, and all take what it wrote. */
async function decide(deps: HomesDeps, practiceId: string, type: HomeType): Promise<Home> {
  const { store, now } = deps
  const { home, isOpen } = (await deps.planOf(practiceId)).homes[type]
  // For ever is no answer to a token that is refused today.
  if (isOpen) throw new Problem('ehr-unavailable')
  await store.db
    .insertInto('home')
    .values({ practice_id: practiceId, type, home, decided_at: now(), moving_since: null })
    .onConflict((conflict) => conflict.columns(['practice_id', 'type']).doNothing())
    .execute()
  return (await findHome(store.db, practiceId, type)) ?? home
}
