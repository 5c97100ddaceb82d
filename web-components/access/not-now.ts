import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { AccessCard, RefusalReason, RefuseAccess } from '../../src/access/schema.ts'
import { type CardClient, type Refusal, toRefusal } from '../client.ts'
import { pressRefusal } from '../i18n/staff-refusals.ts'
import type { InviteId, InviteWords } from '../i18n/words.ts'
import { fieldError, focusFirstError } from '../ui/field.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import { daysLater, monthsLater } from './ask-again.ts'
import { clockIcon } from './card-icons.ts'
import { REFUSAL_REASONS } from './card-words.ts'
import { isForTheCard, questionHead, questionSheets } from './question.ts'

const REASONS = Object.keys(REFUSAL_REASONS) as RefusalReason[]

/** Later than this nobody remembers what it was about; the service thinks the same. */
const LATEST_MONTHS = 24

/** How long to leave somebody in peace, from today. */
const WAITS: readonly (readonly [label: InviteId, later: (today: string) => string])[] = [
  ['refuse.month', (today) => daysLater(today, 30)],
  ['refuse.quarter', (today) => monthsLater(today, 3)],
  ['refuse.year', (today) => monthsLater(today, 12)],
]

/**
 * "Not now": why a patient is not invited today, and the day to ask again.
 *
 * @fires portico-access-changed - `detail.card` as it is now, `detail.said` in words.
 * @fires portico-refused - `detail` is the Refusal; the card has changed or the tab has ended.
 */
@customElement('portico-not-now')
export class PorticoNotNow extends LitElement {
  static override styles = questionSheets

  @property({ attribute: false }) client!: CardClient
  @property({ attribute: false }) words!: InviteWords
  @property({ attribute: false }) card!: AccessCard
  /** What is known already, e.g. that there is no e-mail address; null = ask. */
  @property({ attribute: false }) reason: RefusalReason | null = null

  @state() private chosen: RefusalReason | null = null
  @state() private day = ''
  @state() private checked = false
  @state() private working = false
  @state() private refusal: Refusal | null = null
  @query('dialog') private readonly dialog!: HTMLDialogElement

  /** Opens the question with what is known; focus goes to its first choice. */
  show(): void {
    const { refused } = this.card
    this.chosen = this.reason ?? refused?.reason ?? null
    this.day = refused && !refused.due ? refused.askAgainOn : daysLater(this.today, 30)
    this.checked = false
    this.refusal = null
    if (!this.dialog.open) this.dialog.showModal()
  }

  override render() {
    const { words, card, refusal, working } = this
    const name = card.patient.firstName
    const button = words.msg('refuse.save')
    return html`<dialog class="dialog" aria-labelledby="question" @cancel=${this.keepOpen}>
      <form novalidate @submit=${this.save}>
        ${questionHead(words, words.msg('refuse.title'), card, clockIcon())}
        <div class="stack">
          ${refusal ? notice({ mood: 'bad', ...pressRefusal(words, refusal, button) }) : nothing}
          <p>${words.msg('refuse.text', { name })}</p>
          ${this.renderReasons(name)} ${this.renderDay()}
        </div>
        <div class="actions">
          <button class="button quiet" type="button" aria-disabled=${working} @click=${this.close}>
            ${words.msg('invite.cancel')}
          </button>
          <button class="button primary end" aria-busy=${working}>
            ${working ? words.msg('refuse.saving') : button}
          </button>
        </div>
      </form>
    </dialog>`
  }

  private renderReasons(name: string) {
    const { words } = this
    const missing = this.checked && this.chosen === null
    return html`<fieldset class="ways short" aria-describedby=${missing ? 'reason-error' : nothing}>
      <legend class="label">${words.msg('notNow.reason')}</legend>
      ${REASONS.map(
        (reason) =>
          html`<label class="choice">
            <input
              type="radio"
              name="reason"
              .checked=${this.chosen === reason}
              aria-invalid=${missing ? 'true' : nothing}
              @change=${() => (this.chosen = reason)}
            />
            <span>${words.msg(REFUSAL_REASONS[reason], { name })}</span>
          </label>`,
      )}
      ${missing ? fieldError('reason', words.msg('refuse.noReason')) : nothing}
    </fieldset>`
  }

  private renderDay() {
    const { words, day, today } = this
    const fault = this.checked && !this.isLater ? words.msg('refuse.noDate') : null
    return html`<div class="field">
      <label for="day">${words.msg('notNow.askAgain')}</label>
      <input
        class="input day"
        type="date"
        id="day"
        min=${daysLater(today, 1)}
        max=${monthsLater(today, LATEST_MONTHS)}
        .value=${day}
        aria-invalid=${fault ? 'true' : nothing}
        aria-describedby=${fault ? 'day-error' : nothing}
        @input=${(event: Event) => (this.day = (event.target as HTMLInputElement).value)}
      />
      <div class="pick">${WAITS.map(([label, later]) => this.renderWait(label, later(today)))}</div>
      ${fieldError('day', fault)}
    </div>`
  }

  private renderWait(label: InviteId, day: string) {
    return html`<button
      class="button"
      type="button"
      aria-pressed=${this.day === day}
      @click=${() => (this.day = day)}
    >
      ${this.words.msg(label)}
    </button>`
  }

  /** The practice's day, by the service's clock. */
  private get today(): string {
    return this.words.isoDay(this.client.now())
  }

  private get isLater(): boolean {
    const { day, today } = this
    return /^\d{4}-\d{2}-\d{2}$/.test(day) && day > today && day <= monthsLater(today, LATEST_MONTHS)
  }

  private readonly save = async (event: SubmitEvent) => {
    event.preventDefault()
    if (this.working) return
    this.checked = true
    if (this.chosen === null || !this.isLater) {
      await this.updateComplete
      focusFirstError(this.renderRoot)
      return
    }
    await this.send({ reason: this.chosen, askAgainOn: this.day })
  }

  private async send(body: RefuseAccess): Promise<void> {
    this.working = true
    this.refusal = null
    try {
      const card = await this.client.refuseAccess(this.card.patient.id, body)
      this.dialog.close()
      const said = this.words.msg('notNow.saved', { day: this.words.calendarDay(body.askAgainOn) })
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
    'portico-not-now': PorticoNotNow
  }
}
