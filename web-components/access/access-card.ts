import { html, LitElement, nothing, type PropertyValues } from 'lit'
import type { AccessCard, PatientBanner, RefusalReason } from '../../src/access/schema.ts'
import { type CardClient, Refusal } from '../client.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import type { StaffWords } from '../i18n/words.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import { cardBody, statusPill } from './card-body.ts'
import { CardDesk } from './card-desk.ts'
import { patientInWords } from './card-facts.ts'
import { focusIfLost } from './card-focus.ts'
import { cardFoot } from './card-foot.ts'
import { type Answered, loadQuestion, type Question, type QuestionKind } from './card-questions.ts'
import { cardSheets } from './card-sheets.ts'
import { cardTitle } from './card-title.ts'
import type { CardActs, CardView } from './card-view.ts'

/** What the page around sets. */
const GIVEN = [
  'client',
  'words',
  'patient',
  'liveKey',
  'intent',
  'settings',
  'launchUrl',
  'openChart',
  'headingLevel',
  'banner',
  'offline',
] as const

/**
 * The access card: where a patient stands with the portal, what is missing, and the one next step.
 *
 * @fires portico-ready - the first card is on the screen.
 * @fires portico-access-changed - `detail.state`: the patient stands elsewhere now.
 * @fires portico-invited - a letter or an e-mail exists; no secret in it.
 * @fires portico-access-saved - what the card holds was saved.
 * @fires portico-to-dos - there is more, or less, to type into the EMR than before; only the page around hears it.
 */
export class PorticoAccessCard extends LitElement {
  static override styles = cardSheets
  // Not by decorators: this card stands in other people's pages, which would load and run those for it alone.
  static override properties = {
    ...Object.fromEntries(GIVEN.map((name) => [name, { attribute: false }])),
    question: { state: true },
  }

  client!: CardClient
  words!: StaffWords
  /** FHIR id of the patient in context. */
  patient = ''
  /** Names the patient in live events; empty = nothing is followed. */
  liveKey = ''
  /** Deep link of the launch; `create-credentials` opens the question once the card is ready. */
  intent: string | null = null
  /** Address of the practice's settings, for the lines that are mended there; empty where there are none. */
  settings = ''
  /** Address that opens Portico for what cannot be done on the card here; empty where everything can. */
  launchUrl = ''
  /** Opens the chart in the EMR around the card; null where the EMR does not offer that. */
  openChart: (() => void) | null = null
  /** Of the card's heading among those of the page around, 1 to 6. */
  headingLevel = 2
  /** Draws whose card this is, where the EMR around it does not say so. */
  banner: ((words: StaffWords, patient: PatientBanner) => unknown) | null = null
  /** There is no network; null where the page around the card says so. */
  offline: boolean | null = null

  private question: Question | null = null
  /** Where the patient stood when that was last told. */
  private told: AccessCard['state'] | null = null
  private readonly desk = new CardDesk(this)
  private readonly act: CardActs = {
    save: () => void this.desk.editor?.save(),
    reload: () => void this.desk.load(),
    create: () => void this.ask('create'),
    notNow: (reason) => void this.ask('not-now', reason),
    askNow: () => void this.desk.editor?.askNow(),
    mail: () => void this.desk.editor?.mail(),
    cancel: () => void this.ask('cancel'),
  }

  /** How many changes would be lost by leaving: the card is saved as one. */
  get unsaved(): number {
    return this.desk.editor?.changed ? 1 : 0
  }

  private get asked(): (LitElement & { show: () => void }) | null {
    return this.renderRoot.querySelector('.question')
  }

