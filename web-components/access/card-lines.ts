import { html, nothing } from 'lit'
import type { AccessCard, ReadinessLine } from '../../src/access/schema.ts'
import type { MessageId, Words } from '../i18n/words.ts'
import { checkIcon, downIcon } from '../ui/icons.ts'
import { LINE_TITLES, whyNot } from './card-words.ts'

export type Readiness = {
  /** Lines that stop an invitation and are not done. */
  missing: ReadinessLine[]
  ready: ReadinessLine[]
  blocking: number
  /** Undone lines that stop nothing, or only e-mail. */
  helpful: ReadinessLine[]
}

export function readinessOf(card: AccessCard): Readiness {
  const blocking = card.lines.filter((line) => line.need === 'blocks')
  return {
    missing: blocking.filter((line) => !line.done),
    blocking: blocking.length,
    ready: card.lines.filter((line) => line.done),
    helpful: card.lines.filter((line) => !line.done && line.need !== 'blocks'),
  }
}

/** "5 of 8 ready": the text counts, the bar repeats it. */
export const meter = (words: Words, { missing, blocking }: Readiness) => {
  const done = blocking - missing.length
  return {
    text: html`<p class="small soft num" id="meter">
      ${words.msg('card.count', { done, total: blocking })}
    </p>`,
    bar: html`<div class="meter" role="img" aria-labelledby="meter">
      ${Array.from({ length: blocking }, (_, index) => html`<i class=${index < done ? 'done' : ''}></i>`)}
    </div>`,
  }
}

export type LineView = {
  words: Words
  name: string
  /** The switch, for the line that this card can change. */
  control?: unknown
  labelFor?: string
}

/** One requirement: a hollow ring while it is missing, a tick once it is done; the same place either way. */
export const lineRow = (line: ReadinessLine, { words, name, control, labelFor }: LineView) => {
  const title = words.msg(LINE_TITLES[line.id])
  const why = line.done ? line.value : whyNot(words, line, name)
  return html`<li class="line ${line.done ? 'done' : line.need}">
    <span class="mark">${line.done ? checkIcon() : nothing}</span>
    ${labelFor ? html`<label class="what" for=${labelFor}>${title}</label>` : html`<span class="what">${title}</span>`}
    ${why ? html`<span class="why">${needLabel(words, line)}${why}</span>` : nothing}
    ${control ? html`<span class="act row">${control}</span>` : nothing}
  </li>`
}

const NEEDS: Record<ReadinessLine['need'], MessageId | null> = {
  blocks: null,
  mail: 'card.onlyMail',
  advised: 'card.goodToHave',
}

function needLabel(words: Words, line: ReadinessLine) {
  const id = NEEDS[line.need]
  return line.done || id === null ? nothing : html`<strong>${words.msg(id)}</strong> `
}

/** Lines that are fine, or only nice to have, fold away under a count in words. */
export const folded = (summary: string, mark: unknown, rows: unknown) =>
  html`<details>
    <summary>${mark} ${summary} ${downIcon()}</summary>
    <ul class="lines">
      ${rows}
    </ul>
  </details>`

export type SwitchView = { words: Words; on: boolean; busy: boolean; change: (on: boolean) => void }

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
