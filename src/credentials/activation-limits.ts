import { TRIES_PER_LETTER } from '../access/letter-tries.ts'
import { DAY_MS, HOUR_MS } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { countFailure, forgiveFailure } from '../store/throttle.ts'

const PER_IDENTITY = 5
/** A clinic's Wi-Fi is one address. */
const PER_ADDRESS = 30
/** From here on somebody is trying in earnest: people are told. Refusing would let one attacker stop a whole practice. */
const ALARM_PER_PRACTICE = 300

export type ActivationBuckets = {
  practiceId: string
  letter: string
  identity: string
  address: string
  practice: string
}

/** What a try has used up. `last` = a failure now is the last that this letter takes; `alarm` = tell people, once an hour. */
export type CountedTry = { last: boolean; alarm: boolean }

/** @param attempt.letter what was typed from the letter or came with the mail: a portal ID, or a link's fingerprint */
export const activationBuckets = (
  keyring: Keyring,
  attempt: { practiceId: string; letter: string; identity: string; ip: string },
): ActivationBuckets => ({
  practiceId: attempt.practiceId,
  letter: keyring.mac('throttle', `letter ${attempt.letter}`),
  identity: identityBucket(keyring, attempt.identity),
  address: keyring.mac('throttle', `activation-address ${attempt.ip}`),
  practice: 'activation-practice',
})

/** Without this counter a guesser who knows name and birth date could walk through all portal IDs. */
export const identityBucket = (keyring: Keyring, identity: string) =>
  keyring.mac('throttle', `identity ${identity}`)

/**
 * Counts a try before anything is compared: of many at once no more than the limit are looked at. Known and unknown
 * letters get the same answer. A refused try is not counted: throwing rolls the transaction back.
 *
 * @throws Problem `too-many-tries`
 */
export async function countActivationTry(
  tx: Db,
  buckets: ActivationBuckets,
  now: number,
): Promise<CountedTry> {
  const { practiceId } = buckets
  const ofLetter = await countFailure(tx, practiceId, buckets.letter, DAY_MS, now)
  const ofIdentity = await countFailure(tx, practiceId, buckets.identity, DAY_MS, now)
  if (ofLetter > TRIES_PER_LETTER || ofIdentity > PER_IDENTITY) throw tooMany('letter')
  if ((await countFailure(tx, practiceId, buckets.address, HOUR_MS, now)) > PER_ADDRESS)
    throw tooMany('address')
  const ofPractice = await countFailure(tx, practiceId, buckets.practice, HOUR_MS, now)
  return {
    last: ofLetter >= TRIES_PER_LETTER || ofIdentity >= PER_IDENTITY,
    alarm: ofPractice === ALARM_PER_PRACTICE,
  }
}

/** Limits count failures only. */
export async function forgiveActivationTry(tx: Db, buckets: ActivationBuckets) {
  for (const key of [buckets.letter, buckets.identity, buckets.address, buckets.practice])
    await forgiveFailure(tx, buckets.practiceId, key)
}

export const tooMany = (what: 'letter' | 'address') =>
  new Problem(
    'too-many-tries',
    'For safety this has stopped working for now. Call the practice; it takes two minutes.',
    { retryAfter: (what === 'letter' ? DAY_MS : HOUR_MS) / 1000, extra: { what } },
  )
