import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { ChooseCredentials, ConfirmActivation, SetupTicket } from '../../src/credentials/schema.ts'
import type { PracticeView } from '../../src/practices/schema.ts'
import { type Client, createSubmission, Refusal } from '../client.ts'
import type { PatientWords } from '../i18n/words.ts'
import { focusFirstError } from '../ui/field.ts'
import { focusNotice } from '../ui/notice.ts'
import { namePage } from '../ui/page-title.ts'
import { panelSheets } from '../ui/panel-sheets.ts'
import { brand } from '../ui/practice-parts.ts'
import { sheets } from '../ui/sheets.ts'
import stepsCss from '../ui/steps.css?inline'
import { stepper } from '../ui/stepper.ts'
import { activateHeading, activateNotice, fieldRefusal } from './activate-answers.ts'
import { closedPanel, donePanel, stepButtons } from './activate-panels.ts'
import {
  type Faults,
  type FieldId,
  NOTHING_TYPED,
  type Rules,
  type Step,
  stepFaults,
  STEPS,
  toConfirmation,
  type Typed,
} from './activate-state.ts'
import { stepFields } from './activate-steps.ts'
import { readLetterFragment } from './letter-parts.ts'

/**
 * A letter becomes an account in three steps: the letter, the person, the key. Back and every refusal keep what
 * was typed.
 *
 * @fires portico-signed-in - `detail` is the session's times and username; no secret.
 * @see seed 004
 */
@customElement('portico-activate')
export class PorticoActivate extends LitElement {
  static override styles = [...panelSheets, ...sheets(stepsCss)]

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: PatientWords
  @property({ attribute: false }) practice!: PracticeView
  /** Address of the patient's app, for links. */
  @property({ attribute: false }) portal = ''
  /** True for the first page of a visit: focus stays where the browser put it. */
  @property({ attribute: false }) arriving = true

  @state() private step: Step = 1
  @state() private typed: Typed = NOTHING_TYPED
  /** Fields that were left or submitted: only those say what is wrong. */
  @state() private left: ReadonlySet<FieldId> = new Set()
  /** What the service said about a field; gone as soon as that field changes. */
  @state() private answered: Faults = {}
  @state() private suggestion: string | null = null
  @state() private shown = false
  @state() private working = false
  @state() private ticket: SetupTicket | null = null
  @state() private session: SessionView | null = null
  @state() private refusal: Refusal | null = null

  /** The furthest step that what was typed has opened. */
  private reached: Step = 1
  /** False until the first heading is on the screen: that one follows `arriving`. */
  private named = false

