import { html, nothing } from 'lit'
import type { SettleToDo, ToDo, ToDoChange } from '../../src/desk/schema.ts'
import type { ToDoWords } from '../i18n/words.ts'
import { checkIcon, icon } from '../ui/icons.ts'
import { checkedInWords, fieldName, notedInWords } from './to-do-words.ts'

export type How = SettleToDo['how']

export type ToDoItem = {
  words: ToDoWords
  todo: ToDo
  now: number
  /** One of several patients: it says whose. */
  named: boolean
  /** The reader may say that it is done, or not needed. */
  may: boolean
  /** Opens the chart in the EMR around us; null where it does not do that for this patient. */
  openChart: (() => void) | null
  /** Its value went to the clipboard a moment ago. */
  isCopied: (change: ToDoChange) => boolean
  /** @param shown what stands on the screen, to be selected */
  copy: (change: ToDoChange, shown: Element | null) => void
  ask: (how: How) => void
}

/** What is to be typed into one chart: each value to copy, the way there, and what to say once it is done. */
export function toDoItem(item: ToDoItem) {
  const { words, todo, now, named } = item
  return html`<li class="todo" id="todo-${todo.id}" tabindex="-1">
    ${named ? html`<h3>${todo.patient.name}</h3>` : nothing}
    <dl class="changes">${todo.changes.map((change) => changeRow(item, change))}</dl>
    ${actions(item)}
    <p class="small soft num">${notedInWords(words, todo, now)} · ${checkedInWords(words, todo, now)}</p>
  </li>`
}

/** The value in the chart and the one that it is to be; `shown` is what a copy takes. */
function changeRow(item: ToDoItem, change: ToDoChange) {
  const { words } = item
  return html`<div>
    <dt>${fieldName(words, change)}</dt>
    <dd>${changeInWords(words, change)}</dd>
    ${change.to === null ? nothing : html`<dd class="copy">${copyButton(item, change, change.to)}</dd>`}
  </div>`
}

/** "(555) 010-0142 → (555) 010-0199"; who hears it hears which is which. */
export const changeInWords = (words: ToDoWords, { from, to }: ToDoChange) =>
  html`<span class="was"
      ><span class="hidden-visually">${words.msg('toDo.now')} </span>${from ?? words.msg('toDo.none')}</span
    >
    <span class="to"
      >${icon('M4 12h15m-5.5-5.5L19 12l-5.5 5.5')}<span class="hidden-visually"
        >${words.msg('toDo.new')} </span
      ><strong class="num">${to ?? words.msg('toDo.remove')}</strong></span
    >`

function copyButton({ words, isCopied, copy }: ToDoItem, change: ToDoChange, value: string) {
  const done = isCopied(change)
  const press = ({ currentTarget }: Event) =>
    copy(change, (currentTarget as Element).closest('div')?.querySelector('strong') ?? null)
  return html`<button class="button quiet slim" type="button" @click=${press}>
    ${done ? html`${checkIcon()}${words.msg('toDo.copied')}` : words.msg('toDo.copy')}<span
      class="hidden-visually"
    >
      ${fieldName(words, change)}: ${value}</span
    >
  </button>`
}

function actions(item: ToDoItem) {
  const { words, todo, named, may, openChart, ask } = item
  const full = (what: string) => (named ? words.msg('toDo.of', { what, name: todo.patient.name }) : nothing)
  const button = (look: string, label: string, press: () => void) =>
    html`<button class="button ${look}" type="button" aria-label=${full(label)} @click=${press}>
      ${label}
    </button>`
  const open = words.msg('toDo.open')
  const link =
    todo.chartUrl === null
      ? nothing
      : html`<a class="button" href=${todo.chartUrl} target="_blank" rel="noopener" aria-label=${full(open)}
          >${open}</a
        >`
  const way = openChart ? button('', open, openChart) : link
  if (way === nothing && !may) return nothing
  const settle = html`<div class="settle">
    ${button('quiet', words.msg('toDo.done'), () => ask('done'))}
    ${button('quiet', words.msg('toDo.drop'), () => ask('withdrawn'))}
  </div>`
  return html`<div class="actions">${way}${may ? settle : nothing}</div>`
}
