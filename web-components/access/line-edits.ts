import { html } from 'lit'
import type { LineId, ReadinessLine } from '../../src/access/schema.ts'
import { valueInWords } from './card-lines.ts'
import type { LineParts } from './card-view.ts'
import { LINE_TITLES, whyNot } from './card-words.ts'
import { contactFields, type EditView } from './contact-fields.ts'
import { type Draft, FIELDS_OF, isAllowed } from './draft.ts'

/** How a line is mended on the card; null where nothing here can. */
export function editableParts(view: EditView, line: ReadinessLine): LineParts | null {
  const { allow, edit } = view.card.may
  if (allow && line.id === 'allowed') return portalSwitch(view, line)
  if (allow && line.id === 'allow-email') return emailSwitch(view, line)
  return edit && FIELDS_OF[line.id] ? contactLine(view, line) : null
}

/** True while one of these lines holds something that is not saved: then it must not fold away. */
export const isTouched = (draft: Draft, lines: readonly ReadinessLine[]): boolean =>
  lines.some(({ id }) => isOpen(draft, id) || (id === 'allow-email' && draft.allowEmail !== null))

const isOpen = (draft: Draft, line: LineId): boolean =>
  draft.open.includes(line) || (FIELDS_OF[line] ?? []).some((field) => draft.contacts[field] !== undefined)

/** Phones and e-mails: typed here while they are missing, behind "Change…" once they are there. */
function contactLine(view: EditView, line: ReadinessLine): LineParts {
  const { words, card, editor } = view
  if (!line.done || isOpen(editor.draft, line.id)) return contactFields(view, line)
  const button = html`<button
    class="button quiet slim"
    type="button"
    @click=${() => void editor.open(line.id)}
  >
    ${words.msg('card.change')}<span class="hidden-visually"> ${words.msg(LINE_TITLES[line.id])}</span>
  </button>`
  return { why: valueInWords(words, card, line), act: button }
}

function portalSwitch(view: EditView, line: ReadinessLine): LineParts {
  const { words, card, editor } = view
  const on = editor.draft.allowPortal ?? isAllowed(card)
  const change = (allowPortal: boolean) => editor.edit({ ...editor.draft, allowPortal })
  const why = line.done ? null : whyNot(words, line, card.patient.firstName)
  return { labelFor: 'allowPortal', why, act: toggle(view, 'allowPortal', on, change) }
}

function emailSwitch(view: EditView, line: ReadinessLine): LineParts {
  const { words, card, editor } = view
  const name = card.patient.firstName
  const on = editor.draft.allowEmail ?? card.emailAllowed
  const change = (allowEmail: boolean) => editor.edit({ ...editor.draft, allowEmail })
  const why = line.done ? words.msg('field.emailAllowed', { name }) : whyNot(words, line, name)
  return { labelFor: 'allowEmail', why, act: toggle(view, 'allowEmail', on, change) }
}

/** Says its state in words beside it; nothing happens before Save. */
const toggle = ({ words, doing }: EditView, id: string, on: boolean, change: (on: boolean) => void) =>
  html`<span class="small" aria-hidden="true">${words.msg(on ? 'card.yes' : 'card.no')}</span>
    <input
      type="checkbox"
      role="switch"
      class="switch"
      id=${id}
      .checked=${on}
      ?disabled=${doing === 'save'}
      @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
    />`
