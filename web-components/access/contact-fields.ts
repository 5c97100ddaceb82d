import { html, nothing } from 'lit'
import type { ContactField, ReadinessLine } from '../../src/access/schema.ts'
import type { InviteId, InviteWords } from '../i18n/words.ts'
import { fieldError, inputOf } from '../ui/field.ts'
import type { CardEditor } from './card-editor.ts'
import type { CardView, LineParts } from './card-view.ts'
import { isPhone, textOf } from './draft.ts'

/** A card that is being changed. */
export type EditView = Omit<CardView, 'words' | 'editor'> & { words: InviteWords; editor: CardEditor }

const LABELS: Record<ContactField, InviteId> = {
  homePhone: 'field.homePhone',
  mobilePhone: 'field.mobilePhone',
  contactEmail: 'line.contactEmail',
  trustedEmail: 'line.trustedEmail',
}

/** What a field is called. */
export const fieldLabel = (words: InviteWords, field: ContactField): string => words.msg(LABELS[field])

/** Phones, the contact e-mail or the trusted e-mail, in place. */
export function contactFields(view: EditView, line: ReadinessLine): LineParts {
  if (line.id === 'phone') return phones(view)
  if (line.id === 'contact-email') return contactEmail(view, line)
  return trustedEmail(view)
}

const phones = (view: EditView): LineParts => ({
  why: view.words.msg('field.phoneHint'),
  fix: html`<div class="pair">${phone(view, 'homePhone')}${phone(view, 'mobilePhone')}</div>`,
})

const phone = (view: EditView, field: ContactField) =>
  html`<div>
    <label class="small soft" for=${field}>${fieldLabel(view.words, field)}</label>
    ${control(view, field)}
  </div>`

/** Where a practice insists on an address, who has none is not stuck: a letter comes another day, or never. */
function contactEmail(view: EditView, line: ReadinessLine): LineParts {
  const { words, act, card } = view
  const none = html`<button class="inline-link" type="button" @click=${() => act.notNow('no-email')}>
    ${words.msg('card.noEmail')}
  </button>`
  const needed = line.need === 'blocks' && !line.done && card.may.allow
  return {
    labelFor: 'contactEmail',
    why: html`${hint(view, 'contactEmail', 'field.contactHint')} ${needed ? none : nothing}`,
    fix: control(view, 'contactEmail', 'contactEmail-hint'),
  }
}

function trustedEmail(view: EditView): LineParts {
  const { words, editor } = view
  const { draft } = editor
  const tick = html`<label class="choice bare">
    <input
      type="checkbox"
      aria-describedby="trustedEmail-hint"
      .checked=${draft.sameEmail}
      @change=${(event: Event) => editor.edit({ ...draft, sameEmail: (event.target as HTMLInputElement).checked })}
    />
    <span>${words.msg('field.sameEmail')}</span>
  </label>`
  const typing = draft.sameEmail ? nothing : control(view, 'trustedEmail', 'trustedEmail-hint')
  const said = draft.sameEmail ? fault(view, 'trustedEmail') : nothing
  return {
    why: hint(view, 'trustedEmail', 'field.trustedHint'),
    fix: html`${typing}${tick}${said}`,
    ...(draft.sameEmail ? {} : { labelFor: 'trustedEmail' }),
  }
}

const hint = ({ words, card }: EditView, field: ContactField, id: InviteId) =>
  html`<span id="${field}-hint">${words.msg(id, { name: card.patient.firstName })}</span>`

/** Nothing is offered from before: the browser would know it from another patient. */
const control = (view: EditView, field: ContactField, describedBy = '') =>
  html`${inputOf({
    id: field,
    label: '',
    value: textOf(view.card, view.editor.draft, field),
    inputMode: isPhone(field) ? 'tel' : 'email',
    autocomplete: 'off',
    error: view.editor.faults[field],
    maxLength: isPhone(field) ? 40 : 200,
    describedBy,
    onInput: (text) => view.editor.type(field, text),
    onLeave: () => view.editor.leave(field),
  })}${fault(view, field)}`

const fault = ({ editor }: EditView, field: ContactField) => fieldError(field, editor.faults[field])
