import { html, nothing } from 'lit'
import type { Refusal } from '../client.ts'
import type { PatientWords } from '../i18n/words.ts'
import { passwordField, textField } from '../ui/field.ts'

/** What the patient will sign in with: chosen with a letter, a link or a temporary password, by the same rules. */
export type Key = { username: string; password: string }
/** Words for each of the two fields at fault. */
export type KeyFaults = Partial<Record<keyof Key, string>>

export type KeyForm = {
  words: PatientWords
  typed: Key
  faults: KeyFaults
  change: (id: keyof Key, change: Partial<Key>) => void
  /** Length that a password needs. */
  minLength: number
  eye: { shown: boolean; toggle: () => void; words: PatientWords }
  /** A username that is still free, when the wished one is not. */
  suggestion: string | null
  passwordLabel: string
}

/** Username and password, with the rules in words and a count along while typing. */
export const keyFields = ({ words, typed, faults, change, ...form }: KeyForm) => {
  const { minLength, suggestion } = form
  const take = (username: string) => change('username', { username })
  return html`${textField({
    id: 'username',
    label: words.msg('signIn.username'),
    hint: words.msg('activate.usernameHint'),
    error: faults.username && suggestion ? offer(words, faults.username, suggestion, take) : faults.username,
    value: typed.username,
    autocomplete: 'username',
    onInput: take,
  })}
  ${passwordField(
    {
      id: 'password',
      label: form.passwordLabel,
      hint: words.msg('activate.passwordHint', { count: minLength }),
      error: faults.password,
      value: typed.password,
      autocomplete: 'new-password',
      describedBy: 'count',
      onInput: (password) => change('password', { password }),
    },
    form.eye,
    countAlong(words, typed.password, minLength),
  )}`
}

/** What is wrong with the two, as far as the browser can tell. */
export function keyFaults(words: PatientWords, typed: Key, minLength: number): KeyFaults {
  const missing = charactersMissing(typed.password, minLength)
  return {
    ...(typed.username.trim().length < 3 ? { username: words.msg('activate.usernameShort') } : {}),
    ...(typed.password === '' ? { password: words.msg('activate.passwordMissing') } : {}),
    ...(typed.password !== '' && missing > 0
      ? { password: words.msg('activate.passwordShort', { count: minLength }) }
      : {}),
  }
}

/** A refusal that one of the two can mend, said at that field; null for any other. */
export function keyRefusal(words: PatientWords, refusal: Refusal): KeyFaults | null {
  if (refusal.code === 'username-taken') return { username: words.msg('activate.usernameTaken') }
  if (refusal.names('/username')) return { username: words.msg('activate.usernameForm') }
  if (refusal.code !== 'weak-password') return null
  return { password: weakness(words, refusal) }
}

function weakness(words: PatientWords, refusal: Refusal): string {
  const reason = refusal.text('reason')
  if (reason === 'short') return words.msg('activate.moreToGo', { count: refusal.number('missing') ?? 1 })
  if (reason === 'long') return words.msg('activate.passwordLong')
  if (reason === 'temporary') return words.msg('activate.passwordTemporary')
  return words.msg(reason === 'context' ? 'activate.passwordContext' : 'activate.passwordCommon')
}

/** Characters as people count them, so that an accent or an emoji is one. */
const charactersMissing = (password: string, minLength: number): number =>
  Math.max(0, minLength - Array.from(password.normalize('NFKC')).length)

const offer = (words: PatientWords, error: string, suggestion: string, take: (username: string) => void) =>
  html`${error}
    <button class="inline-link" type="button" @click=${() => take(suggestion)}>
      ${words.msg('activate.useSuggestion', { username: suggestion })}
    </button>`

/** "3 more to go" while typing: a bar for the eye, a polite line for everyone. */
function countAlong(words: PatientWords, password: string, minLength: number) {
  const missing = charactersMissing(password, minLength)
  const text =
    missing === 0 ? words.msg('activate.longEnough') : words.msg('activate.moreToGo', { count: missing })
  return html`<p class="count small soft" id="count" role="status">${password === '' ? nothing : text}</p>
    <progress class="progress" aria-hidden="true" max=${minLength} .value=${minLength - missing}></progress>`
}
