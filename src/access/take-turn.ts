import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { SECOND_MS, type Clock } from '../clock.ts'
import { Problem } from '../problem.ts'
import { releaseLease, renewLease, takeLease } from '../store/leases.ts'
import type { Store } from '../store/open.ts'

/** Longer than a write and two looks take when the EHR uses up all of its time; who does more renews it in between. */
const TURN_MS = 60 * SECOND_MS
const LOOK_EVERY_MS = 40
const MOST_LOOKS = 150

/**
 * Runs `work` while nobody else does the same, on any node: for an EHR that cannot keep two writers apart.
 *
 * @param work calls `keepTurn` before each thing that nobody else may do meanwhile; it throws when the turn has gone to
 * somebody else, as all of this took too long
 * @throws Problem `busy` when the others take too long, `ehr-timeout` when the turn was lost
 */
export async function takeTurn<T>(
  { store, now }: { store: Store; now: Clock },
  name: string,
  work: (keepTurn: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const turn = { name, owner: randomUUID(), forMs: TURN_MS }
  const keepTurn = async () => {
    if (await renewLease(store.db, turn, now())) return
    throw new Problem('ehr-timeout', 'The EMR took too long, and someone else is saving this by now.')
  }
  for (let looks = 1; !(await takeLease(store.db, turn, now())); looks++) {
    if (looks === MOST_LOOKS) throw new Problem('busy', 'Someone else is saving this.', { retryAfter: 2 })
    await delay(LOOK_EVERY_MS)
  }
  try {
    return await work(keepTurn)
  } finally {
    await releaseLease(store.db, turn)
  }
}
