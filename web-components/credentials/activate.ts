import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { ChooseCredentials, ConfirmActivation, SetupTicket } from '../../src/credentials/schema.ts'
import type { PracticeView } from '../../src/practices/schema.ts'
import { type Client, createSubmission, Refusal } from '../client.ts'
import { patientRefusal } from '../i18n/patient-refusals.ts'
import type { Words } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import button from '../ui/button.css?inline'
import fieldCss from '../ui/field.css?inline'
import { focusFirstError } from '../ui/field.ts'
import frame from '../ui/frame.css?inline'
import noticeCss from '../ui/notice.css?inline'
import { focusNotice, notice } from '../ui/notice.ts'
import { namePage } from '../ui/page-title.ts'
import panel from '../ui/panel.css?inline'
import { brand, callButton } from '../ui/practice-parts.ts'
import { sheets } from '../ui/sheets.ts'
import stepsCss from '../ui/steps.css?inline'
import { stepper } from '../ui/stepper.ts'
import {
  type Faults,
  type FieldId,
  keyFaults,
  letterFaults,
  NOTHING_TYPED,
  personFaults,
  toConfirmation,
  type Typed,
} from './activate-state.ts'
import { type StepForm, doneStep, keyStep, letterStep, personStep } from './activate-steps.ts'
import { readLetterFragment } from './letter-parts.ts'

type Step = 1 | 2 | 3
const STEPS = 3
/** A wait longer than this is no haste: the letter itself has stopped for the day. */
const LETTER_STOPPED_SECONDS = 3600

/**
 * A letter becomes an account in three steps: the letter, the person, the key. Back and every refusal keep what
 * was typed.
 *
 * @fires portico-signed-in - `detail` is the session's times and username; no secret.
 * @see seed 004
 */
@customElement('portico-activate')
export class PorticoActivate extends LitElement {
  static override styles = sheets(base, button, fieldCss, noticeCss, frame, panel, stepsCss)

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: Words
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
    const { words, practice, session, ticket } = this
    if (session && ticket)
      return html`<section class="panel steady">
        ${brand(practice.name)}${doneStep({ words, session, firstName: ticket.firstName, portal: this.portal })}
      </section>`
    if (!practice.portalOpen)
      return html`<section class="panel">
        ${brand(practice.name)}
        <h1 tabindex="-1">${words.msg('activate.title')}</h1>
        ${notice({ mood: 'warn', title: words.msg('refused.closed'), text: words.msg('refused.closedText') })}
      </section>`
    return html`<form class="panel steady" novalidate @submit=${this.submit}>
      ${brand(practice.name)} ${stepper(words, this.step, STEPS)}
      <h1 tabindex="-1">${this.heading()}</h1>
      ${this.renderNotice()} ${this.renderStep()}
      <div class="end">${this.renderButtons()}</div>
    </form>`
  }

  protected override updated(changed: PropertyValues): void {
    const newPage = changed.has('step') || changed.has('session')
    if (!newPage && !changed.has('words') && !changed.has('refusal')) return
    namePage(this.renderRoot, this.practice.name, this.named ? !newPage : this.arriving)
    this.named = true
  }

  private heading(): string {
    const { words } = this
    if (this.refusal?.code === 'no-match') return words.msg('activate.noMatchTitle')
    return words.msg(
      (['activate.letterTitle', 'activate.personTitle', 'activate.keyTitle'] as const)[this.step - 1] ??
        'activate.title',
    )
  }

  private renderStep() {
    const form: StepForm = {
      words: this.words,
      typed: this.typed,
      faults: this.visibleFaults(),
      change: this.change,
      leave: this.leave,
    }
    if (this.step === 1) return letterStep(form, this.withCode())
    if (this.step === 2) return personStep(form, this.refusal?.code !== 'no-match')
    return keyStep(form, {
      minLength: this.practice.passwordMinLength,
      eye: { shown: this.shown, toggle: () => (this.shown = !this.shown), words: this.words },
      suggestion: this.suggestion,
    })
  }

  private renderButtons() {
    const { words, step, practice } = this
    const again = this.refusal?.code === 'no-match'
    const next = this.working
      ? 'activate.working'
      : again
        ? 'app.tryAgain'
        : step === STEPS
          ? 'activate.finish'
          : 'activate.continue'
    return html`<button class="button primary wide" aria-busy=${this.working}>${words.msg(next)}</button>
      ${again ? this.renderCall(words.msg('help.callButton', { phone: practice.phone ?? '' }), '') : nothing}
      ${
        step > 1
          ? html`<button class="button quiet wide" type="button" @click=${this.back}>
              ${words.msg('activate.back')}
            </button>`
          : this.renderCall(words.msg('activate.noLetter'), 'quiet')
      }`
  }

  private renderCall(label: string, look: string) {
    const { phone } = this.practice
    return phone === null ? nothing : callButton(label, phone, look)
  }

  private renderNotice() {
    const { words, refusal } = this
    if (!refusal) return nothing
    const mood = 'bad'
    if (refusal.code === 'no-match')
      return notice({ mood, title: words.msg('activate.noMatch'), text: words.msg('activate.noMatchText') })
    if (
      refusal.code === 'too-many-tries' &&
      (refusal.number('retryAfter') ?? Infinity) > LETTER_STOPPED_SECONDS
    )
      return notice({ mood, title: words.msg('activate.stopped'), text: words.msg('activate.stoppedText') })
    if (refusal.code === 'ticket-ended' && this.ticket)
      return notice({
        mood: 'warn',
        title: words.msg('activate.waited'),
        text: words.msg('activate.waitedText'),
      })
    return notice({ mood, ...patientRefusal(words, refusal) })
  }

  private withCode(): boolean {
    return this.practice.activationMode === 'strong'
  }

  private faults(): Faults {
    const { words, typed } = this
    if (this.step === 1) return letterFaults(words, typed, this.withCode())
    if (this.step === 2) return personFaults(words, typed, this.client.now())
    return { ...keyFaults(words, typed, this.practice.passwordMinLength), ...this.answered }
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

  private readonly back = () => history.back()

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
    const ticket = await this.confirm(toConfirmation(this.typed, this.withCode(), this.client.now()))
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
    const fault = this.fieldFault(refusal)
    if (fault) {
      this.answered = fault
      return this.showFaults(Object.keys(fault) as FieldId[])
    }
    if (refusal.code === 'ticket-ended' && this.ticket) this.step = 2
    this.refusal = refusal
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  /** Refusals that one field can mend. */
  private fieldFault(refusal: Refusal): Faults | null {
    const { words } = this
    if (refusal.code === 'username-taken') {
      this.suggestion = refusal.text('suggestion')
      return { username: words.msg('activate.usernameTaken') }
    }
    if (refusal.names('/username')) return { username: words.msg('activate.usernameForm') }
    if (refusal.code !== 'weak-password') return null
    const reason = refusal.text('reason')
    if (reason === 'short')
      return { password: words.msg('activate.moreToGo', { count: refusal.number('missing') ?? 1 }) }
    return {
      password: words.msg(reason === 'context' ? 'activate.passwordContext' : 'activate.passwordCommon'),
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-activate': PorticoActivate
  }
}
