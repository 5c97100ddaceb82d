import { DAY_MS, HOUR_MS } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { countFailure, readFailures } from '../store/throttle.ts'

/** Wrong tries after which a letter has stopped working, and an unknown portal ID behaves as if it had. */
export const TRIES_PER_LETTER = 5
const PER_IDENTITY = 5
/** A clinic's Wi-Fi is one address. */
const PER_ADDRESS = 30

export type ActivationBuckets = { practiceId: string; portalId: string; identity: string; address: string }

export const activationBuckets = (
  keyring: Keyring,
  attempt: { practiceId: string; portalId: string; identity: string; ip: string },
): ActivationBuckets => ({
  practiceId: attempt.practiceId,
  portalId: keyring.mac('throttle', `portal-id ${attempt.portalId}`),
  identity: identityBucket(keyring, attempt.identity),
  address: keyring.mac('throttle', `activation-address ${attempt.ip}`),
})

/** Without this counter a guesser who knows name and birth date could walk through all portal IDs. */
export const identityBucket = (keyring: Keyring, identity: string) =>
  keyring.mac('throttle', `identity ${identity}`)

/**
 * Failures count, successes do not. Known and unknown letters get the same answer.
 * @throws Problem `too-many-tries`
 */
export async function checkActivationLimits(db: Db, buckets: ActivationBuckets, now: number) {
  const keys = [buckets.portalId, buckets.identity, buckets.address]
  const failures = await readFailures(db, buckets.practiceId, keys, now)
  const over = (key: string, limit: number) => (failures.get(key) ?? 0) >= limit
  if (over(buckets.portalId, TRIES_PER_LETTER) || over(buckets.identity, PER_IDENTITY))
    throw tooMany('letter')
  if (over(buckets.address, PER_ADDRESS)) throw tooMany('address')
}

export async function countActivationFailure(
  db: Db,
  buckets: ActivationBuckets,
  now: number,
): Promise<{ last: boolean }> {
  const { practiceId } = buckets
  const ofLetter = await countFailure(db, practiceId, buckets.portalId, DAY_MS, now)
  const ofIdentity = await countFailure(db, practiceId, buckets.identity, DAY_MS, now)
  await countFailure(db, practiceId, buckets.address, HOUR_MS, now)
  return { last: ofLetter >= TRIES_PER_LETTER || ofIdentity >= PER_IDENTITY }
}

export const tooMany = (what: 'letter' | 'address') =>
  new Problem(
    'too-many-tries',
    'For safety this has stopped working for now. Call the practice; it takes two minutes.',
    {
      retryAfter: (what === 'letter' ? DAY_MS : HOUR_MS) / 1000,
      extra: { what },
    },
  )
