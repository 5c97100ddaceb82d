import { HOUR_MS, MINUTE_MS } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { clearFailures, countFailure, readFailures } from '../store/throttle.ts'

const WINDOW_MS = 15 * MINUTE_MS
const PER_NAME = 10
const PER_ADDRESS = 100
/** Failures in a row after which a password opens nothing from a browser that never signed in before. */
const IN_A_ROW = 100
/** "In a row" has no window; the row is swept after a year without failures. */
const ROW_WINDOW_MS = 365 * 24 * HOUR_MS

export type Buckets = { practiceId: string; name: string; address: string; row: string; knownDevice: boolean }

/**
 * Which counters one try touches. A browser that this account has used before has a bucket of its own, so that
 * strangers who guess cannot keep the patient out.
 * @see knowledge: NIST SP 800-63B-4 §3.2.2 (throttling)
 */
export function bucketsFor(
  keyring: Keyring,
  attempt: { practiceId: string; usernameKey: string; ip: string; knownDevice: boolean },
): Buckets {
  const { practiceId, usernameKey, ip, knownDevice } = attempt
  return {
    practiceId,
    knownDevice,
    name: keyring.mac('throttle', `${knownDevice ? 'device' : 'name'} ${usernameKey}`),
    address: keyring.mac('throttle', `address ${ip}`),
    row: keyring.mac('throttle', `row ${usernameKey}`),
  }
}

/**
 * Checked before the password is: the answer is the same whether the name exists or not.
 * @throws Problem `too-many-tries`
 */
export async function checkLimits(
  db: Db,
  buckets: Buckets,
  now: number,
): Promise<{ passwordStopped: boolean }> {
  const failures = await readFailures(
    db,
    buckets.practiceId,
    [buckets.name, buckets.address, buckets.row],
    now,
  )
  const over = (key: string, limit: number) => (failures.get(key) ?? 0) >= limit
  if (over(buckets.name, PER_NAME) || over(buckets.address, PER_ADDRESS))
    throw new Problem(
      'too-many-tries',
      'That were many tries. Wait a few minutes and try again, or call the practice.',
      {
        retryAfter: WINDOW_MS / 1000,
      },
    )
  return { passwordStopped: !buckets.knownDevice && over(buckets.row, IN_A_ROW) }
}

export async function countSignInFailure(db: Db, buckets: Buckets, now: number) {
  await countFailure(db, buckets.practiceId, buckets.name, WINDOW_MS, now)
  await countFailure(db, buckets.practiceId, buckets.address, WINDOW_MS, now)
  await countFailure(db, buckets.practiceId, buckets.row, ROW_WINDOW_MS, now)
}

export async function clearSignInFailures(db: Db, buckets: Buckets) {
  await clearFailures(db, buckets.practiceId, buckets.name)
  await clearFailures(db, buckets.practiceId, buckets.row)
}
