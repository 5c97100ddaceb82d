import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { ChooseCredentials, ConfirmActivation, SetupTicket } from '../../src/credentials/schema.ts'
import type { PracticeView } from '../../src/practices/schema.ts'
import { type Client, createSubmission, type Refusal, toRefusal } from '../client.ts'
import type { PatientWords } from '../i18n/words.ts'
import { tidyDate } from '../ui/date-parts.ts'
import { focusFirstError } from '../ui/field.ts'
import { focusNotice } from '../ui/notice.ts'
import { namePage } from '../ui/page-title.ts'
import { panelSheets } from '../ui/panel-sheets.ts'
import { brand } from '../ui/practice-parts.ts'
import { sheets } from '../ui/sheets.ts'
import stepsCss from '../ui/steps.css?inline'
import { stepper } from '../ui/stepper.ts'
import { activateHeading, activateNotice, type Answered, toAnswered } from './activate-answers.ts'
import { closedPanel, signInAside, stepButtons } from './activate-panels.ts'
import {
  type Faults,
  type FieldId,
  NOTHING_TYPED,
  placeOf,
  type Rules,
  type Step,
  stepFaults,
  STEPS,
  toConfirmation,
  type Typed,
  type Way,
} from './activate-state.ts'
import { stepFields } from './activate-steps.ts'
import { donePanel } from './done-panel.ts'
import { keyRefusal } from './key-fields.ts'
import { readArrival } from './letter-parts.ts'

