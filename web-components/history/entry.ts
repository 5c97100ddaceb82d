import { html, nothing } from 'lit'
import type { HistoryEntry } from '../../src/staff/schema.ts'
import type { AdminWords } from '../i18n/words.ts'
import { alertIcon } from '../ui/icons.ts'
import { whatHappened, whoDidIt } from './actions.ts'
import { type Detail, detailsOf } from './details.ts'

/** One line: when, what, by whom, and what there is to tell about it. */
export const entryRow = (words: AdminWords, entry: HistoryEntry) =>
  html`<li class="entry">
    <time class="soft num" datetime=${new Date(entry.at).toISOString()}>${words.time(entry.at)}</time>
    <div>
      <p class="what">
        <strong>${whatHappened(words, entry)}</strong>
        <span class="soft">${whoDidIt(words, entry)}</span>
        ${entry.outcome === 'success' ? nothing : outcome(words, entry.outcome)}
      </p>
      ${detailsOf(words, entry).map((detail) => detailLine(words, detail))}
    </div>
  </li>`

const outcome = (words: AdminWords, kind: 'refused' | 'failed') =>
  html`<span class="pill warn"
    >${alertIcon()}${words.msg(kind === 'refused' ? 'history.refused' : 'history.notDone')}</span
  >`

/** An arrow for the eye, words for the ear. */
function detailLine(words: AdminWords, detail: Detail) {
  if ('text' in detail) return html`<p class="change">${detail.text}</p>`
  const { about, ...values } = detail
  return html`<p class="change">
    <span>${about}:</span>
    <span aria-hidden="true">${words.msg('history.change', values)}</span>
    <span class="hidden-visually">${words.msg('history.changeWords', values)}</span>
  </p>`
}
