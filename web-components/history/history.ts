import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { HistoryView } from '../../src/staff/schema.ts'
import { type Client, type Refusal, toRefusal } from '../client.ts'
import { adminRefusal } from '../i18n/admin-refusals.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import type { AdminWords } from '../i18n/words.ts'
import adminPage from '../ui/admin-page.css?inline'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import card from '../ui/card.css?inline'
import form from '../ui/form.css?inline'
import list from '../ui/list.css?inline'
import { emptyState, ghostCard, olderButton } from '../ui/list-parts.ts'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice, notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import { byDay } from './days.ts'
import { entryRow } from './entry.ts'
import historyCss from './history.css?inline'

/**
 * The trail in words: who did what, for the patient in context or for the whole practice, newest first.
 *
 * @fires portico-rights-changed - the reader may not see this any more.
 */
@customElement('portico-history')
export class PorticoHistory extends LitElement {
  static override styles = sheets(base, button, card, form, list, noticeCss, adminPage, historyCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''

  @state() private currentPatient = true
  @state() private view: HistoryView | null = null
  @state() private working: 'load' | 'older' | null = null
  @state() private refusal: Refusal | null = null
  /** Counts the questions: an answer to an older one is dropped. */
  private asked = 0

  override render() {
    const { words, refusal, view } = this
    const ended = refusal !== null && endsTheTab(refusal)
    return html`<div class="column" aria-busy=${this.working === 'load'}>
      <header>
        <h1 tabindex="-1">${words.msg('history.title')}</h1>
        <p class="soft lead">${words.msg('history.lead')}</p>
      </header>
      <fieldset class="show">
        <legend class="hidden-visually">${words.msg('history.show')}</legend>
        ${this.renderChoice(true)}${this.renderChoice(false)}
      </fieldset>
      ${refusal ? this.renderRefusal(refusal, ended) : nothing}
      ${ended ? nothing : view ? this.renderView(view) : refusal ? nothing : ghostCard(words.msg('app.loading'))}
    </div>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('launch')) void this.load()
  }

  private renderChoice(patient: boolean) {
    const choose = () => {
      this.currentPatient = patient
      this.view = null
      void this.load()
    }
    return html`<label>
      <input type="radio" name="show" .checked=${patient === this.currentPatient} @change=${choose} />
      <span>${this.words.msg(patient ? 'history.patient' : 'history.practice')}</span>
    </label>`
  }

  private renderRefusal(refusal: Refusal, ended: boolean) {
    const again = () => void (this.view ? this.loadOlder() : this.load())
    const actions = html`<button class="button" type="button" @click=${again}>
      ${this.words.msg('app.tryAgain')}
    </button>`
    return notice({
      mood: 'warn',
      ...adminRefusal(this.words, refusal),
      actions: ended ? nothing : actions,
    })
  }

  private renderView(view: HistoryView) {
    const { words } = this
    if (view.entries.length === 0)
      return html`<div class="card">${emptyState(words.msg('history.empty'))}</div>`
    return html`<div class="card days">
        ${byDay(words, view.entries, this.client.now()).map(
          ({ name, entries }, index) =>
            html`<section aria-labelledby="day-${index}">
              <h2 id="day-${index}">${name}</h2>
              <ul class="list">
                ${entries.map((entry) => entryRow(words, entry))}
              </ul>
            </section>`,
        )}
      </div>
      ${olderButton({
        label: words.msg(this.working === 'older' ? 'admin.fetching' : 'admin.older'),
        busy: this.working === 'older',
        has: view.before !== null,
        onPress: () => void this.loadOlder(),
      })}`
  }

  private load(): Promise<void> {
    return this.ask('load', null, (view) => view)
  }

  private async loadOlder(): Promise<void> {
    const { view } = this
    if (!view || this.working !== null) return
    await this.ask('older', view.before, (older) => ({
      ...older,
      entries: [...view.entries, ...older.entries],
    }))
  }

  private async ask(
    kind: 'load' | 'older',
    before: string | null,
    take: (answer: HistoryView) => HistoryView,
  ): Promise<void> {
    this.asked += 1
    const question = this.asked
    const { currentPatient } = this
    this.working = kind
    this.refusal = null
    try {
      const answer = await this.client.readHistory(this.launch, { before, currentPatient })
      if (question === this.asked) this.view = take(answer)
    } catch (error) {
      if (question === this.asked) await this.refuse(error, kind === 'older')
    } finally {
      if (question === this.asked) this.working = null
    }
  }

  private async refuse(error: unknown, wasPressed: boolean): Promise<void> {
    const refusal = toRefusal(error)
    this.refusal = refusal
    if (refusal.code === 'not-permitted')
      this.dispatchEvent(new CustomEvent('portico-rights-changed', { bubbles: true, composed: true }))
    await this.updateComplete
    if (wasPressed) focusNotice(this.renderRoot)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-history': PorticoHistory
  }
}
