import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { ToDo, ToDoChange } from '../../src/desk/schema.ts'
import type { Refusal } from '../client.ts'
import { loadToDoWords } from '../i18n/todo-words.ts'
import type { ToDoWords, Words } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import { copyValue } from '../ui/copy-value.ts'
import dialogCss from '../ui/dialog.css?inline'
import { checkIcon } from '../ui/icons.ts'
import { keepFresh } from '../ui/keep-fresh.ts'
import list from '../ui/list.css?inline'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import { settleQuestion } from './settle-question.ts'
import { type How, toDoItem } from './to-do-item.ts'
import { changesInWords } from './to-do-words.ts'
import toDosCss from './to-dos.css?inline'

/** So often "checked 5 minutes ago" is said anew. */
const TICK_MS = 60_000
const COPIED_MS = 4000

/**
 * What became of a to-do that somebody settled here: it is, somebody else was faster, the page around says what is
 * wrong, or the question has to say it.
 */
export type Outcome = 'settled' | 'elsewhere' | 'told' | Refusal

/**
 * What staff accepted and have to type into the EMR by hand: values to copy, the way into the chart, and what to say
 * once it is done. On a patient's card, or `named` for many patients.
 */
@customElement('portico-to-dos')
export class PorticoToDos extends LitElement {
  static override styles = sheets(base, button, list, noticeCss, dialogCss, toDosCss)

  /** Whose language and time zone it speaks; its own words come with it. */
  @property({ attribute: false }) words!: Words
  @property({ attribute: false }) todos: readonly ToDo[] = []
  @property({ attribute: false }) now: () => number = Date.now
  @property({ attribute: false }) may = false
  @property({ attribute: false }) named = false
  /** Patient whose chart the EMR around us opens by `openChart`. */
  @property({ attribute: false }) patient = ''
  @property({ attribute: false }) openChart: (() => void) | null = null
  /** Of the heading that stands over this; 0 = there is none of its own. */
  @property({ attribute: false }) headingLevel = 0
  @property({ attribute: false }) settle!: (todo: ToDo, how: How) => Promise<Outcome>
  /** The chart holds this value by now; asked about what left the list by itself. */
  @property({ attribute: false }) isInChart: (change: ToDoChange) => boolean = () => false

