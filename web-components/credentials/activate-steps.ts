import { html, nothing } from 'lit'
import type { PatientWords } from '../i18n/words.ts'
import { birthDateField } from '../ui/birth-date.ts'
import { fieldError, inputOf, textField } from '../ui/field.ts'
import type { Faults, FieldId, Step, Typed, Way } from './activate-state.ts'
import { type KeyForm, keyFields } from './key-fields.ts'

export type StepForm = {
  words: PatientWords
  typed: Typed
  /** Only what may be said now. */
  faults: Faults
  change: (id: FieldId, change: Partial<Typed>) => void
  leave: (id: FieldId, filled: boolean) => void
}

export type StepOptions = Pick<KeyForm, 'minLength' | 'eye' | 'suggestion'> & {
  way: Way
  withCode: boolean
  /** Why initials and birth date are asked for; not beside a notice that says more. */
  withReason: boolean
  now: number
}

/** The fields of one step. */
export function stepFields(step: Step, form: StepForm, options: StepOptions) {
  if (step === 'letter') return letterStep(form, options.withCode)
  if (step === 'person') return personStep(form, options)
  return keyFields({ ...form, ...options, passwordLabel: form.words.msg('signIn.password') })
}

/** What stands in the box on the letter. */
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

/** What only the patient knows beside the letter or the link. */
const personStep = (form: StepForm, { way, withReason, now }: StepOptions) => {
  const { words, typed, faults, change, leave } = form
  const reason = words.msg(way === 'link' ? 'activate.linkText' : 'activate.personText')
  return html`${withReason ? html`<p class="soft">${reason}</p>` : nothing}
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
      now,
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
