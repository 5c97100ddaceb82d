import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { AccessCard } from '../../src/access/schema.ts'
import type {
  CreateInvitation,
  InvitationIssued,
  InvitationOffer,
  MailBar,
} from '../../src/credentials/schema.ts'
import { type CardClient, createSubmission, type Refusal, toRefusal } from '../client.ts'
import { pressRefusal } from '../i18n/staff-refusals.ts'
import type { InviteWords } from '../i18n/words.ts'
import { focusFirstError } from '../ui/field.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import { keyIcon } from './card-icons.ts'
import { barInWords } from './card-notice.ts'
import { type Done, type DoneView, inviteDone } from './invite-done.ts'
import {
  bodyOf,
  buttonOf,
  type InviteForm,
  inviteForm,
  titleOf,
  usernameFault,
  workingOf,
} from './invite-form.ts'
import { openLetterWindow, showSlip } from './letter-window.ts'
import { isForTheCard, questionHead, questionSheets } from './question.ts'

const FRESH: InviteForm = { kind: 'activation', username: null, slip: true, mail: null }

/**
 * Asks how a patient will get in and how that gets there, makes it, and opens the letter in a window of its own. The
 * secret never comes near this page: only the one-time address of the slip does, and no event carries it.
 *
 * @fires portico-invited - the letter exists, or the e-mail is on its way.
 * @fires portico-refused - `detail` is the Refusal; the card has changed or the tab has ended.
 * @fires portico-closed - the question is gone from the screen.
 */
@customElement('portico-invite')
export class PorticoInvite extends LitElement {
  static override styles = questionSheets

  @property({ attribute: false }) client!: CardClient
  @property({ attribute: false }) words!: InviteWords
  @property({ attribute: false }) card!: AccessCard

  @state() private offer: InvitationOffer | null = null
  @state() private form = FRESH
  @state() private checked = false
  /** A free username after a taken one; empty = the service had none to offer. */
  @state() private suggestion: string | null = null
  /** What is there already and ends by what is made now. */
  @state() private renewing: CreateInvitation['kind'] | null = null
  @state() private working = false
  @state() private refusal: Refusal | null = null
  /** The letter's window did not open, or there is none. */
  @state() private done: Done | null = null
  @query('dialog') private readonly dialog!: HTMLDialogElement
  private readonly send = createSubmission((body: CreateInvitation, key) =>
    this.client.invite(this.card.patient.id, body, key),
  )

  /** Opens the question; focus goes to its first choice. A card that changes meanwhile does not change what is asked. */
  show(): void {
    this.form = { ...FRESH, kind: this.card.invitation?.kind ?? 'activation' }
    this.checked = false
    this.suggestion = null
    this.refusal = null
    this.done = null
    this.offer = null
    this.renewing = this.card.state === 'invited' ? (this.card.invitation?.kind ?? null) : null
    if (!this.dialog.open) this.dialog.showModal()
    void this.readOffer()
  }

  override render() {
    return html`<dialog
      class="dialog"
      aria-labelledby="question"
      @cancel=${this.keepOpen}
      @close=${this.tellClosed}
    >
      ${this.done ? inviteDone(this.done, this.doneView) : this.renderQuestion()}
    </dialog>`
  }

  private renderQuestion() {
    const { words, card, offer, form, checked, suggestion, renewing, working } = this
    const name = card.patient.firstName
    const isPassword = renewing === 'temporary-password'
    const ends = words.msg(isPassword ? 'invite.renewPasswordText' : 'invite.renewText', { name })
    const now = this.client.now()
    return html`${questionHead(words, words.msg(titleOf(renewing, form.kind), { name }), card, keyIcon())}
      <div class="stack">
        ${this.renderRefusal()} ${renewing ? html`<p><strong>${ends}</strong></p>` : nothing}
        ${inviteForm({ words, card, now, offer, form, checked, suggestion, change: this.change, accept: this.accept })}
      </div>
      <div class="actions">
        <button class="button quiet" type="button" aria-disabled=${working} @click=${this.close}>
          ${words.msg('invite.cancel')}
        </button>
        <button
          class="button primary end"
          type="button"
          aria-busy=${working}
          aria-disabled=${offer ? 'false' : 'true'}
          aria-describedby=${offer ? nothing : 'asking'}
          @click=${this.create}
        >
          ${words.msg(working ? workingOf(form) : buttonOf(renewing, form.kind))}
        </button>
      </div>`
  }