  @state() private said: ToDoWords | null = null
  @state() private asked: { todo: ToDo; how: How } | null = null
  @state() private working = false
  @state() private refusal: Refusal | null = null
  @state() private copied: ToDoChange | null = null
  /** What left the list, in words; stays until the next step. */
  @state() private quiet = ''
  /** For who cannot see what a press did. */
  @state() private heard = ''
  @query('dialog') private readonly dialog!: HTMLDialogElement
  private gone = new AbortController()
  private copiedTimer: ReturnType<typeof setTimeout> | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.gone = new AbortController()
    keepFresh(() => this.requestUpdate(), TICK_MS, this.gone.signal)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.gone.abort()
    clearTimeout(this.copiedTimer)
  }

  override render() {
    const { said: words, todos, asked } = this
    if (!words) return nothing
    return html`<section class=${this.named ? nothing : 'well'} aria-label=${words.msg('toDo.title')}>
        ${todos.length > 0 ? this.renderList(words) : nothing}
        <div role="status" class="quiet" tabindex="-1">
          ${this.quiet ? html`<p>${checkIcon()} ${this.quiet}</p>` : nothing}
        </div>
        <p class="hidden-visually" role="status">${this.heard}</p>
      </section>
      <dialog class="dialog" aria-labelledby="question" @cancel=${this.keepOpen} @close=${this.forget}>
        ${asked ? this.renderQuestion(words, asked) : nothing}
      </dialog>`
  }

  private renderList(words: ToDoWords) {
    const { headingLevel } = this
    const heading = html`<p class="title" role="heading" aria-level=${Math.min(headingLevel, 6)}>
        ${words.msg('toDo.title')}
      </p>
      <p class="soft small">${words.msg('toDo.text')}</p>`
    return html`${headingLevel > 0 ? heading : nothing}
      <ul class="list">
        ${repeat(
          this.todos,
          ({ id }) => id,
          (todo) => this.renderItem(words, todo),
        )}
      </ul>
      ${this.may ? nothing : html`<p class="soft small">${words.msg('toDo.readOnly')}</p>`}`
  }

  private renderItem(words: ToDoWords, todo: ToDo) {
    const { named, may } = this
    return toDoItem({
      words,
      todo,
      now: this.now(),
      named,
      may,
      openChart: todo.patient.id === this.patient ? this.openChart : null,
      isCopied: (change) => this.copied === change,
      copy: (change, shown) => void this.copy(words, change, shown),
      ask: (how) => void this.ask(todo, how),
    })
  }

  private renderQuestion(words: ToDoWords, { todo, how }: { todo: ToDo; how: How }) {
    const { working, refusal } = this
    const yes = () => void this.answer(words, todo, how)
    return settleQuestion({ words, todo, how, working, refusal, yes, no: this.close })
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('words')) void this.speak()
    const before = changed.get('todos')
    if (before && this.said) this.sayWhatLeft(this.said, before)
  }

  private async speak(): Promise<void> {
    const { language, timeZone } = this.words
    if (this.said?.language !== language) this.said = await loadToDoWords(language, timeZone)
  }

  /** What was settled here is said by whoever settled it. */
  private sayWhatLeft(words: ToDoWords, before: readonly ToDo[]): void {
    const settled = this.working ? this.asked?.todo.patient.id : undefined
    // One that grows gets another id; a patient has one.
    const stays = ({ patient }: ToDo, { field }: ToDoChange) =>
      this.todos.some(
        (todo) => todo.patient.id === patient.id && todo.changes.some((change) => change.field === field),
      )
    const left = before
      .filter(({ patient }) => patient.id !== settled)
      .map((todo) => ({ ...todo, changes: todo.changes.filter((change) => !stays(todo, change)) }))
      .filter(({ changes }) => changes.length > 0)
    if (left.length === 0) return
    const isInChart = left.every(({ changes }) => changes.every((change) => this.isInChart(change)))
    const what = left.map((todo) => changesInWords(words, todo, this.named)).join('; ')
    this.quiet = words.msg(isInChart ? 'toDo.chartShows' : 'toDo.offList', { what })
  }

  private async copy(words: ToDoWords, change: ToDoChange, shown: Element | null): Promise<void> {
    if (change.to === null || !shown) return
    const how = await copyValue(change.to, shown)
    this.copied = how === 'copied' ? change : null
    this.heard = ''
    await this.updateComplete
    if (how === 'selected') this.quiet = words.msg('toDo.selected')
    else this.heard = `${words.msg('toDo.copied')}: ${change.to}`
    clearTimeout(this.copiedTimer)
    this.copiedTimer = setTimeout(() => (this.copied = null), COPIED_MS)
  }

  private async ask(todo: ToDo, how: How): Promise<void> {
    this.asked = { todo, how }
    this.refusal = null
    this.quiet = ''
    await this.updateComplete
    if (!this.dialog.open) this.dialog.showModal()
  }

  private async answer(words: ToDoWords, todo: ToDo, how: How): Promise<void> {
    if (this.working) return
    this.working = true
    this.refusal = null
    const next = this.neighbourOf(todo)
    const outcome = await this.settle(todo, how)
    this.working = false
    if (typeof outcome !== 'string') {
      this.refusal = outcome
      await this.updateComplete
      return focusNotice(this.dialog)
    }
    this.dialog.close()
    if (outcome === 'told') return
    const what = changesInWords(words, todo, this.named)
    const said = how === 'done' ? 'toDo.isDone' : 'toDo.isDropped'
    this.quiet = words.msg(outcome === 'elsewhere' ? 'toDo.elsewhere' : said, { what })
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>(next)?.focus()
  }

  /** Where focus goes when one leaves: to the next one, else to what is said about it. */
  private neighbourOf({ id }: ToDo): string {
    const index = this.todos.findIndex((todo) => todo.id === id)
    const next = this.todos[index + 1] ?? this.todos[index - 1]
    return next ? `#todo-${CSS.escape(next.id)}` : '.quiet'
  }

  private readonly close = () => {
    if (!this.working) this.dialog.close()
  }

  private readonly forget = () => {
    this.asked = null
  }

  private readonly keepOpen = (event: Event) => {
    if (this.working) event.preventDefault()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-to-dos': PorticoToDos
  }
}
