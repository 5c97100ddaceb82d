import { MINUTE_MS, type Clock } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { Problem } from '../problem.ts'
import type { Store } from '../store/open.ts'
import { countFailure, forgiveFailure } from '../store/throttle.ts'

const WINDOW_MS = 15 * MINUTE_MS
const PER_ACCOUNT = 10

type ChoiceDeps = { store: Store; keyring: Keyring; now: Clock }

/**
 * Looks at what a patient has chosen, at most ten times in a quarter of an hour where it was refused: a username is
 * mostly an e-mail address, and nobody may find out by asking here who is a patient. Counted before the look, so that of
 * many at once no more than ten are answered.
 *
 * @throws Problem `too-many-tries`, and whatever `look` refuses with
 */
export async function limitChoices(
  { store, keyring, now }: ChoiceDeps,
  { practiceId, accountId }: { practiceId: string; accountId: string },
  look: () => Promise<void>,
): Promise<void> {
  const key = keyring.mac('throttle', `choice ${accountId}`)
  const forgive = () => forgiveFailure(store.db, practiceId, key)
  if ((await countFailure(store.db, practiceId, key, WINDOW_MS, now())) > PER_ACCOUNT)
    throw new Problem(
      'too-many-tries',
      'That were many tries. Wait a few minutes and try again, or call the practice.',
      { retryAfter: WINDOW_MS / 1000 },
    )
  try {
    await look()
  } catch (error) {
    // Too busy to look: the try was none.
    if (!(error instanceof Problem) || error.code === 'busy') await forgive()
    throw error
  }
  await forgive()
}
