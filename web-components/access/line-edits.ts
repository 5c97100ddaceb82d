import { html, nothing } from 'lit'
import type { AccessCard, LineId, ReadinessLine } from '../../src/access/schema.ts'
import { openInEmr, openPortico, valueInWords } from './card-lines.ts'
import type { CardView, LineParts } from './card-view.ts'
import { LINE_TITLES, whyNot } from './card-words.ts'
import type { InviteWords } from '../i18n/words.ts'
import { contactFields, type EditView } from './contact-fields.ts'
import { type Draft, FIELDS_OF, isAllowed, pendingOf } from './draft.ts'

/** How a line is mended on the card; null where nothing here can. */
export function editableParts(view: EditView, line: ReadinessLine): LineParts | null {
  const { allow, edit } = view.card.may
  if (allow && line.id === 'allowed') return portalSwitch(view, line)
  if (allow && line.id === 'allow-email') return emailSwitch(view, line)
  if (!FIELDS_OF[line.id]) return null
  if (edit !== 'no') return contactLine(view, line)
  return isPending(view.card, line.id) ? { why: held(view, line) } : null
}

/** Something of this line waits to be typed into the chart. */
export const isPending = (card: AccessCard, line: LineId): boolean =>
  (FIELDS_OF[line] ?? []).some((field) => pendingOf(card, field) !== undefined)

/** Something that stops an invitation is mended on the card, and is not waiting to be typed into the chart. */
export const isMendedBySaving = (card: AccessCard): boolean =>
  card.may.allow &&
  card.state !== 'stopped' &&
  card.lines.some(
    ({ id, done, need }) =>
      need === 'blocks' &&
      !done &&
      !isPending(card, id) &&
      (id === 'allowed' || (card.may.edit !== 'no' && FIELDS_OF[id] !== undefined)),
  )

/** What Save does with phone and e-mail where the chart is not changed from here; else where they are changed. */
export function elsewhere(view: CardView, words: InviteWords, lines: readonly ReadinessLine[]) {
  const { allow, edit } = view.card.may
  if (edit === 'chart' || !lines.some(({ id }) => FIELDS_OF[id])) return nothing
  if (edit === 'to-do') return html`<li class="small soft">${words.msg('field.toDo')}</li>`
  if (!allow) return nothing
  return html`<li class="small soft">
    ${words.msg('fix.inEmr')} ${openPortico(view)} ${openInEmr(view, 'line.phone')}
  </li>`
}

/** True while one of these lines holds something that is not saved: then it must not fold away. */
export const isTouched = (draft: Draft, lines: readonly ReadinessLine[]): boolean =>
  lines.some(({ id }) => isOpen(draft, id) || (id === 'allow-email' && draft.allowEmail !== null))

const isOpen = (draft: Draft, line: LineId): boolean =>
  draft.open.includes(line) || (FIELDS_OF[line] ?? []).some((field) => draft.contacts[field] !== undefined)

/** Phones and e-mails: typed here while they are missing, behind "Change…" once they are there. */
function contactLine(view: EditView, line: ReadinessLine): LineParts {
  const { words, card, editor } = view
  const isHere = line.done || isPending(card, line.id)
  if (!isHere || isOpen(editor.draft, line.id)) {
    const parts = contactFields(view, line)
    return { ...parts, why: html`${parts.why}${pendingInWords(view, line)}` }
  }
  const button = html`<button
    class="button quiet slim"
    type="button"
    @click=${() => void editor.open(line.id)}
  >
    ${words.msg('card.change')}<span class="hidden-visually"> ${words.msg(LINE_TITLES[line.id])}</span>
  </button>`
  return { why: held(view, line), act: button }
}

/** What the chart holds, and beside it what is still to be typed into it. */
const held = (view: EditView, line: ReadinessLine) => {
  const { words, card } = view
  const inChart = line.done ? valueInWords(words, card, line) : whyNot(words, line, card.patient.firstName)
  return html`${inChart}${pendingInWords(view, line)}`
}

function pendingInWords({ words, card }: EditView, { id }: ReadinessLine) {
  if (!isPending(card, id)) return nothing
  const values = (FIELDS_OF[id] ?? []).flatMap((field) => pendingOf(card, field) ?? []).join(' · ')
  return html`<span class="pending"
    >${values === '' ? words.msg('field.pendingOut') : words.msg('field.pending', { values })}</span
  >`
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
