import { html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { AdminWords } from '../i18n/words.ts'
import { stopSheets } from './sheets.ts'

/**
 * Stops a person or a page, which asks first, or lets them in again, which does not.
 *
 * @fires portico-stop-chosen - `detail` is true to stop, false to let in again.
 */
@customElement('portico-stop')
export class PorticoStop extends LitElement {
  static override styles = stopSheets

  @property({ attribute: false }) words!: AdminWords
  /** Whom or what. */
  @property({ attribute: false }) name = ''
  /** What stopping means, in a sentence or two. */
  @property({ attribute: false }) effect = ''
  @property({ type: Boolean }) stopped = false
  @property({ type: Boolean }) busy = false
  @query('dialog') private readonly dialog!: HTMLDialogElement

  override render() {
    const { words, name, busy } = this
    if (this.stopped)
      return html`<button
        class="button"
        type="button"
        aria-label=${words.msg('stop.resumeThis', { name })}
        aria-busy=${busy}
        @click=${() => this.choose(false)}
      >
        ${words.msg('stop.resume')}
      </button>`
    return html`<button
        class="button quiet"
        type="button"
        aria-label=${words.msg('stop.stopThis', { name })}
        aria-busy=${busy}
        @click=${() => this.dialog.showModal()}
      >
        ${words.msg('stop.stop')}
      </button>
      ${this.renderQuestion()}`
  }

  /** Focus goes to the least harmful button. */
  private renderQuestion() {
    const { words, name } = this
    return html`<dialog class="dialog" aria-labelledby="question">
      <div class="stack">
        <h2 id="question">${words.msg('stop.title', { name })}</h2>
        <p>${this.effect}</p>
      </div>
      <div class="actions">
        <button class="button quiet" type="button" @click=${() => this.dialog.close()}>
          ${words.msg('admin.cancel')}
        </button>
        <button class="button danger primary end" type="button" @click=${this.confirm}>
          ${words.msg('stop.stop')}
        </button>
      </div>
    </dialog>`
  }

  private readonly confirm = () => {
    this.dialog.close()
    this.choose(true)
  }

  private choose(stopped: boolean): void {
    if (this.busy) return
    this.dispatchEvent(
      new CustomEvent('portico-stop-chosen', { detail: stopped, bubbles: true, composed: true }),
    )
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-stop': PorticoStop
  }
}