/**
 * A letter, or the link of a mail, becomes an account: the letter (a link needs no such step), the person, the key.
 * Opening the address sends nothing, as mail scanners open it too; Back and every refusal keep what was typed.
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

  @state() private way: Way = 'letter'
  @state() private step: Step = 'letter'
  @state() private typed: Typed = NOTHING_TYPED
  /** Fields that were left or submitted: only those say what is wrong. */
  @state() private left: ReadonlySet<FieldId> = new Set()
  /** What the service said about a field; gone as soon as that field changes. */
  @state() private refused: Faults = {}
  /** What it said about the whole step. */
  @state() private answered: Answered | null = null
  @state() private suggestion: string | null = null
  @state() private shown = false
  @state() private working = false
  @state() private ticket: SetupTicket | null = null
  @state() private session: SessionView | null = null

  /** Token of the mail's link: here and nowhere else, gone with the page. */
  private link: string | null = null
  /** The furthest step that what was typed has opened. */
  private reached: Step = 'letter'
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
    window.addEventListener('hashchange', this.arrive)
    this.arrive()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('popstate', this.followHistory)
    window.removeEventListener('hashchange', this.arrive)
  }

  override render() {
    const { words, practice, session, ticket, way, step, answered, working, portal } = this
    if (session && ticket) {
      const text = way === 'link' ? 'activate.doneLink' : 'activate.doneText'
      return donePanel({ words, practice, session, portal, text, firstName: ticket.firstName })
    }
    if (!practice.portalOpen) return closedPanel(words, practice)
    const steps = STEPS[way]
    const { phone } = practice
    return html`<form class="panel steady" novalidate @submit=${this.submit}>
      ${brand(practice.name)} ${stepper(words, steps.indexOf(step) + 1, steps.length)}
      <h1 tabindex="-1">${words.msg(activateHeading(way, step, answered))}</h1>
      ${answered ? activateNotice(words, way, answered) : nothing} ${this.renderStep()}
      <div class="end">
        ${stepButtons({ words, way, step, working, answered, phone, takeLetter: this.takeLetter })}
      </div>
      ${step === steps[0] ? signInAside(words, way, portal) : nothing}
    </form>`
  }

  protected override updated(changed: PropertyValues): void {
    const newPage = changed.has('step') || changed.has('session')
    if (!newPage && !changed.has('words') && !changed.has('answered')) return
    namePage(this.renderRoot, this.practice.name, this.named ? !newPage : this.arriving)
    this.named = true
  }

  private renderStep() {
    const { words, typed, change, leave, shown, suggestion, way } = this
    const form = { words, typed, faults: this.visibleFaults(), change, leave }
    const eye = { shown, toggle: () => (this.shown = !shown), words }
    const withReason = this.answered === null
    return stepFields(this.step, form, { ...this.rules(), way, withReason, eye, suggestion })
  }

  /** What the practice asks for, and the day it is there. */
  private rules(): Rules {
    const { activationMode, passwordMinLength: minLength } = this.practice
    return { withCode: activationMode === 'strong', minLength, now: this.client.now() }
  }

  private faults(): Faults {
    const faults = stepFaults(this.step, this.words, this.typed, this.rules())
    return this.step === 'key' ? { ...faults, ...this.refused } : faults
  }

  private visibleFaults(): Faults {
    return Object.fromEntries(Object.entries(this.faults()).filter(([id]) => this.left.has(id as FieldId)))
  }

  private readonly change = (id: FieldId, change: Partial<Typed>) => {
    this.typed = { ...this.typed, ...change }
    const { [id]: _, ...refused } = this.refused
    this.refused = refused
    if (id === 'username') this.suggestion = null
  }

  /** A field says what is wrong once it was filled and left; an empty one waits for the button. */
  private readonly leave = (id: FieldId, filled: boolean) => {
    if (filled) this.left = new Set([...this.left, id])
  }

  /** Takes link or letter out of the address, so that neither history nor a shoulder keeps it. Nothing is sent. */
  private readonly arrive = () => {
    const arrival = readArrival(location.hash)
    if (!arrival) return
    history.replaceState(null, '', location.pathname)
    this.ticket = null
    this.session = null
    if ('link' in arrival) this.link = arrival.link
    else this.typed = { ...this.typed, ...arrival }
    this.begin('link' in arrival ? 'link' : 'letter')
  }

  private begin(way: Way): void {
    this.way = way
    this.step = STEPS[way][0]
    this.reached = this.step
    this.answered = null
  }

  /** The link does not work, but there is a letter as well. */
  private readonly takeLetter = () => {
    this.begin('letter')
    this.keepPlace()
  }

  private goOn(step: Step): void {
    this.step = step
    this.reached = step
    this.keepPlace()
  }

  /** Each step is an entry of the history, so that the browser's own Back goes one step back and not away. */
  private keepPlace(): void {
    const { way, step } = this
    history.pushState({ way, step }, '', location.pathname)
  }

  private readonly followHistory = (event: PopStateEvent) => {
    const { way, step } = placeOf(event.state, this.link === null ? 'letter' : 'link', this.reached)
    this.answered = null
    this.way = way
    this.step = step
  }

  private readonly submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (this.working) return
    this.typed = { ...this.typed, birth: tidyDate(this.typed.birth, this.client.now()) }
    const faults = Object.keys(this.faults()) as FieldId[]
    if (faults.length > 0) return this.showFaults(faults)
    this.answered = null
    if (this.step === 'letter') this.goOn('person')
    else await this.ask(this.step === 'person' ? this.askWho : this.askForAccount)
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
      await this.refuse(toRefusal(error))
    } finally {
      this.working = false
    }
  }

  private readonly askWho = async () => {
    const link = this.way === 'link' ? this.link : null
    const ticket = await this.confirm(toConfirmation(this.typed, link, this.rules()))
    this.ticket = ticket
    this.typed = { ...this.typed, username: this.typed.username || ticket.suggestedUsername }
    this.goOn('key')
  }

  private readonly askForAccount = async () => {
    if (!this.ticket) return
    const { username, password } = this.typed
    const detail = await this.choose({ ticket: this.ticket.ticket, username: username.trim(), password })
    this.session = detail
    this.link = null
    this.typed = NOTHING_TYPED
    this.dispatchEvent(new CustomEvent('portico-signed-in', { bubbles: true, composed: true, detail }))
  }

  private async refuse(refusal: Refusal): Promise<void> {
    const fault = this.step === 'key' ? keyRefusal(this.words, refusal) : null
    if (fault) {
      this.refused = fault
      if (refusal.code === 'username-taken') this.suggestion = refusal.text('suggestion')
      return this.showFaults(Object.keys(fault) as FieldId[])
    }
    this.answered = toAnswered(refusal, this.step === 'key')
    if (this.answered.kind === 'waited') this.goBackToAsk()
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  /** Letter or link were right and still are: one press on Continue asks for a new ticket. */
  private goBackToAsk(): void {
    this.ticket = null
    this.step = 'person'
    this.reached = 'person'
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-activate': PorticoActivate
  }
}
