import { html, nothing } from 'lit'
import type { AccessCard, LineId, ReadinessLine } from '../../src/access/schema.ts'
import type { StaffId, StaffWords } from '../i18n/words.ts'
import { checkIcon } from '../ui/icons.ts'
import { downIcon } from './card-icons.ts'
import type { CardView, LineParts, Readiness } from './card-view.ts'
import { LINE_TITLES, whyNot } from './card-words.ts'

/** "5 of 8 ready": the text counts, the bar repeats it. */
export const meter = (words: StaffWords, { missing, ready }: Readiness) => {
  const done = ready.length
  const total = done + missing.length
  return {
    text: html`<p class="small soft num" id="meter">${words.msg('card.count', { done, total })}</p>`,
    bar: html`<div class="meter" role="img" aria-labelledby="meter">
      ${Array.from({ length: total }, (_, index) => html`<i class=${index < done ? 'done' : ''}></i>`)}
    </div>`,
  }
}

/** One requirement: a hollow ring while it is missing, a tick once it is done; the same place either way. */
export function lineRow(view: CardView, line: ReadinessLine) {
  const { labelFor, why, fix, act } = partsOf(view, line)
  const title = view.words.msg(LINE_TITLES[line.id])
  return html`<li class="line ${line.done ? 'done' : line.need}">
    <span class="mark">${line.done ? checkIcon() : nothing}</span>
    ${labelFor ? html`<label class="what" for=${labelFor}>${title}</label>` : html`<span class="what">${title}</span>`}
    ${why ? html`<span class="why">${onlyMail(view.words, line)}${why}</span>` : nothing}
    ${fix ? html`<div class="fix">${fix}</div>` : nothing}
    ${act ? html`<span class="act row">${act}</span>` : nothing}
  </li>`
}

const onlyMail = (words: StaffWords, { need, done }: ReadinessLine) =>
  need === 'mail' && !done ? html`<strong>${words.msg('card.onlyMail')}</strong> ` : nothing

const partsOf = (view: CardView, line: ReadinessLine): LineParts =>
  view.editor?.parts(view, line) ?? {
    why: line.done ? valueInWords(view.words, view.card, line) : whyMissing(view, line),
    act: !line.done && CHART_LINES.includes(line.id) ? openInEmr(view, LINE_TITLES[line.id]) : null,
  }

/** Lines that only the chart itself mends. */
const CHART_LINES: readonly LineId[] = ['birth-date', 'name']

/** The way into the chart, where the EMR around us opens it when asked. */
export const openInEmr = ({ words, openChart }: CardView, what: StaffId) =>
  openChart &&
  html`<button class="button quiet slim" type="button" @click=${openChart}>
    ${words.msg('card.openInEmr')}<span class="hidden-visually"> ${words.msg(what)}</span>
  </button>`

/** The way to where it can be done, in a tab of its own. */
export const openPortico = ({ words, launchUrl }: CardView) =>
  launchUrl === ''
    ? nothing
    : html`<a class="nowrap" href=${launchUrl} target="_blank" rel="noopener"
        >${words.msg('card.openPortico')}</a
      >`

/** Sections of the settings page that mend the practice's own side. */
const SECTIONS: Partial<Record<LineId, string>> = {
  'portal-on': 'portal',
  'portal-address': 'portal',
  'mail-sender': 'mail',
}

function whyMissing({ words, card, settings }: CardView, line: ReadinessLine) {
  const why = whyNot(words, line, card.patient.firstName)
  const section = SECTIONS[line.id]
  if (!section) return why
  if (!card.may.settings || settings === '') return `${why} ${words.msg('fix.administrator')}`
  return html`${why} <a class="nowrap" href="${settings}#${section}">${words.msg('card.openSettings')}</a>`
}

/** What the EMR holds: every phone and e-mail of the line, not only the first. */
export function valueInWords(words: StaffWords, { contacts }: AccessCard, { id, value }: ReadinessLine) {
  if (id === 'birth-date' && value !== null) return words.birthDate(value)
  const held =
    id === 'phone' ? [contacts.homePhone, contacts.mobilePhone].filter((phone) => phone !== null) : []
  return held.join(' · ') || value
}

/**
 * Lines that are fine, or only nice to have, fold away under a count in words. Nobody sees them at first: they are drawn
 * once the card is on the screen, with what changes them.
 */
export const folded = (
  { editor, doing }: CardView,
  summary: string,
  mark: unknown,
  rows: () => unknown,
  open: boolean,
) =>
  html`<details ?open=${open}>
    <summary>${mark} ${summary} ${downIcon()}</summary>
    <ul class="lines">
      ${editor || doing !== 'load' ? rows() : nothing}
    </ul>
  </details>`