  private readonly confirm = createSubmission((body: ConfirmActivation, key) =>
    this.client.confirmActivation(body, key),
  )
  private readonly choose = createSubmission((body: ChooseCredentials, key) =>
    this.client.chooseCredentials(body, key),
  )

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('popstate', this.followHistory)
    const letter = readLetterFragment(location.hash)
    if (!letter) return
    this.typed = { ...this.typed, ...letter }
    history.replaceState(null, '', location.pathname)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('popstate', this.followHistory)
  }

  override render() {
    const { words, practice, session, ticket, step, refusal, working, portal } = this
    if (session && ticket) return donePanel({ words, practice, session, portal, firstName: ticket.firstName })
    if (!practice.portalOpen) return closedPanel(words, practice)
    const again = refusal?.code === 'no-match'
    return html`<form class="panel steady" novalidate @submit=${this.submit}>
      ${brand(practice.name)} ${stepper(words, step, STEPS)}
      <h1 tabindex="-1">${words.msg(activateHeading(step, refusal))}</h1>
      ${refusal ? activateNotice(words, refusal, ticket !== null) : nothing} ${this.renderStep()}
      <div class="end">${stepButtons({ words, step, working, again, phone: practice.phone })}</div>
    </form>`
  }

  protected override updated(changed: PropertyValues): void {
    const newPage = changed.has('step') || changed.has('session')
    if (!newPage && !changed.has('words') && !changed.has('refusal')) return
    namePage(this.renderRoot, this.practice.name, this.named ? !newPage : this.arriving)
    this.named = true
  }

  private renderStep() {
    const { words, typed, change, leave, shown, suggestion } = this
    const form = { words, typed, faults: this.visibleFaults(), change, leave }
    const eye = { shown, toggle: () => (this.shown = !shown), words }
    const { minLength, withCode } = this.rules()
    const withReason = this.refusal?.code !== 'no-match'
    return stepFields(this.step, form, { withCode, withReason, minLength, eye, suggestion })
  }

  /** What the practice asks for, and the day it is there. */
  private rules(): Rules {
    const { activationMode, passwordMinLength: minLength } = this.practice
    return { withCode: activationMode === 'strong', minLength, now: this.client.now() }
  }

  private faults(): Faults {
    const faults = stepFaults(this.step, this.words, this.typed, this.rules())
    return this.step === STEPS ? { ...faults, ...this.answered } : faults
  }

  private visibleFaults(): Faults {
    return Object.fromEntries(Object.entries(this.faults()).filter(([id]) => this.left.has(id as FieldId)))
  }

  private readonly change = (id: FieldId, change: Partial<Typed>) => {
    this.typed = { ...this.typed, ...change }
    const { [id]: _, ...answered } = this.answered
    this.answered = answered
    if (id === 'username') this.suggestion = null
  }

  /** A field says what is wrong once it was filled and left; an empty one waits for the button. */
  private readonly leave = (id: FieldId, filled: boolean) => {
    if (filled) this.left = new Set([...this.left, id])
  }

  /** Each step is an entry of the history, so that the browser's own Back goes one step back and not away. */
  private goOn(step: Step): void {
    this.step = step
    this.reached = step
    history.pushState({ step }, '', location.pathname)
  }

  private readonly followHistory = (event: PopStateEvent) => {
    const wanted = (event.state as { step?: Step } | null)?.step ?? 1
    this.refusal = null
    this.step = wanted > this.reached ? this.reached : wanted
  }

  private readonly submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (this.working) return
    const faults = Object.keys(this.faults()) as FieldId[]
    if (faults.length > 0) return this.showFaults(faults)
    this.refusal = null
    if (this.step === 1) this.goOn(2)
    else await this.ask(this.step === 2 ? this.askWho : this.askForAccount)
  }

  private async showFaults(ids: FieldId[]): Promise<void> {
    this.left = new Set([...this.left, ...ids])
    await this.updateComplete
    focusFirstError(this.renderRoot)
  }

  private async ask(question: () => Promise<void>): Promise<void> {
    this.working = true
    try {
      await question()
    } catch (error) {
      await this.refuse(error instanceof Refusal ? error : new Refusal('internal'))
    } finally {
      this.working = false
    }
  }

  private readonly askWho = async () => {
    const ticket = await this.confirm(toConfirmation(this.typed, this.rules()))
    this.ticket = ticket
    this.typed = { ...this.typed, username: this.typed.username || ticket.suggestedUsername }
    this.goOn(3)
  }

  private readonly askForAccount = async () => {
    if (!this.ticket) return
    const { username, password } = this.typed
    const detail = await this.choose({ ticket: this.ticket.ticket, username: username.trim(), password })
    this.session = detail
    this.typed = NOTHING_TYPED
    this.dispatchEvent(new CustomEvent('portico-signed-in', { bubbles: true, composed: true, detail }))
  }

  private async refuse(refusal: Refusal): Promise<void> {
    const fault = fieldRefusal(this.words, refusal)
    if (fault) {
      this.answered = fault
      if (refusal.code === 'username-taken') this.suggestion = refusal.text('suggestion')
      return this.showFaults(Object.keys(fault) as FieldId[])
    }
    if (refusal.code === 'ticket-ended' && this.ticket) this.step = 2
    this.refusal = refusal
    await this.updateComplete
    focusNotice(this.renderRoot)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-activate': PorticoActivate
  }
}
