import { usernameKey } from '../accounts/account.ts'
import { randomDigits } from '../crypto/tokens.ts'
import type { Db } from '../store/open.ts'

const MOST_VARIANTS = 50

export type SuggestFrom = { email: string | null; firstName: string; lastName: string }

/**
 * A free username to start from: the trusted e-mail, or its local part with a number when that is taken (`ana2`, never
 * `ana2@…`); without an e-mail the first initial, last name and a number.
 * @see design §8 "Username"; seed 000 "a numbered variant of the trusted email username"
 */
export async function suggestUsername(
  db: Db,
  practiceId: string,
  from: SuggestFrom,
  useEmail: boolean,
): Promise<string> {
  if (useEmail && from.email && !(await isTaken(db, practiceId, from.email))) return from.email
  const base =
    useEmail && from.email
      ? (from.email.split('@')[0] ?? '')
      : `${Array.from(from.firstName)[0] ?? ''}${from.lastName}`
  const plain = usernameKey(base).replace(/[^\p{L}\p{N}._-]/gu, '') || 'patient'
  const first = plain.length >= 3 && !(useEmail && from.email) ? plain : `${plain}2`
  if (!(await isTaken(db, practiceId, first))) return first
  for (let number = 2; number < MOST_VARIANTS; number++)
    if (!(await isTaken(db, practiceId, `${plain}${number}`))) return `${plain}${number}`
  return `${plain}${randomDigits(6)}`
}

export const isTaken = async (db: Db, practiceId: string, username: string): Promise<boolean> =>
  (await db
    .selectFrom('portal_account')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('username_key', '=', usernameKey(username))
    .executeTakeFirst()) !== undefined
