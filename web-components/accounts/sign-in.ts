import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { SessionView, SignIn } from '../../src/accounts/schema.ts'
import type { PracticeView } from '../../src/practices/schema.ts'
import { type Client, createSubmission, type Refusal, toRefusal } from '../client.ts'
import { formRefusal } from '../i18n/patient-refusals.ts'
import type { PatientId, PatientWords } from '../i18n/words.ts'
import { callButton } from '../ui/call-us.ts'
import { focusFirstError, passwordField, textField } from '../ui/field.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import { namePage } from '../ui/page-title.ts'
import { panelSheets } from '../ui/panel-sheets.ts'
import { brand } from '../ui/practice-parts.ts'

type Said = { mood: 'good' | 'info'; title: PatientId; text?: PatientId }

/** What just ended, and what works now. */
const PARTINGS = {
  ended: { mood: 'info', title: 'signIn.ended' },
  'signed-out': { mood: 'good', title: 'signIn.signedOut' },
  waited: { mood: 'info', title: 'signIn.waited', text: 'signIn.waitedText' },
  unsure: { mood: 'info', title: 'signIn.unsure', text: 'signIn.unsureText' },
} satisfies Record<string, Said>

/**
 * The patient's sign-in: username and password. A refusal says the same whatever is true about the account.
 *
 * @fires portico-signed-in - `detail` is the session's times and username; no secret.
 */
@customElement('portico-sign-in')
export class PorticoSignIn extends LitElement {
  static override styles = panelSheets

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: PatientWords
  @property({ attribute: false }) practice!: PracticeView
  /** Address of the patient's app, for links. */
  @property({ attribute: false }) portal = ''
  /** True for the first page of a visit: focus stays where the browser put it. */
  @property({ attribute: false }) arriving = true
  /** What just ended, if anything. */
  @property({ attribute: false }) parting: keyof typeof PARTINGS | null = null

  @state() private typed: SignIn = { username: '', password: '' }
  @state() private shown = false
  @state() private working = false
  @state() private submitted = false
  @state() private refusal: Refusal | null = null
  private readonly send = createSubmission((body: SignIn, key) => this.client.signIn(body, key))

  override render() {
    const { words, practice } = this
    return html`<div class="panel">
      ${brand(practice.name)}
      <h1 tabindex="-1">
        ${words.msg(this.refusal?.code === 'sign-in-refused' ? 'signIn.again' : 'signIn.title')}
      </h1>
      ${this.refusal ? nothing : html`<p class="lead soft">${words.msg('signIn.lead')}</p>`}
      ${this.renderNotice()} ${practice.portalOpen ? this.renderForm() : nothing}
      ${this.refusal ? this.renderCall() : nothing}
      <p class="aside">
        ${words.msg('signIn.letter')}
        <a class="nowrap" href="${this.portal}activate"><strong>${words.msg('signIn.activate')}</strong></a>
      </p>
    </div>`
  }

  protected override firstUpdated(changed: PropertyValues<this>): void {
    super.firstUpdated(changed)
    namePage(this.renderRoot, this.practice.name, this.arriving)
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('words') && this.hasUpdated) namePage(this.renderRoot, this.practice.name, true)
  }

  private renderForm() {
    const { words, typed } = this
    return html`<form novalidate @submit=${this.submit}>
      ${textField({
        id: 'username',
        label: words.msg('signIn.username'),
        value: typed.username,
        autocomplete: 'username',
        error: this.missing(typed.username, 'signIn.usernameMissing'),
        onInput: (username) => (this.typed = { ...this.typed, username }),
      })}
      ${passwordField(
        {
          id: 'password',
          label: words.msg('signIn.password'),
          value: typed.password,
          autocomplete: 'current-password',
          error: this.missing(typed.password, 'signIn.passwordMissing'),
          onInput: (password) => (this.typed = { ...this.typed, password }),
        },
        { shown: this.shown, toggle: () => (this.shown = !this.shown), words },
      )}
      <div class="end">
        <button class="button primary wide" aria-busy=${this.working}>
          ${words.msg(this.working ? 'signIn.working' : 'signIn.submit')}
        </button>
      </div>
    </form>`
  }

  private renderNotice() {
    const { words, refusal } = this
    if (refusal) return notice({ mood: 'bad', ...this.refusalWords(refusal) })
    if (!this.practice.portalOpen)
      return notice({
        mood: 'warn',
        title: words.msg('refused.closed'),
        text: words.msg('refused.closedText'),
      })
    if (!this.parting) return nothing
    const { mood, title, text }: Said = PARTINGS[this.parting]
    return notice({ mood, title: words.msg(title), text: text && words.msg(text) })
  }

  private refusalWords(refusal: Refusal) {
    if (refusal.code !== 'sign-in-refused') return formRefusal(this.words, refusal)
    return { title: this.words.msg('signIn.refused'), text: this.words.msg('signIn.refusedText') }
  }

  private renderCall() {
    const { phone } = this.practice
    return phone === null ? nothing : callButton(this.words.msg('help.callButton', { phone }), phone)
  }

  private missing(value: string, id: PatientId) {
    return this.submitted && value === '' ? this.words.msg(id) : undefined
  }

  private readonly submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (this.working) return
    this.submitted = true
    const { username, password } = this.typed
    if (username.trim() === '' || password === '') {
      await this.updateComplete
      focusFirstError(this.renderRoot)
      return
    }
    await this.signIn({ username: username.trim(), password })
  }

  private async signIn(body: SignIn): Promise<void> {
    this.working = true
    try {
      const detail: SessionView = await this.send(body)
      this.typed = { username: '', password: '' }
      this.dispatchEvent(new CustomEvent('portico-signed-in', { bubbles: true, composed: true, detail }))
    } catch (error) {
      this.refusal = toRefusal(error)
      await this.updateComplete
      focusNotice(this.renderRoot)
    } finally {
      this.working = false
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-sign-in': PorticoSignIn
  }
}
