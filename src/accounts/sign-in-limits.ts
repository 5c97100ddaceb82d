import { HOUR_MS, MINUTE_MS } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'
import { clearFailures, countFailure, forgiveFailure } from '../store/throttle.ts'

const WINDOW_MS = 15 * MINUTE_MS
const PER_NAME = 10
const PER_ADDRESS = 100
/** Failures in a row after which a password opens nothing from a browser that never signed in before. */
const IN_A_ROW = 100
/** "In a row" has no window for an account; a name that nobody has is forgotten with the others. */
const ROW_WINDOW_MS = 365 * 24 * HOUR_MS

export type Buckets = {
  practiceId: string
  name: string
  address: string
  row: string
  rowWindowMs: number
  knownDevice: boolean
}

type Attempt = { practiceId: string; usernameKey: string; ip: string; knownDevice: boolean; exists: boolean }

/**
 * Which counters one try touches. A browser that this account has used before has a bucket of its own, so that
 * strangers who guess cannot keep the patient out.
 * @see NIST SP 800-63B-4 §3.2.2 (throttling)
 */
export function bucketsFor(keyring: Keyring, attempt: Attempt): Buckets {
  const { practiceId, usernameKey, ip, knownDevice, exists } = attempt
  return {
    practiceId,
    knownDevice,
    name: keyOf(keyring, knownDevice ? 'device' : 'name', usernameKey),
    address: keyOf(keyring, 'address', ip),
    row: keyOf(keyring, 'row', usernameKey),
    rowWindowMs: exists ? ROW_WINDOW_MS : WINDOW_MS,
  }
}

const keyOf = (keyring: Keyring, what: 'name' | 'device' | 'row' | 'address', value: string) =>
  keyring.mac('throttle', `${what} ${value}`)

/** Staff have handed out a new way in: what others guessed at this name before must not keep the patient out. */
export async function clearNameTries(tx: Db, keyring: Keyring, practiceId: string, usernameKey: string) {
  for (const what of ['name', 'device', 'row'] as const)
    await clearFailures(tx, practiceId, keyOf(keyring, what, usernameKey))
}

/**
 * Counts a try before its password is looked at, so that of many at once no more than the limit are. The answer is the
 * same whether the name exists or not; a refused try is not counted, as throwing rolls the transaction back.
 *
 * @throws Problem `too-many-tries`
 */
export async function countSignInTry(
  tx: Db,
  buckets: Buckets,
  now: number,
): Promise<{ passwordStopped: boolean }> {
  const { practiceId } = buckets
  const ofName = await countFailure(tx, practiceId, buckets.name, WINDOW_MS, now)
  const ofAddress = await countFailure(tx, practiceId, buckets.address, WINDOW_MS, now)
  if (ofName > PER_NAME || ofAddress > PER_ADDRESS)
    throw new Problem(
      'too-many-tries',
      'That were many tries. Wait a few minutes and try again, or call the practice.',
      { retryAfter: WINDOW_MS / 1000 },
    )
  const inARow = await countFailure(tx, practiceId, buckets.row, buckets.rowWindowMs, now)
  return { passwordStopped: !buckets.knownDevice && inARow > IN_A_ROW }
}

/** The right password ends the row and clears the name; the address gets back what this try had cost it. */
export async function clearSignInTries(tx: Db, { practiceId, name, row, address }: Buckets) {
  await clearFailures(tx, practiceId, name)
  await clearFailures(tx, practiceId, row)
  await forgiveFailure(tx, practiceId, address)
}

/** A try that was never looked at (too busy) costs nothing. */
export async function forgiveSignInTry(tx: Db, { practiceId, name, row, address }: Buckets) {
  for (const key of [name, address, row]) await forgiveFailure(tx, practiceId, key)
}
