import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { ToDo, ToDoList } from '../../src/desk/schema.ts'
import { type Client, type Refusal, toRefusal } from '../client.ts'
import { listRefusal } from '../i18n/admin-refusals.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import type { AdminWords } from '../i18n/words.ts'
import adminPage from '../ui/admin-page.css?inline'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import { keepFresh } from '../ui/keep-fresh.ts'
import list from '../ui/list.css?inline'
import { emptyState, ghostCard } from '../ui/list-parts.ts'
import noticeCss from '../ui/notice.css?inline'
import { notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import toDoPageCss from './to-do-page.css?inline'
import type { How } from './to-do-item.ts'
import './to-dos.ts'
import type { Outcome } from './to-dos.ts'

const REFRESH_MS = 30_000

/**
 * What staff of the whole practice still have to type into the EMR by hand, the oldest first. It follows by itself while
 * somebody looks, and looks at once when they come back from the EMR.
 *
 * @fires portico-to-dos - `detail`: how many patients there is something to do for.
 * @fires portico-rights-changed - the reader may not see this any more.
 */
@customElement('portico-to-do-page')
export class PorticoToDoPage extends LitElement {
  static override styles = sheets(base, button, card, list, noticeCss, adminPage, toDoPageCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''
  /** Patient in context: only their chart can be opened by the EMR around us. */
  @property({ attribute: false }) patient = ''
  @property({ attribute: false }) may = false
  @property({ attribute: false }) openChart: (() => void) | null = null

  @state() private todos: readonly ToDo[] | null = null
  @state() private readAt: number | null = null
  @state() private working = false
  @state() private refusal: Refusal | null = null
  private gone = new AbortController()

  override connectedCallback(): void {
    super.connectedCallback()
    this.gone = new AbortController()
    const { signal } = this.gone
    keepFresh(() => void this.load(true), REFRESH_MS, signal)
    window.addEventListener('focus', () => void this.load(), { signal })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.gone.abort()
  }

  override render() {
    const { words, refusal, todos } = this
    const ended = refusal !== null && endsTheTab(refusal)
    return html`<div class="column" aria-busy=${this.working}>
      <header>
        <h1 tabindex="-1">${words.msg('toDo.title')}</h1>
        <p class="soft lead">${words.msg('toDo.lead')}</p>
      </header>
      ${refusal ? this.renderRefusal(refusal, ended) : nothing}
      ${ended ? nothing : todos ? this.renderToDos(todos) : refusal ? nothing : ghostCard(words.msg('app.loading'))}
    </div>`
  }

  private renderRefusal(refusal: Refusal, ended: boolean) {
    const actions = html`<button class="button" type="button" @click=${() => void this.load()}>
      ${this.words.msg('app.tryAgain')}
    </button>`
    const said = listRefusal(this.words, refusal, this.todos && this.readAt)
    return notice({ mood: 'warn', ...said, actions: ended ? nothing : actions })
  }

  /** The list stays when it is empty: it says what became of the last one. */
  private renderToDos(todos: readonly ToDo[]) {
    const { words } = this
    const count = todos.length
    return html`<section class="card" aria-label=${words.msg('toDo.count', { count })}>
      ${count > 0 ? html`<h2>${words.msg('toDo.count', { count })}</h2>` : emptyState(words.msg('toDo.empty'))}
      <portico-to-dos
        .words=${words}
        .todos=${todos}
        .now=${this.client.now}
        .may=${this.may}
        .named=${true}
        .patient=${this.patient}
        .openChart=${this.openChart}
        .settle=${this.settle}
      ></portico-to-dos>
    </section>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('launch')) void this.load()
  }

  private async load(byItself = false): Promise<void> {
    if (this.working) return
    this.working = true
    try {
      this.show(await this.client.readToDos(this.launch, byItself))
    } catch (error) {
      this.refuse(toRefusal(error))
    } finally {
      this.working = false
    }
  }

  private show({ todos }: ToDoList): void {
    this.todos = todos
    this.readAt = this.client.now()
    this.refusal = null
    this.dispatchEvent(
      new CustomEvent('portico-to-dos', { bubbles: true, composed: true, detail: todos.length }),
    )
  }

  private refuse(refusal: Refusal): void {
    this.refusal = refusal
    if (refusal.code === 'not-permitted')
      this.dispatchEvent(new CustomEvent('portico-rights-changed', { bubbles: true, composed: true }))
  }

  private readonly settle = async ({ id }: ToDo, how: How): Promise<Outcome> => {
    try {
      this.show(await this.client.settleAnyToDo(this.launch, id, { how }))
      await this.updateComplete
      return 'settled'
    } catch (error) {
      return this.explain(toRefusal(error))
    }
  }

  private async explain(refusal: Refusal): Promise<Outcome> {
    if (refusal.code === 'conflict' || refusal.code === 'not-found') {
      await this.load()
      await this.updateComplete
      return 'elsewhere'
    }
    if (!endsTheTab(refusal) && refusal.code !== 'not-permitted') return refusal
    this.refuse(refusal)
    return 'told'
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-to-do-page': PorticoToDoPage
  }
}
