import { html, nothing, type TemplateResult } from 'lit'
import type { Capability, Check } from '../../src/report/schema.ts'
import type { AdminId, AdminWords } from '../i18n/words.ts'
import { alertIcon, checkIcon, icon } from '../ui/icons.ts'
import type { Mood } from './headline.ts'

/** `ready` = will work once Portico does it. */
type State = Capability['state'] | Check['state'] | 'ready'

const STATES: Record<State, { word: AdminId; mood: Mood; mark: () => TemplateResult }> = {
  works: { word: 'report.stateWorks', mood: 'good', mark: checkIcon },
  ready: { word: 'report.stateReady', mood: 'good', mark: checkIcon },
  'falls-back': {
    word: 'report.stateFallsBack',
    mood: 'plain',
    mark: () => icon('M4 7h9a5 5 0 0 1 0 10H7m3-3-3 3 3 3'),
  },
  impossible: { word: 'report.stateImpossible', mood: 'warn', mark: () => icon('m6 6 12 12M18 6 6 18') },
  ok: { word: 'report.stateOk', mood: 'good', mark: checkIcon },
  warning: { word: 'report.stateWarning', mood: 'warn', mark: alertIcon },
  fault: { word: 'report.stateFault', mood: 'bad', mark: alertIcon },
  unknown: {
    word: 'report.stateUnknown',
    mood: 'plain',
    mark: () => icon('M9 9.2a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2.1m0 3v.2'),
  },
}
const ORDER: readonly State[] = ['fault', 'warning', 'unknown', 'ok']

export type Copying = {
  /** Its value went to the clipboard a moment ago. */
  isCopied: (line: Check) => boolean
  copy: (line: Check, shown: Element | null) => void
}

/**
 * What Portico does with this EMR, thing by thing.
 * @param later it does not do these things yet
 */
export const capabilityList = (words: AdminWords, lines: readonly Capability[], later = false) =>
  lines.length === 0
    ? html`<p class="soft">${words.msg('report.notSaid')}</p>`
    : html`<ul class="list">
        ${lines.map((line) => item(words, line, later && line.state === 'works' ? 'ready' : line.state))}
      </ul>`

/** What was looked at: what needs somebody first, what is fine folded away. */
export function checkList(words: AdminWords, lines: readonly Check[], copying: Copying) {
  const sorted = ORDER.flatMap((state) => lines.filter((line) => line.state === state))
  const open = sorted.filter(({ state }) => state !== 'ok')
  const fine = sorted.filter(({ state }) => state === 'ok')
  const list = (some: readonly Check[]) =>
    html`<ul class="list">
      ${some.map((line) => item(words, line, line.state, valueOf(words, line, copying)))}
    </ul>`
  return html`${open.length > 0 ? list(open) : nothing}
  ${
    fine.length > 0
      ? html`<details class="fine">
          <summary>${checkIcon()}<span>${words.msg('report.fine', { count: fine.length })}</span></summary>
          ${list(fine)}
        </details>`
      : nothing
  }`
}

function item(words: AdminWords, { title, text }: Capability | Check, state: State, more: unknown = nothing) {
  const { word, mood, mark } = STATES[state]
  return html`<li class="item">
    <div class="card-head">
      <h3>${title}</h3>
      <span class="pill ${mood}">${mark()}${words.msg(word)}</span>
    </div>
    <p class="soft">${text}</p>
    ${more}
  </li>`
}

function valueOf(words: AdminWords, line: Check, { isCopied, copy }: Copying) {
  if (line.value === null) return nothing
  const press = ({ currentTarget }: Event) =>
    copy(line, (currentTarget as Element).closest('.value')?.querySelector('code') ?? null)
  return html`<div class="value">
    <code>${line.value}</code>
    <button
      class="button quiet"
      type="button"
      aria-label=${words.msg('report.copyThis', { what: line.title })}
      @click=${press}
    >
      ${isCopied(line) ? html`${checkIcon()}${words.msg('report.copied')}` : words.msg('report.copy')}
    </button>
  </div>`
}
