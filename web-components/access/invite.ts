import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { PatientBanner } from '../../src/access/schema.ts'
import { type Client, createSubmission, Refusal } from '../client.ts'
import { endsTheTab, inviteRefusal } from '../i18n/staff-refusals.ts'
import type { StaffWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import dialogCss from '../ui/dialog.css?inline'
import { keyIcon } from './card-icons.ts'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice, notice } from '../ui/notice.ts'
import { sheets } from '../ui/sheets.ts'
import accessCss from './access.css?inline'
import { patientInWords } from './card-facts.ts'

/**
 * Asks before a letter is made, makes it, and opens it in a window of its own. The secret never comes near this
 * page: only the one-time address of the slip does, and no event carries it.
 *
 * @fires portico-invited - the letter exists.
 * @fires portico-invite-refused - `detail` is the Refusal; the card has changed or the tab has ended.
 */
@customElement('portico-invite')
export class PorticoInvite extends LitElement {
  static override styles = sheets(base, button, noticeCss, dialogCss, accessCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: StaffWords
  @property({ attribute: false }) launch = ''
  @property({ attribute: false }) patient!: PatientBanner
  /** True when a letter exists already: the new one ends it. */
  @property({ attribute: false }) renewing = false

  @state() private working = false
  @state() private refusal: Refusal | null = null
  /** Address of a slip whose window the browser did not open. */
  @state() private blocked: string | null = null
  @query('dialog') private readonly dialog!: HTMLDialogElement
  private readonly send = createSubmission((body: { launch: string; patient: string }, key) =>
    this.client.invite(body.launch, body.patient, key),
  )

  /** Opens the question. Focus goes to the least harmful button. */
  show(): void {
    this.refusal = null
    this.blocked = null
    if (!this.dialog.open) this.dialog.showModal()
  }

  override render() {
    return html`<dialog class="dialog" aria-labelledby="question" @cancel=${this.keepOpen}>
      ${this.blocked === null ? this.renderQuestion() : this.renderBlocked(this.blocked)}
    </dialog>`
  }

  private renderQuestion() {
    const { words, patient, renewing, refusal } = this
    const name = patient.firstName
    const button = words.msg(renewing ? 'invite.renew' : 'invite.create')
    return html`<div class="who">
        <span class="tile">${keyIcon()}</span>
        <div>
          <h2 id="question">${words.msg(renewing ? 'invite.renewTitle' : 'invite.title', { name })}</h2>
          <p class="soft">${patientInWords(words, patient)}</p>
        </div>
      </div>
      <div class="stack">
        ${refusal ? notice({ mood: 'bad', ...inviteRefusal(words, refusal, button) }) : nothing}
        ${renewing ? html`<p><strong>${words.msg('invite.renewText', { name })}</strong></p>` : nothing}
        <p>${words.msg('invite.text', { name })}</p>
        <p class="small soft">${words.msg('invite.opens')}</p>
      </div>
      <div class="actions">
        <button class="button quiet" type="button" aria-disabled=${this.working} @click=${this.close}>
          ${words.msg('invite.cancel')}
        </button>
        <button class="button primary end" type="button" aria-busy=${this.working} @click=${this.create}>
          ${this.working ? words.msg('invite.working') : button}
        </button>
      </div>`
  }

  private renderBlocked(slipUrl: string) {
    const { words } = this
    const name = this.patient.firstName
    return html`<div class="stack">
        <h2 id="question">${words.msg('invite.blockedTitle', { name })}</h2>
        <p>${words.msg('invite.blockedText')}</p>
      </div>
      <div class="actions">
        <button class="button quiet" type="button" @click=${this.close}>${words.msg('invite.close')}</button>
        <a class="button primary end" href=${slipUrl} target="_blank" rel="noopener" @click=${this.closeSoon}
          >${words.msg('invite.open')}</a
        >
      </div>`
  }

  /** The window opens on the click itself; a browser would block one that opens after the answer. */
  private readonly create = async () => {
    if (this.working) return
    const letter = openLetterWindow(this.words.msg('invite.working'))
    this.working = true
    this.refusal = null
    try {
      const { slipUrl } = await this.send({ launch: this.launch, patient: this.patient.id })
      this.hand(letter, slipUrl)
    } catch (error) {
      letter?.close()
      await this.refuse(error instanceof Refusal ? error : new Refusal('internal'))
    } finally {
      this.working = false
    }
  }

  private hand(letter: Window | null, slipUrl: string): void {
    if (letter && !letter.closed) {
      letter.opener = null
      letter.location.replace(slipUrl)
      this.dialog.close()
    } else this.blocked = slipUrl
    this.dispatchEvent(new CustomEvent('portico-invited', { bubbles: true, composed: true }))
  }

  private async refuse(refusal: Refusal): Promise<void> {
    if (endsTheTab(refusal) || ['not-eligible', 'already-active', 'conflict'].includes(refusal.code)) {
      this.dialog.close()
      this.dispatchEvent(new CustomEvent('portico-invite-refused', { detail: refusal }))
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

function openLetterWindow(message: string): Window | null {
  const letter = window.open('', '_blank')
  if (letter) letter.document.title = message
  return letter
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-invite': PorticoInvite
  }
}
