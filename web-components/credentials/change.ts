import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { SessionView } from '../../src/accounts/schema.ts'
import type { ChangeCredentials } from '../../src/credentials/schema.ts'
import type { PracticeView } from '../../src/practices/schema.ts'
import { type Client, createSubmission, type Refusal, toRefusal } from '../client.ts'
import { formRefusal } from '../i18n/patient-refusals.ts'
import type { PatientWords } from '../i18n/words.ts'
import { focusFirstError } from '../ui/field.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import { namePage } from '../ui/page-title.ts'
import { panelSheets } from '../ui/panel-sheets.ts'
import { brand } from '../ui/practice-parts.ts'
import { donePanel } from './done-panel.ts'
import { type Key, type KeyFaults, keyFaults, keyFields, keyRefusal } from './key-fields.ts'

/**
 * Where a temporary password ends: the patient chooses a password of their own, and another username if they wish.
 * Nothing else opens before that; every refusal keeps what was typed.
 *
 * @fires portico-signed-in - the new session, which opens everything; no secret.
 * @fires portico-session-ended - the service no longer knows the session; `detail` is true when an earlier answer
 * was lost, so that the new password may work already.
 * @fires portico-left - the patient wants to sign out.
 * @see seed 003
 */
@customElement('portico-change')
export class PorticoChange extends LitElement {
  static override styles = panelSheets

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: PatientWords
  @property({ attribute: false }) practice!: PracticeView
  @property({ attribute: false }) session!: SessionView
  /** Address of the patient's app, for links. */
  @property({ attribute: false }) portal = ''
  /** True for the first page of a visit: focus stays where the browser put it. */
  @property({ attribute: false }) arriving = true

  /** `username` is null until somebody changes what the practice chose. */
  @state() private typed: { username: string | null; password: string } = { username: null, password: '' }
  @state() private submitted = false
  /** What the service said about a field; gone as soon as that field changes. */
  @state() private refused: KeyFaults = {}
  @state() private suggestion: string | null = null
  @state() private shown = false
  @state() private working = false
  @state() private refusal: Refusal | null = null
  @state() private done: SessionView | null = null
  /** Who was greeted: the session that comes after need not say. */
  private firstName: string | null = null
  /** True once an answer was lost: nobody knows whether the password was saved. */
  private unsure = false

  private readonly send = createSubmission((body: ChangeCredentials, key) =>
    this.client.changeCredentials(body, key),
  )

  override render() {
    const { words, practice, portal, done, firstName, refusal, working } = this
    if (done) return donePanel({ words, practice, session: done, firstName, portal, text: 'change.doneText' })
    return html`<form class="panel steady" novalidate @submit=${this.submit}>
      ${brand(practice.name)}
      <h1 tabindex="-1">
        ${
          firstName === null
            ? nothing
            : html`<span class="line">${words.msg('change.welcome', { name: firstName })}</span> `
        }
        ${words.msg('change.title')}
      </h1>
      <p class="soft">${words.msg('change.text')}</p>
      ${refusal ? notice({ mood: 'bad', ...formRefusal(words, refusal) }) : nothing} ${this.renderFields()}
      <div class="end">
        <button class="button primary wide" aria-busy=${working}>
          ${words.msg(working ? 'change.saving' : 'change.save')}
        </button>
        <button class="button quiet wide" type="button" @click=${this.signOut}>
          ${words.msg('app.signOut')}
        </button>
      </div>
    </form>`
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('session')) this.firstName = this.session.firstName ?? this.firstName
  }

  protected override updated(changed: PropertyValues): void {
    const newPage = changed.has('done')
    if (!newPage && !changed.has('words')) return
    const isArrival = !newPage || (this.done === null && this.arriving)
    namePage(this.renderRoot, this.practice.name, isArrival)
  }

  private renderFields() {
    const { words, suggestion, shown } = this
    return keyFields({
      words,
      typed: this.key(),
      faults: this.submitted ? this.faults() : {},
      change: this.change,
      minLength: this.practice.passwordMinLength,
      eye: { shown, toggle: () => (this.shown = !shown), words },
      suggestion,
      passwordLabel: words.msg('change.password'),
    })
  }

  private key(): Key {
    const { username, password } = this.typed
    return { username: username ?? this.session.username, password }
  }

  private faults(): KeyFaults {
    return { ...keyFaults(this.words, this.key(), this.practice.passwordMinLength), ...this.refused }
  }

  private readonly change = (id: keyof Key, change: Partial<Key>) => {
    this.typed = { ...this.typed, ...change }
    const { [id]: _, ...refused } = this.refused
    this.refused = refused
    if (id === 'username') this.suggestion = null
  }

  private readonly submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (this.working) return
    this.submitted = true
    if (Object.keys(this.faults()).length > 0) return this.showFaults()
    this.refusal = null
    this.working = true
    try {
      await this.save()
    } catch (error) {
      await this.refuse(toRefusal(error))
    } finally {
      this.working = false
    }
  }

  private async save(): Promise<void> {
    const { username, password } = this.key()
    const detail = await this.send({ username: username.trim(), password })
    this.done = detail
    this.typed = { username: null, password: '' }
    this.dispatchEvent(new CustomEvent('portico-signed-in', { bubbles: true, composed: true, detail }))
  }

  private async showFaults(): Promise<void> {
    await this.updateComplete
    focusFirstError(this.renderRoot)
  }

  private async refuse(refusal: Refusal): Promise<void> {
    if (refusal.code === 'signed-out') return this.say('portico-session-ended', this.unsure)
    this.unsure = refusal.code === 'offline' || refusal.code === 'timeout'
    const fault = keyRefusal(this.words, refusal)
    if (fault) {
      this.refused = fault
      if (refusal.code === 'username-taken') this.suggestion = refusal.text('suggestion')
      return this.showFaults()
    }
    this.refusal = refusal
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  private readonly signOut = () => this.say('portico-left')

  private say(event: string, detail?: boolean): void {
    this.dispatchEvent(new CustomEvent(event, { bubbles: true, composed: true, detail }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-change': PorticoChange
  }
}
