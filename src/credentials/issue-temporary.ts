import { usernameKey } from '../accounts/account.ts'
import { clearNameTries } from '../accounts/sign-in-limits.ts'
import { DAY_MS } from '../clock.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { uuidv7 } from '../crypto/tokens.ts'
import { endOfDayIn } from '../fhir/dates.ts'
import { enqueueMail } from '../mail/outbox.ts'
import type { Practice } from '../practices/practice.ts'
import type { Db } from '../store/open.ts'
import type { Invited } from './invited.ts'
import { temporaryPasswordMail } from './letters.ts'
import { addTicket, sealPayload } from './tickets.ts'

const TEMPORARY_DAYS = 7

export type IssuedTemporary = {
  kind: 'temporary-password'
  id: string
  username: string
  words: string
  validUntil: number
}

/** Until when a temporary password that is made now is good: to the end of the day that its letter names. */
export const temporaryEnd = ({ timeZone }: Practice, now: number): number =>
  endOfDayIn(now + TEMPORARY_DAYS * DAY_MS, timeZone)

/**
 * Gives the account its username and the words to sign in with once. The row keeps their hash; that it is one at all, and
 * for whom, is sealed.
 *
 * @throws the store's own error when somebody else has the username
 */
export async function issueTemporary(
  tx: Db,
  { keyring }: { keyring: Keyring },
  invited: Invited & { birthDate: string },
  { username, words, hash }: { username: string; words: string; hash: string },
): Promise<IssuedTemporary> {
  const { practice, accountId, staffId, payload, mailTo, birthDate, now } = invited
  const id = uuidv7(now)
  const validUntil = temporaryEnd(practice, now)
  await tx
    .updateTable('portal_account')
    .set({ username, username_key: usernameKey(username) })
    .where('practice_id', '=', practice.id)
    .where('id', '=', accountId)
    .execute()
  // Who guessed at this name before must not keep the patient out now.
  await clearNameTries(tx, keyring, practice.id, usernameKey(username))
  const row = { practice_id: practice.id, id, kind: 'temporary' as const, account_id: accountId }
  await addTicket(tx, {
    ...row,
    lookup: id,
    secret_mac: null,
    payload_sealed: sealPayload(keyring, row, { ...payload, birthDate, hash }),
    created_at: now,
    created_by: staffId,
    expires_at: validUntil,
  })
  if (mailTo !== null) {
    const letter = temporaryPasswordMail({ practice, ...payload, username, words, validUntil })
    const about = { kind: 'temporary-password' as const, dedupeKey: `words ${id}`, about: id }
    const facts = { account: accountId, until: validUntil }
    const mail = { to: mailTo, ...letter }
    await enqueueMail(tx, keyring, { practiceId: practice.id, ...about, ...facts, mail, runAt: now }, now)
  }
  return { kind: 'temporary-password', id, username, words, validUntil }
}
