import { html, nothing } from 'lit'
import type { PatientWords } from '../i18n/words.ts'
import { alertIcon, icon } from './icons.ts'

/** A labelled text input. `error` says what to do, in words; while it is set the input is marked invalid. */
export type TextField = {
  id: string
  label: string
  hint?: string
  error?: unknown
  /** At fault, but the words stand elsewhere (a group of boxes); `describedBy` says where. */
  invalid?: boolean
  value: string
  type?: 'text' | 'password'
  inputMode?: 'numeric' | 'text' | 'tel' | 'email'
  autocomplete: string
  capitals?: 'none' | 'characters'
  /** Extra classes of the input: `code`, `digits`. */
  look?: string
  maxLength?: number
  /** Ids of further descriptions, e.g. of a counter below the field. */
  describedBy?: string
  onInput: (value: string) => void
  onLeave?: () => void
  onPaste?: (event: ClipboardEvent) => void
}

/** Label, hint, control, error: in this order, always. */
export const textField = (field: TextField) =>
  html`<div class="field">
    <label for=${field.id}>${field.label}</label
    >${hintOf(field)}${inputOf(field)}${fieldError(field.id, field.error)}
  </div>`

/** A password with the eye that shows what was typed. `below` stands between the input and its error. */
export const passwordField = (
  field: Omit<TextField, 'type'>,
  eye: { shown: boolean; toggle: () => void; words: PatientWords },
  below: unknown = nothing,
) =>
  html`<div class="field">
    <label for=${field.id}>${field.label}</label>${hintOf(field)}
    <div class="affix">
      ${inputOf({ ...field, type: eye.shown ? 'text' : 'password' })}
      <button
        class="button icon-only"
        type="button"
        aria-pressed=${eye.shown}
        aria-label=${eye.words.msg('password.show')}
        @click=${eye.toggle}
      >
        ${eye.shown ? eyeOffIcon() : eyeIcon()}
      </button>
    </div>
    ${below}${fieldError(field.id, field.error)}
  </div>`

/** The bare input, for groups that bring their own labels. */
export const inputOf = (field: TextField) =>
  html`<input
    class="input ${field.look ?? ''}"
    id=${field.id}
    type=${field.type ?? 'text'}
    inputmode=${field.inputMode ?? nothing}
    autocomplete=${field.autocomplete}
    autocapitalize=${field.capitals ?? 'none'}
    spellcheck="false"
    maxlength=${field.maxLength ?? nothing}
    aria-invalid=${field.error || field.invalid ? 'true' : nothing}
    aria-describedby=${describedBy(field)}
    .value=${field.value}
    @input=${(event: Event) => field.onInput((event.target as HTMLInputElement).value)}
    @blur=${(event: FocusEvent) => leave(event, field)}
    @paste=${field.onPaste ?? nothing}
  />`

/** While something is held down nothing moves: it would slip away under the click. What sends a form checks by itself. */
function leave({ target }: FocusEvent, { onLeave }: TextField): void {
  const root = (target as HTMLElement).getRootNode() as Document | ShadowRoot
  if (!root.querySelector(':is(button, label, summary, [type="checkbox"]):active')) onLeave?.()
}

/** What to do about a field, under it. */
export const fieldError = (id: string, error: unknown) =>
  error ? html`<p class="field-error" id="${id}-error">${alertIcon()}<span>${error}</span></p>` : nothing

/** Puts the cursor into the first field at fault, once the errors are on the screen. */
export function focusFirstError(root: ParentNode): void {
  root.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
}

const hintOf = (field: TextField) =>
  field.hint ? html`<p class="hint" id="${field.id}-hint">${field.hint}</p>` : nothing

function describedBy(field: TextField): string | typeof nothing {
  const ids = [field.hint && `${field.id}-hint`, field.describedBy, field.error ? `${field.id}-error` : '']
  return ids.filter(Boolean).join(' ') || nothing
}

const eyeIcon = () =>
  icon('M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0')
const eyeOffIcon = () =>
  icon(
    'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M4 20 20 4',
  )
