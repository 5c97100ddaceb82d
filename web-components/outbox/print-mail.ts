import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { OutboxMail } from '../../src/settings/schema.ts'
import { type Client, createSubmission, type Refusal, toRefusal } from '../client.ts'
import { typedRefusal } from '../i18n/admin-refusals.ts'
import { MAIL_KINDS } from '../i18n/mail-words.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import type { AdminWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import dialogCss from '../ui/dialog.css?inline'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice, notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'

/**
 * Asks before an e-mail is printed instead of sent, and opens it as a letter in a window of its own. What the letter
 * says never comes near this page: only the one-time address of the slip does, and no event carries it.
 *
 * @fires portico-mail-printed - the letter exists; the e-mail will not go out.
 * @fires portico-print-refused - `detail` is the Refusal; the outbox has changed or the tab has ended.
 */
@customElement('portico-print-mail')
export class PorticoPrintMail extends LitElement {
  static override styles = sheets(base, button, noticeCss, dialogCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''

  @state() private mail: OutboxMail | null = null
  @state() private working = false
  @state() private refusal: Refusal | null = null
  /** Address of a slip whose window the browser did not open. */
  @state() private blocked: string | null = null
  @query('dialog') private readonly dialog!: HTMLDialogElement
  private readonly send = createSubmission(({ mail }: { mail: string }, key) =>
    this.client.printMail(this.launch, mail, key),
  )

  /** Opens the question. Focus goes to the least harmful button. */
  async show(mail: OutboxMail): Promise<void> {
    this.mail = mail
    this.refusal = null
    this.blocked = null
    await this.updateComplete
    if (!this.dialog.open) this.dialog.showModal()
  }

  override render() {
    return html`<dialog class="dialog" aria-labelledby="question" @cancel=${this.keepOpen}>
      ${
        this.blocked !== null
          ? this.renderBlocked(this.blocked)
          : this.mail
            ? this.renderQuestion(this.mail)
            : nothing
      }
    </dialog>`
  }

  private renderQuestion(mail: OutboxMail) {
    const { words, refusal } = this
    const confirm = words.msg('print.confirm')
    const kind = words.msg(MAIL_KINDS[mail.kind])
    return html`<div class="stack">
        <h2 id="question">${words.msg('print.title')}</h2>
        ${refusal ? notice({ mood: 'bad', ...typedRefusal(words, refusal, confirm) }) : nothing}
        <p><strong>${words.msg('outbox.forThis', { kind, address: mail.to })}</strong></p>
        <p>${words.msg('print.text')}</p>
      </div>
      <div class="actions">
        <button class="button quiet" type="button" aria-disabled=${this.working} @click=${this.close}>
          ${words.msg('admin.cancel')}
        </button>
        <button class="button primary end" type="button" aria-busy=${this.working} @click=${this.print}>
          ${this.working ? words.msg('print.working') : confirm}
        </button>
      </div>`
  }

  private renderBlocked(slipUrl: string) {
    const { words } = this
    return html`<div class="stack">
        <h2 id="question">${words.msg('print.blockedTitle')}</h2>
        <p>${words.msg('print.blockedText')}</p>
      </div>
      <div class="actions">
        <button class="button quiet" type="button" @click=${this.close}>${words.msg('admin.close')}</button>
        <a class="button primary end" href=${slipUrl} target="_blank" rel="noopener" @click=${this.closeSoon}
          >${words.msg('print.open')}</a
        >
      </div>`
  }

  /** The window opens on the click itself; a browser would block one that opens after the answer. */
  private readonly print = async () => {
    const { mail } = this
    if (this.working || !mail) return
    const letter = window.open('', '_blank')
    if (letter) letter.document.title = this.words.msg('print.working')
    this.working = true
    this.refusal = null
    try {
      const { slipUrl } = await this.send({ mail: mail.id })
      this.hand(letter, slipUrl)
    } catch (error) {
      letter?.close()
      await this.refuse(toRefusal(error))
    } finally {
      this.working = false
    }
  }

  private hand(letter: Window | null, slipUrl: string | null): void {
    if (slipUrl !== null && letter && !letter.closed) {
      letter.opener = null
      letter.location.replace(slipUrl)
      this.dialog.close()
    } else if (slipUrl !== null) this.blocked = slipUrl
    this.dispatchEvent(new CustomEvent('portico-mail-printed'))
  }

  private async refuse(refusal: Refusal): Promise<void> {
    const isSettled = ['not-found', 'ticket-ended', 'conflict', 'not-permitted'].includes(refusal.code)
    if (isSettled || endsTheTab(refusal)) {
      this.dialog.close()
      this.dispatchEvent(new CustomEvent('portico-print-refused', { detail: refusal }))
      return
    }
    this.refusal = refusal
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  private readonly close = () => {
    if (this.working) return
    this.dialog.close()
    this.blocked = null
  }

  /** After the link has opened the letter: not before, or the link would be gone under the click. */
  private readonly closeSoon = () => {
    setTimeout(this.close)
  }

  private readonly keepOpen = (event: Event) => {
    if (this.working) event.preventDefault()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-print-mail': PorticoPrintMail
  }
}
