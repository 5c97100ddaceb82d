import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { AccessCard } from '../../src/access/schema.ts'
import { type CardClient, type Refusal, toRefusal } from '../client.ts'
import { pressRefusal } from '../i18n/staff-refusals.ts'
import type { InviteWords } from '../i18n/words.ts'
import { alertIcon } from '../ui/icons.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import { isForTheCard, questionHead, questionSheets } from './question.ts'

/**
 * Asks before an invitation is cancelled: it cannot be taken back, only made anew.
 *
 * @fires portico-access-changed - `detail.card` as it is now, `detail.said` in words.
 * @fires portico-refused - `detail` is the Refusal; the card has changed or the tab has ended.
 */
@customElement('portico-cancel-invite')
export class PorticoCancelInvite extends LitElement {
  static override styles = questionSheets

  @property({ attribute: false }) client!: CardClient
  @property({ attribute: false }) words!: InviteWords
  @property({ attribute: false }) card!: AccessCard

  @state() private working = false
  @state() private refusal: Refusal | null = null
  @query('dialog') private readonly dialog!: HTMLDialogElement

  /** Opens the question. Focus goes to the least harmful button. */
  show(): void {
    this.refusal = null
    if (!this.dialog.open) this.dialog.showModal()
  }

  override render() {
    const { words, card, refusal, working } = this
    const isPassword = card.invitation?.kind === 'temporary-password'
    const title = words.msg('cancel.title', { name: card.patient.firstName })
    const button = words.msg('cancel.do')
    return html`<dialog class="dialog" aria-labelledby="question" @cancel=${this.keepOpen}>
      ${questionHead(words, title, card, alertIcon())}
      <div class="stack">
        ${refusal ? notice({ mood: 'bad', ...pressRefusal(words, refusal, button) }) : nothing}
        <p>${words.msg(isPassword ? 'cancel.passwordText' : 'cancel.letterText')}</p>
      </div>
      <div class="actions">
        <button class="button quiet" type="button" autofocus aria-disabled=${working} @click=${this.close}>
          ${words.msg('cancel.keep')}
        </button>
        <button class="button danger primary end" type="button" aria-busy=${working} @click=${this.cancel}>
          ${working ? words.msg('cancel.doing') : button}
        </button>
      </div>
    </dialog>`
  }

  private readonly cancel = async () => {
    if (this.working) return
    this.working = true
    this.refusal = null
    try {
      const card = await this.client.cancelInvitation(this.card.patient.id)
      this.dialog.close()
      const said = this.words.msg('card.cancelled')
      this.dispatchEvent(new CustomEvent('portico-access-changed', { detail: { card, said } }))
    } catch (error) {
      await this.refuse(toRefusal(error))
    } finally {
      this.working = false
    }
  }

  private async refuse(refusal: Refusal): Promise<void> {
    if (isForTheCard(refusal)) {
      this.dialog.close()
      this.dispatchEvent(new CustomEvent('portico-refused', { detail: refusal }))
      return
    }
    this.refusal = refusal
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  private readonly close = () => {
    if (!this.working) this.dialog.close()
  }

  private readonly keepOpen = (event: Event) => {
    if (this.working) event.preventDefault()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-cancel-invite': PorticoCancelInvite
  }
}
