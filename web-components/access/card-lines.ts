import { html, nothing } from 'lit'
import type { AccessCard, ReadinessLine } from '../../src/access/schema.ts'
import type { StaffWords } from '../i18n/words.ts'
import { checkIcon } from '../ui/icons.ts'
import { downIcon } from './card-icons.ts'
import { LINE_TITLES, whyNot } from './card-words.ts'

export type Readiness = {
  /** Lines that stop an invitation and are not done. */
  missing: ReadinessLine[]
  /** The same that are done; everything that counts things counts these two. */
  ready: ReadinessLine[]
  /** Lines that stop nothing, or only e-mail, what is missing first. */
  helpful: ReadinessLine[]
}

export function readinessOf(card: AccessCard): Readiness {
  const blocking = card.lines.filter((line) => line.need === 'blocks')
  return {
    missing: blocking.filter(({ done }) => !done),
    ready: blocking.filter(({ done }) => done),
    helpful: card.lines
      .filter(({ need }) => need !== 'blocks')
      .toSorted((one, other) => Number(one.done) - Number(other.done)),
  }
}

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

export type LineView = {
  words: StaffWords
  name: string
  /** The switch, for the line that this card can change. */
  control?: unknown
  labelFor?: string
}

/** One requirement: a hollow ring while it is missing, a tick once it is done; the same place either way. */
export const lineRow = (line: ReadinessLine, { words, name, control, labelFor }: LineView) => {
  const title = words.msg(LINE_TITLES[line.id])
  const why = line.done ? valueInWords(words, line) : whyNot(words, line, name)
  return html`<li class="line ${line.done ? 'done' : line.need}">
    <span class="mark">${line.done ? checkIcon() : nothing}</span>
    ${labelFor ? html`<label class="what" for=${labelFor}>${title}</label>` : html`<span class="what">${title}</span>`}
    ${why ? html`<span class="why">${line.need === 'mail' && !line.done ? html`<strong>${words.msg('card.onlyMail')}</strong> ` : nothing}${why}</span>` : nothing}
    ${control ? html`<span class="act row">${control}</span>` : nothing}
  </li>`
}

const valueInWords = (words: StaffWords, { id, value }: ReadinessLine) =>
  id === 'birth-date' && value !== null ? words.birthDate(value) : value

/** Lines that are fine, or only nice to have, fold away under a count in words. */
export const folded = (summary: string, mark: unknown, rows: unknown) =>
  html`<details>
    <summary>${mark} ${summary} ${downIcon()}</summary>
    <ul class="lines">
      ${rows}
    </ul>
  </details>`

export type SwitchView = { words: StaffWords; on: boolean; busy: boolean; change: (on: boolean) => void }

/** "Allow patient portal": says its state in words beside it; nothing happens before Save. */
export const allowSwitch = ({ words, on, busy, change }: SwitchView) =>
  html`<span class="small" aria-hidden="true">${words.msg(on ? 'card.yes' : 'card.no')}</span>
    <input
      type="checkbox"
      role="switch"
      class="switch"
      id="allow"
      .checked=${on}
      ?disabled=${busy}
      @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
    />`
