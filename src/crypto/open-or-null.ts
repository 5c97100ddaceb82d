import type { Keyring } from './keyring.ts'

/** For what may outlive its key and is no loss then, e.g. the name of somebody who left long ago. Null where no key opens it. */
export function openOrNull(keyring: Keyring, sealed: string | null, context: string): string | null {
  if (sealed === null) return null
  try {
    return keyring.open(sealed, context)
  } catch {
    return null
  }
}