  override render() {
    const { words } = this
    const { card, refusal, said, working } = this.desk
    const ended = refusal !== null && endsTheTab(refusal)
    const view = card && !ended ? this.view(card) : null
    const title = words.msg('staff.title')
    // A page may show a card for each of its patients.
    const name = view ? `${title}, ${patientInWords(words, view.card.patient)}` : title
    return html`${this.renderOffline()}
      ${view ? (this.banner?.(words, view.card.patient) ?? nothing) : nothing}
      <section part="card" class="card access" aria-label=${name} aria-busy=${working === 'load'}>
        <div class="stack">
          <div class="card-head" part="head">
            ${cardTitle(this.headingLevel, title)} ${view ? statusPill(words, view.card) : nothing}
          </div>
          ${this.renderNotice()} ${view ? cardBody(view) : this.renderLoading()}
          ${(view && view.editor?.renderToDos(view)) ?? nothing}
        </div>
        ${view ? cardFoot(view) : nothing}
        <p class="hidden-visually" role="status">${said}</p>
      </section>
      ${view && this.question ? this.renderQuestion(view.card, this.question) : nothing}`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('words')) void this.desk.speak()
    if (changed.has('client') || changed.has('patient')) void this.open()
    else if (changed.has('intent')) void this.heedIntent()
    this.tell()
  }

  /** Looks again at where things stand; what is typed stays. */
  async refresh(): Promise<void> {
    await this.desk.load()
  }

  private tell(): void {
    const { told } = this
    const state = this.desk.card?.state ?? null
    if (state === null || state === told) return
    this.told = state
    const name = told === null ? 'portico-ready' : 'portico-access-changed'
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail: { state } }))
  }

  private view(card: AccessCard): CardView {
    const { words, settings, launchUrl, openChart } = this
    const { editor, working: doing } = this.desk
    const changed = editor?.changed ?? false
    const now = this.client.now()
    return { words, card, settings, launchUrl, openChart, editor, changed, doing, now, act: this.act }
  }

  private renderNotice() {
    const { words } = this
    const { card, editor, refusal, doing, working } = this.desk
    const conflicts = editor?.renderConflicts()
    if (conflicts) return conflicts
    if (!refusal) return nothing
    const again = () => void this.desk.again()
    const typed = this.unsaved > 0
    const busy = working !== null
    if (editor) return editor.renderRefusal({ words, card, refusal, doing, busy, typed, again })
    // The words for anything else come with the editor, which did not come.
    return notice({
      mood: 'warn',
      title: words.msg('refused.offline'),
      text: words.msg('staffRefused.waits'),
      actions: html`<button class="button" type="button" aria-busy=${busy} @click=${again}>
        ${words.msg('app.tryNow')}
      </button>`,
    })
  }

  /** A notice that says the same is enough. */
  private renderOffline() {
    if (this.offline === null) return nothing
    const isSaid = !this.offline || this.desk.refusal?.code === 'offline'
    const text = () => this.words.msg(this.unsaved > 0 ? 'app.offline' : 'staffRefused.offlineNow')
    return html`<div role="status">${isSaid ? nothing : html`<p class="offline">${text()}</p>`}</div>`
  }

  private renderLoading() {
    if (this.desk.refusal) return nothing
    return html`<p class="soft">${this.words.msg('card.loading')}</p>
      <p class="ghost" aria-hidden="true"></p>
      <p class="ghost" aria-hidden="true"></p>`
  }

  private renderQuestion(card: AccessCard, question: Question) {
    return question.over({
      question,
      card,
      client: this.client,
      invited: () => void this.afterInvite(),
      changed: ({ detail }) => void this.afterAnswer(detail),
      refused: ({ detail }) => void this.afterRefusal(detail),
      closed: this.afterClosing,
    })
  }

  private async open(): Promise<void> {
    await this.desk.load()
    await this.heedIntent()
  }

  /** Opens the question that is wished for, where it can be asked and nothing else is being done. */
  private async heedIntent(): Promise<void> {
    const { card } = this.desk
    const isAsked = this.intent === 'create-credentials' && this.unsaved === 0
    const isOpen = this.asked?.shadowRoot?.querySelector('dialog[open]')
    if (isAsked && !isOpen && card?.state === 'ready' && card.may.create) await this.ask('create')
  }

  /** Fetches the question's element when it is first asked; without a network it says so. */
  private async ask(kind: QuestionKind, reason: RefusalReason | null = null): Promise<void> {
    const mayFocus = this.desk.watchFocus()
    try {
      this.question = { kind, reason, ...(await loadQuestion(kind, this.words)) }
    } catch {
      this.desk.set({ refusal: new Refusal('offline') })
      return this.desk.lead(mayFocus, focusNotice)
    }
    await this.updateComplete
    await this.asked?.updateComplete
    this.asked?.show()
  }

  private async afterInvite(): Promise<void> {
    const mayFocus = this.desk.watchFocus()
    await this.desk.load()
    const { card } = this.desk
    this.desk.say('card.invitedNow', { name: card?.patient.firstName ?? '' })
    await this.updateComplete
    if (mayFocus()) this.renderRoot.querySelector<HTMLElement>('.headline')?.focus()
  }

  private async afterAnswer({ card, said }: Answered): Promise<void> {
    this.desk.set({ card, said, refusal: null })
    await this.updateComplete
    focusIfLost(this.renderRoot)
  }

  private async afterRefusal(refusal: Refusal): Promise<void> {
    const mayFocus = this.desk.watchFocus()
    if (!endsTheTab(refusal)) await this.desk.load()
    this.desk.set({ refusal })
    await this.desk.lead(mayFocus, focusNotice)
  }

  private readonly afterClosing = () => focusIfLost(this.renderRoot)
}

customElements.define('portico-access-card', PorticoAccessCard)

declare global {
  interface HTMLElementTagNameMap {
    'portico-access-card': PorticoAccessCard
  }
}
