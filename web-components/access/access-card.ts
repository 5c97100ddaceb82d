import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { AccessCard } from '../../src/access/schema.ts'
import { type Client, Refusal } from '../client.ts'
import { cardRefusal, endsTheTab, mendsItself } from '../i18n/staff-refusals.ts'
import type { StaffWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import cardCss from '../ui/card.css?inline'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice, notice } from '../ui/notice.ts'
import readiness from '../ui/readiness.css?inline'
import { sheets } from '../ui/sheets.ts'
import accessCss from './access.css?inline'
import { cardBody, type CardView, statusPill } from './card-body.ts'
import { patientBanner } from './card-facts.ts'
import { cardFoot } from './card-foot.ts'
import './invite.ts'
import type { PorticoInvite } from './invite.ts'
import { createRetry, type Retry } from './retry.ts'

/**
 * The access card: where a patient stands with the portal, what is missing, and the one next step.
 *
 * @fires portico-invited - a letter exists; no secret in it.
 * @fires portico-access-saved - what the card holds was saved.
 */
@customElement('portico-access')
export class PorticoAccess extends LitElement {
  static override styles = sheets(base, button, cardCss, noticeCss, readiness, accessCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: StaffWords
  /** Id of the launch that this tab belongs to. */
  @property({ attribute: false }) launch = ''
  /** FHIR id of the patient in context. */
  @property({ attribute: false }) patient = ''
  /** Deep link of the launch; `create-credentials` opens the question once the card is ready. */
  @property({ attribute: false }) intent: string | null = null
  /** Says whose card this is, where the EMR around it does not. */
  @property({ type: Boolean, attribute: 'with-banner' }) withBanner = false

  @state() private card: AccessCard | null = null
  /** The switch as it stands on the screen; null = as saved. */
  @state() private wanted: boolean | null = null
  @state() private working: 'load' | 'save' | null = null
  @state() private refusal: Refusal | null = null
  @state() private said = ''
  @query('portico-invite') private readonly invite!: PorticoInvite
  /** What was asked last: a refusal is about it, and asking again repeats it. */
  private doing: 'load' | 'save' = 'load'
  private gone = new AbortController()
  private retry: Retry | null = null

  override connectedCallback(): void {
    super.connectedCallback()
    this.gone = new AbortController()
    this.retry = createRetry(() => void this.again(), this.gone.signal)
    if (this.hasUpdated) void this.load()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.gone.abort()
  }

  override render() {
    const { words, card, refusal } = this
    const ended = refusal !== null && endsTheTab(refusal)
    return html`${this.withBanner && card && !ended ? patientBanner(words, card.patient) : nothing}
      <section class="card access" aria-labelledby="title" aria-busy=${this.working === 'load'}>
        <div class="stack">
          <div class="card-head">
            <h2 id="title">${words.msg('staff.title')}</h2>
            ${card && !ended ? statusPill(words, card) : nothing}
          </div>
          ${refusal ? this.renderRefusal(refusal, ended) : nothing}
          ${ended ? nothing : card ? cardBody(this.view(card)) : this.renderLoading()}
        </div>
        ${card && !ended ? cardFoot(this.view(card)) : nothing}
        <p class="hidden-visually" role="status">${this.said}</p>
      </section>
      ${card && !ended ? this.renderInvite(card) : nothing}`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('launch') || changed.has('patient')) void this.load()
  }

  private view(card: AccessCard): CardView {
    const saved = card.lines.some((line) => line.id === 'allowed' && line.done)
    return {
      words: this.words,
      card,
      now: this.client.now(),
      allow: this.wanted ?? saved,
      changed: this.wanted !== null && this.wanted !== saved,
      saving: this.working === 'save',
      setAllow: (on) => (this.wanted = on),
      save: () => void this.save(),
      reload: () => void this.load(),
      create: () => this.invite.show(),
    }
  }

  private renderLoading() {
    if (this.refusal) return nothing
    return html`<p class="soft">${this.words.msg('card.loading')}</p>
      <p class="ghost" aria-hidden="true"></p>
      <p class="ghost" aria-hidden="true"></p>`
  }

  private renderRefusal(refusal: Refusal, ended: boolean) {
    // Without a card there is no other button: whatever the EMR refused, it can be asked once more.
    const label = mendsItself(refusal) ? 'app.tryNow' : ended || this.card ? null : 'app.tryAgain'
    const actions =
      label === null
        ? nothing
        : html`<button
            class="button"
            type="button"
            aria-busy=${this.working !== null}
            @click=${() => void this.again()}
          >
            ${this.words.msg(label)}
          </button>`
    return notice({ mood: ended ? 'bad' : 'warn', ...cardRefusal(this.words, refusal, this.doing), actions })
  }

  private renderInvite(card: AccessCard) {
    return html`<portico-invite
      .client=${this.client}
      .words=${this.words}
      .launch=${this.launch}
      .patient=${card.patient}
      .renewing=${card.state === 'invited'}
      @portico-invited=${this.afterInvite}
      @portico-invite-refused=${this.afterInviteRefused}
    ></portico-invite>`
  }

  private readonly again = () => (this.doing === 'load' ? this.load() : this.save())

  private async load(): Promise<void> {
    if (!this.launch || !this.patient) return
    const first = this.card === null
    await this.work('load', async () => {
      this.card = await this.client.readAccess(this.launch, this.patient)
    })
    if (
      first &&
      this.intent === 'create-credentials' &&
      this.card?.state === 'ready' &&
      this.card.may.create
    ) {
      await this.updateComplete
      this.invite.show()
    }
  }

  private async save(): Promise<void> {
    const { card } = this
    if (!card || this.working) return
    if (!this.view(card).changed) {
      this.said = this.words.msg('card.nothingToSave')
      return
    }
    const allowPortal = this.wanted ?? false
    await this.work('save', async () => {
      this.card = await this.client.saveAccess(this.launch, this.patient, { allowPortal })
      this.wanted = null
      this.said = this.words.msg('card.saved')
      this.dispatchEvent(new CustomEvent('portico-access-saved', { bubbles: true, composed: true }))
    })
  }

  /** One question at a time. What the switch says survives every refusal. */
  private async work(kind: 'load' | 'save', question: () => Promise<void>): Promise<void> {
    if (this.working) return
    this.working = kind
    this.retry?.cancel()
    this.doing = kind
    try {
      await question()
      this.refusal = null
    } catch (error) {
      await this.refuse(error instanceof Refusal ? error : new Refusal('internal'), kind)
    } finally {
      this.working = null
    }
  }

  private async refuse(refusal: Refusal, kind: 'load' | 'save'): Promise<void> {
    const isNew = this.refusal?.code !== refusal.code
    this.refusal = refusal
    if (refusal.code === 'conflict')
      this.card = await this.client.readAccess(this.launch, this.patient).catch(() => this.card)
    if (mendsItself(refusal)) this.retry?.schedule()
    await this.updateComplete
    if (kind === 'save' && isNew) focusNotice(this.renderRoot)
  }

  private readonly afterInvite = async () => {
    await this.load()
    this.said = this.words.msg('card.invitedNow', { name: this.card?.patient.firstName ?? '' })
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('.headline')?.focus()
  }

  private readonly afterInviteRefused = async (event: CustomEvent<Refusal>) => {
    if (!endsTheTab(event.detail)) await this.load()
    this.refusal = event.detail
    await this.updateComplete
    focusNotice(this.renderRoot)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-access': PorticoAccess
  }
}
