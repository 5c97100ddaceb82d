import { html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { AdminWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import dialogCss from '../ui/dialog.css?inline'
import form from '../ui/form.css?inline'
import { sheets } from '../ui/sheets.ts'

/** "Leave without saving?", for pages that are saved by hand. Fetched when somebody is about to lose something. */
@customElement('portico-leave-question')
export class PorticoLeaveQuestion extends LitElement {
  static override styles = sheets(base, button, dialogCss, form)

  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) count = 0
  @query('dialog') private readonly dialog!: HTMLDialogElement
  private answer: (leave: boolean) => void = () => {}

  /** Resolves to true when the reader gives the changes up. */
  async ask(): Promise<boolean> {
    await this.updateComplete
    this.dialog.showModal()
    return new Promise((resolve) => {
      this.answer = resolve
    })
  }

  override render() {
    const { words, count } = this
    return html`<dialog class="dialog" aria-labelledby="question" @close=${() => this.answer(false)}>
      <h2 id="question">${words.msg('leave.title')}</h2>
      <p>${words.msg('leave.text', { count })}</p>
      <div class="actions">
        <button class="button quiet" type="button" @click=${() => this.dialog.close()}>
          ${words.msg('leave.stay')}
        </button>
        <button class="button danger primary end" type="button" @click=${this.leave}>
          ${words.msg('leave.go')}
        </button>
      </div>
    </dialog>`
  }

  private readonly leave = () => {
    this.answer(true)
    this.dialog.close()
  }
}

/** Asks over the page in `root`. True when so many changes may be lost. */
export async function askToLeave(root: ShadowRoot, words: AdminWords, count: number): Promise<boolean> {
  const question = document.createElement('portico-leave-question')
  Object.assign(question, { words, count })
  root.append(question)
  try {
    return await question.ask()
  } finally {
    question.remove()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-leave-question': PorticoLeaveQuestion
  }
}