  private get doneView(): DoneView {
    const { words, card, form } = this
    return { words, card, kind: form.kind, close: this.close }
  }

  private renderRefusal() {
    const { words, refusal, offer, card, renewing, form } = this
    if (!refusal) return nothing
    const bar = refusal.code === 'mail-not-possible' ? refusal.text('bar') : null
    if (bar !== null) {
      const text = barInWords(words, bar, card.patient.firstName)
      return notice({ mood: 'bad', title: words.msg('staffRefused.noMail'), text })
    }
    const again = html`<button class="button" type="button" @click=${this.readOffer}>
      ${words.msg('app.tryAgain')}
    </button>`
    const said = pressRefusal(
      words,
      refusal,
      words.msg(offer ? buttonOf(renewing, form.kind) : 'app.tryAgain'),
    )
    return notice({ mood: 'bad', ...said, actions: offer ? nothing : again })
  }

  private readonly change = (form: InviteForm) => {
    if (form.username !== this.form.username) this.suggestion = null
    if (form.kind !== this.form.kind) this.checked = false
    this.form = form
  }

  private readonly accept = () => {
    this.change({ ...this.form, username: this.suggestion })
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('#username')?.focus())
  }

  private readonly readOffer = async () => {
    this.refusal = null
    try {
      this.offer = await this.client.readOffer(this.card.patient.id)
    } catch (error) {
      await this.refuse(toRefusal(error))
    }
  }

  private readonly create = async () => {
    const { offer, form, words } = this
    if (this.working || !offer) return
    const body = bodyOf(form, offer)
    this.checked = true
    if ((!body.slip && !body.mail) || (body.username !== undefined && usernameFault(words, body.username)))
      return this.focusFault()
    // Where the answer has to go is opened on the click itself.
    const letter = body.slip ? openLetterWindow(words.msg('invite.working')) : null
    this.working = true
    this.refusal = null
    try {
      await this.hand(letter, await this.send(body))
    } catch (error) {
      letter?.close()
      await this.refuse(toRefusal(error))
    } finally {
      this.working = false
    }
  }

  private async hand(letter: Window | null, { slipUrl, mailedTo }: InvitationIssued): Promise<void> {
    if (slipUrl === null) this.done = { mailedTo: mailedTo ?? '' }
    else if (showSlip(letter, slipUrl)) this.dialog.close()
    else this.done = { slipUrl }
    this.dispatchEvent(new CustomEvent('portico-invited', { bubbles: true, composed: true }))
    await this.updateComplete
    if (this.done) this.renderRoot.querySelector<HTMLElement>('h2')?.focus()
  }

  private async refuse(refusal: Refusal): Promise<void> {
    if (isForTheCard(refusal)) {
      this.dialog.close()
      this.dispatchEvent(new CustomEvent('portico-refused', { detail: refusal }))
      return
    }
    if (refusal.code === 'username-taken') {
      this.suggestion = refusal.text('suggestion') ?? ''
      return this.focusFault()
    }
    if (refusal.code === 'mail-not-possible') this.bar(refusal.text('bar'))
    this.refusal = refusal
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  /** What the service found out meanwhile: the tick goes, and says why. */
  private bar(bar: string | null): void {
    if (!this.offer) return
    const key = this.form.kind === 'activation' ? 'mailBar' : 'passwordMailBar'
    this.offer = { ...this.offer, [key]: (bar ?? 'no-server') as MailBar }
  }

  private async focusFault(): Promise<void> {
    await this.updateComplete
    focusFirstError(this.renderRoot)
  }

  private readonly close = () => {
    if (!this.working) this.dialog.close()
  }

  private readonly keepOpen = (event: Event) => {
    if (this.working) event.preventDefault()
  }

  /** What opened the question may be gone by now: then the focus is lost, not left in here. */
  private readonly tellClosed = () => {
    const inside = this.shadowRoot?.activeElement
    if (inside instanceof HTMLElement) inside.blur()
    this.dispatchEvent(new CustomEvent('portico-closed'))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-invite': PorticoInvite
  }
}
