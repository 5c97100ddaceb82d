import { Problem } from '../problem.ts'

/** Characters that a password needs when it is the only factor. @see NIST SP 800-63B-4 §3.1.1.2, ASVS 5.0 6.2.1 */
export const PASSWORD_MIN_LENGTH = 15
const PASSWORD_MAX_LENGTH = 128
const ENOUGH_SCORE = 3
/** What must remain once names, dates and addresses that anybody could know are taken out. */
const OWN_CHARACTERS = 8

export type PasswordStrength = { score(password: string, inputs: string[]): Promise<number> }

/** Words that others may know of this patient: a password built from them is easy to guess. */
export type PasswordContext = { words: string[]; birthDate: string }

/**
 * Checks a new password: length, strength, and that it is more than the patient's own name and birth date. No rules on
 * which characters.
 *
 * @throws Problem `weak-password` with extra.reason `short` (and extra.missing), `long`, `context` or `common`
 */
export async function checkPassword(
  strength: PasswordStrength,
  password: string,
  context: PasswordContext,
): Promise<void> {
  const length = lengthOf(password.normalize('NFKC'))
  if (length < PASSWORD_MIN_LENGTH)
    throw weak('short', 'The password is too short.', { missing: PASSWORD_MIN_LENGTH - length })
  if (length > PASSWORD_MAX_LENGTH)
    throw weak('long', `The password is longer than ${PASSWORD_MAX_LENGTH} characters.`)
  const words = contextWords(context)
  if (lengthOf(without(password, words)) < OWN_CHARACTERS)
    throw weak('context', 'The password is mostly your own name, birth date or address.')
  if ((await strength.score(password, words)) < ENOUGH_SCORE)
    throw weak('common', 'Many people use this one. Add a word or two.')
}

const weak = (reason: string, detail: string, extra: Record<string, number> = {}) =>
  new Problem('weak-password', detail, {
    issues: [{ pointer: '/password', detail }],
    extra: { reason, ...extra },
  })

/** In code points, as people count. */
const lengthOf = (text: string) => Array.from(text).length

function without(password: string, words: string[]) {
  let rest = password.normalize('NFKC').toLowerCase()
  for (const word of words) rest = rest.replaceAll(word, '')
  return rest.replace(/[\s._@-]/g, '')
}

/** Longest first, so that "walter.okafor" goes before "walter". */
function contextWords({ words, birthDate }: PasswordContext): string[] {
  const parts = words.flatMap((word) => [word, ...word.split(/[\s@._-]+/)])
  return [
    ...new Set([...parts, ...dateLayouts(birthDate)].map((word) => word.normalize('NFKC').toLowerCase())),
  ]
    .filter((word) => lengthOf(word) >= 3)
    .sort((one, other) => other.length - one.length)
}

function dateLayouts(birthDate: string): string[] {
  const [year = '', month = '', day = ''] = birthDate.split('-')
  return [
    year + month + day,
    month + day + year,
    day + month + year,
    `${month}/${day}/${year}`,
    birthDate,
    year,
  ]
}
