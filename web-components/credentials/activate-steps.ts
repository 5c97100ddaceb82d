import { html, nothing } from 'lit'
import type { PatientWords } from '../i18n/words.ts'
import { birthDateField } from '../ui/birth-date.ts'
import { fieldError, inputOf, passwordField, textField } from '../ui/field.ts'
import { charactersMissing, type Faults, type FieldId, type Step, type Typed } from './activate-state.ts'

export type StepForm = {
  words: PatientWords
  typed: Typed
  /** Only what may be said now. */
  faults: Faults
  change: (id: FieldId, change: Partial<Typed>) => void
  leave: (id: FieldId, filled: boolean) => void
}

export type StepOptions = KeyOptions & { withCode: boolean; withReason: boolean }

/** The fields of one step. */
export function stepFields(step: Step, form: StepForm, options: StepOptions) {
  if (step === 1) return letterStep(form, options.withCode)
  return step === 2 ? personStep(form, options.withReason) : keyStep(form, options)
}

/** Step 1: what stands in the box on the letter. */
const letterStep = ({ words, typed, faults, change, leave }: StepForm, withCode: boolean) => html`
  ${textField({
    id: 'portal-id',
    label: words.msg('credential.portalId'),
    hint: words.msg('activate.idHint'),
    error: faults['portal-id'],
    value: typed.portalId,
    inputMode: 'numeric',
    autocomplete: 'off',
    look: 'code digits',
    onInput: (portalId) => change('portal-id', { portalId }),
    onLeave: () => leave('portal-id', typed.portalId !== ''),
  })}
  ${
    withCode
      ? textField({
          id: 'code',
          label: words.msg('credential.code'),
          hint: words.msg('activate.codeHint'),
          error: faults.code,
          value: typed.code,
          autocomplete: 'off',
          capitals: 'characters',
          look: 'code',
          onInput: (code) => change('code', { code }),
          onLeave: () => leave('code', typed.code !== ''),
        })
      : nothing
  }
`

/** Step 2: what only the patient knows beside the letter. */
const personStep = (form: StepForm, withReason: boolean) => {
  const { words, typed, faults, change, leave } = form
  return html`${withReason ? html`<p class="soft">${words.msg('activate.personText')}</p>` : nothing}
    <fieldset class="field">
      <legend>${words.msg('activate.initials')}</legend>
      <div class="two">
        ${initial(form, 'first-initial', 'firstInitial')}${initial(form, 'last-initial', 'lastInitial')}
      </div>
      ${fieldError('initials', faults['first-initial'] ?? faults['last-initial'])}
    </fieldset>
    ${birthDateField({
      words,
      parts: typed.birth,
      error: faults.birth,
      onChange: (birth) => change('birth', { birth }),
      onLeave: () =>
        leave(
          'birth',
          Object.values(typed.birth).every((part) => part !== ''),
        ),
    })}`
}

const initial = (
  form: StepForm,
  id: 'first-initial' | 'last-initial',
  part: 'firstInitial' | 'lastInitial',
) =>
  html`<div>
    <label for=${id}
      >${form.words.msg(part === 'firstInitial' ? 'activate.firstName' : 'activate.lastName')}</label
    >
    ${inputOf({
      id,
      label: '',
      value: form.typed[part],
      autocomplete: 'off',
      capitals: 'characters',
      maxLength: 4,
      ...(form.faults[id] ? { invalid: true, describedBy: 'initials-error' } : {}),
      onInput: (value) => form.change(id, { [part]: value }),
      onLeave: () => form.leave(id, form.typed[part] !== ''),
    })}
  </div>`

type KeyOptions = {
  minLength: number
  eye: { shown: boolean; toggle: () => void; words: PatientWords }
  /** A username that is still free, when the wished one is not. */
  suggestion: string | null
}

/** Step 3: the username and password that the patient will sign in with. */
const keyStep = (form: StepForm, { minLength, eye, suggestion }: KeyOptions) => {
  const { words, typed, faults, change } = form
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
      label: words.msg('signIn.password'),
      hint: words.msg('activate.passwordHint', { count: minLength }),
      error: faults.password,
      value: typed.password,
      autocomplete: 'new-password',
      describedBy: 'count',
      onInput: (password) => change('password', { password }),
    },
    eye,
    countAlong(words, typed.password, minLength),
  )}`
}

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
