import type { Keyring } from '../crypto/keyring.ts'
import { sameText } from '../crypto/tokens.ts'

const MOST_ACCOUNTS = 5

/**
 * A browser that has signed in before holds one keyed hash per account (families share a tablet). It proves nothing
 * but "seen before": it only picks the failure counter.
 */
export function isKnownDevice(
  keyring: Keyring,
  cookie: string | undefined,
  practiceId: string,
  accountId: string,
): boolean {
  const own = keyring.macs('known-device', `${practiceId} ${accountId}`)
  const marks = (cookie ?? '').split('.', MOST_ACCOUNTS)
  return marks.filter((mark) => own.some((mac) => sameText(mac, mark))).length > 0
}

/** The cookie's new value after this account signed in; the newest first, at most five. */
export function rememberDevice(
  keyring: Keyring,
  cookie: string | undefined,
  practiceId: string,
  accountId: string,
): string {
  const own = keyring.mac('known-device', `${practiceId} ${accountId}`)
  const others = (cookie ?? '').split('.', MOST_ACCOUNTS).filter((mark) => mark !== '' && mark !== own)
  return [own, ...others].slice(0, MOST_ACCOUNTS).join('.')
}
