import type { Keyring } from '../crypto/keyring.ts'
import { sameText } from '../crypto/tokens.ts'

const MOST_ACCOUNTS = 5

/**
 * A browser that has signed in before holds one keyed hash per account (families share a tablet). It proves nothing
 * but "seen before": it only picks the failure counter.
 */
export const isKnownDevice = (
  keyring: Keyring,
  cookie: string | undefined,
  practiceId: string,
  accountId: string,
) =>
  (cookie ?? '')
    .split('.')
    .some((mark) =>
      keyring.macs('known-device', `${practiceId} ${accountId}`).some((mac) => sameText(mac, mark)),
    )

/** The cookie's new value after this account signed in; the newest first, at most five. */
export function rememberDevice(
  keyring: Keyring,
  cookie: string | undefined,
  practiceId: string,
  accountId: string,
): string {
  const own = keyring.mac('known-device', `${practiceId} ${accountId}`)
  const others = (cookie ?? '').split('.').filter((mark) => mark !== '' && mark !== own)
  return [own, ...others].slice(0, MOST_ACCOUNTS).join('.')
}
