import { html, nothing } from 'lit'
import type { ToDo } from '../../src/desk/schema.ts'
import type { Refusal } from '../client.ts'
import { pressRefusal } from '../i18n/staff-refusals.ts'
import type { ToDoId, ToDoWords } from '../i18n/words.ts'
import { notice } from '../ui/notice.ts'
import { changeInWords, type How } from './to-do-item.ts'
import { fieldName } from './to-do-words.ts'

type Asked = Record<'title' | 'text' | 'yes' | 'no', ToDoId>

const QUESTIONS: Record<How, Asked> = {
  done: { title: 'toDo.askDone', text: 'toDo.askDoneText', yes: 'toDo.yesDone', no: 'toDo.notYet' },
  withdrawn: { title: 'toDo.askDrop', text: 'toDo.askDropText', yes: 'toDo.yesDrop', no: 'toDo.keep' },
}

export type SettleQuestion = {
  words: ToDoWords
  todo: ToDo
  how: How
  working: boolean
  refusal: Refusal | null
  yes: () => void
  no: () => void
}

/** Asked before values are thrown away: nobody could bring them back. */
export function settleQuestion({ words, todo, how, working, refusal, yes, no }: SettleQuestion) {
  const asked = QUESTIONS[how]
  const button = words.msg(asked.yes)
  return html`<div class="stack">
      <h2 id="question">${words.msg(asked.title, { name: todo.patient.name })}</h2>
      ${refusal ? notice({ mood: 'bad', ...pressRefusal(words, refusal, button) }) : nothing}
      <p>${words.msg(asked.text)}</p>
      <dl class="changes">
        ${todo.changes.map(
          (change) =>
            html`<div>
              <dt>${fieldName(words, change)}</dt>
              <dd>${changeInWords(words, change)}</dd>
            </div>`,
        )}
      </dl>
    </div>
    <div class="actions">
      <button class="button quiet" type="button" autofocus aria-disabled=${working} @click=${no}>
        ${words.msg(asked.no)}
      </button>
      <button class="button primary end" type="button" aria-busy=${working} @click=${yes}>
        ${working ? words.msg('toDo.settling') : button}
      </button>
    </div>`
}
