import { usernameKey } from '../accounts/account.ts'
import { randomDigits } from '../crypto/tokens.ts'
import type { Db } from '../store/open.ts'

/** What a username may look like: letters of any script, digits, and what stands in e-mail addresses. */
export const USERNAME_FORM = /^[\p{L}\p{M}\p{N}._@+'-]{3,64}$/u
const VARIANTS = 50

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
  const email = useEmail && from.email && USERNAME_FORM.test(from.email) ? from.email : null
  if (email && !(await isTaken(db, practiceId, email))) return email
  const plain = email ? toPlain(email.split('@')[0] ?? '') : toPlain(nameOf(from))
  const candidates = Array.from({ length: VARIANTS }, (_, index) => `${plain}${index + 2}`)
  // A number from the start for a numbered e-mail (ana2); a name is offered bare first.
  if (!email && USERNAME_FORM.test(plain)) candidates.unshift(plain)
  const usable = candidates.filter((candidate) => USERNAME_FORM.test(candidate))
  const rows = await db
    .selectFrom('portal_account')
    .select('username_key')
    .where('practice_id', '=', practiceId)
    .where('username_key', 'in', usable.map(usernameKey))
    .execute()
  const taken = new Set(rows.map(({ username_key }) => username_key))
  return usable.find((candidate) => !taken.has(usernameKey(candidate))) ?? `${plain}${randomDigits(6)}`
}

/** First initial and last name; a single name as it is. */
const nameOf = ({ firstName, lastName }: SuggestFrom) =>
  lastName ? `${Array.from(firstName)[0] ?? ''}${lastName}` : firstName

function toPlain(text: string): string {
  const plain = usernameKey(text)
    .replace(/[^\p{L}\p{M}\p{N}._-]/gu, '')
    .slice(0, 50)
  return Array.from(plain).length >= 2 ? plain : `patient${plain}`
}

export const isTaken = async (db: Db, practiceId: string, username: string): Promise<boolean> =>
  (await db
    .selectFrom('portal_account')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('username_key', '=', usernameKey(username))
    .executeTakeFirst()) !== undefined
