import { usernameKey } from '../accounts/account.ts'
import { randomDigits } from '../crypto/tokens.ts'
import { Problem } from '../problem.ts'
import type { Db } from '../store/open.ts'

/** What a username may look like: letters of any script, digits, and what stands in e-mail addresses. */
const USERNAME_FORM = /^[\p{L}\p{M}\p{N}._@+'-]{3,64}$/u
const VARIANTS = 50

export type SuggestFrom = {
  practiceId: string
  /** The trusted one; null = from the name. */
  email: string | null
  firstName: string
  lastName: string
  /** Whose own name does not count as taken; null = nobody's. */
  accountId: string | null
  /** The practice's setting: e-mail addresses are usernames. */
  useEmail: boolean
}

/**
 * A free username to start from: the trusted e-mail, or its local part with a number when that is taken (`ana2`, never
 * `ana2@…`); without an e-mail the first initial, last name and a number.
 * @see design §8 "Username"; seed 000 "a numbered variant of the trusted email username"
 */
export async function suggestUsername(db: Db, from: SuggestFrom): Promise<string> {
  const { practiceId, accountId } = from
  const email = from.useEmail && from.email && USERNAME_FORM.test(from.email) ? from.email : null
  if (email && !(await isTaken(db, practiceId, email, accountId))) return email
  const plain = email ? toPlain(email.split('@')[0] ?? '') : toPlain(nameOf(from))
  const candidates = Array.from({ length: VARIANTS }, (_, index) => `${plain}${index + 2}`)
  // A number from the start for a numbered e-mail (ana2); a name is offered bare first.
  if (!email && USERNAME_FORM.test(plain)) candidates.unshift(plain)
  const usable = candidates.filter((candidate) => USERNAME_FORM.test(candidate))
  const rows = await db
    .selectFrom('portal_account')
    .select(['id', 'username_key'])
    .where('practice_id', '=', practiceId)
    .where('username_key', 'in', usable.map(usernameKey))
    .execute()
  const taken = new Set(rows.filter(({ id }) => id !== accountId).map(({ username_key }) => username_key))
  return usable.find((candidate) => !taken.has(usernameKey(candidate))) ?? `${plain}${randomDigits(6)}`
}

/** A username as it is kept. @throws Problem `invalid-request` */
export function toUsername(typed: string): string {
  const username = typed.normalize('NFKC')
  if (USERNAME_FORM.test(username)) return username
  const detail = "Use letters, digits and . _ - @ + ' only, 3 to 64 of them."
  throw new Problem('invalid-request', detail, { issues: [{ pointer: '/username', detail }] })
}

/** The refusal of a name that somebody else has, with one that is free. */
export async function takenUsername(db: Db, from: SuggestFrom): Promise<Problem> {
  const suggestion = await suggestUsername(db, from)
  return new Problem('username-taken', 'Somebody else has this username.', {
    issues: [{ pointer: '/username', detail: 'Choose another one.' }],
    extra: { suggestion },
  })
}

/** Does somebody else than this account have the name? */
export async function isTaken(
  db: Db,
  practiceId: string,
  username: string,
  accountId: string | null,
): Promise<boolean> {
  const owner = await db
    .selectFrom('portal_account')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('username_key', '=', usernameKey(username))
    .executeTakeFirst()
  return owner !== undefined && owner.id !== accountId
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
