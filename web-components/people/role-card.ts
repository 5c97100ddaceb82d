import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { NewRole, PeopleView, StaffRole } from '../../src/staff/schema.ts'
import { type Client, createSubmission, Refusal, toRefusal } from '../client.ts'
import { permissionNames } from '../i18n/permission-words.ts'
import { roleName } from '../i18n/role-words.ts'
import type { AdminWords } from '../i18n/words.ts'
import { focusFirstError } from '../ui/field.ts'
import { focusNotice } from '../ui/notice.ts'
import './remove-role.ts'
import type { PorticoRemoveRole } from './remove-role.ts'
import { draftOf, roleForm } from './role-form.ts'
import { roleSheets } from './sheets.ts'

/** What a change of a role came to, with what to say about it. */
export type RolesChanged = { view: PeopleView; said: string }

/**
 * A role: what it is called and what people with it can do. "Change" makes it a form; what is typed there stays until
 * it is saved or cancelled, whatever anybody else saves.
 *
 * @fires portico-roles-changed - `detail` is RolesChanged.
 * @fires portico-people-stale - somebody else changed something: read again.
 * @fires portico-new-role-closed - the form for a new role is done with.
 */
@customElement('portico-role')
export class PorticoRole extends LitElement {
  static override styles = roleSheets

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''
  /** Null makes a new one. */
  @property({ attribute: false }) staffRole: StaffRole | null = null
  /** Who has it. */
  @property({ attribute: false }) people: readonly string[] = []

  /** What is typed; null while nobody changes anything. */
  @state() private draft: NewRole | null = null
  @state() private nameFault: 'missing' | 'taken' | null = null
  @state() private working = false
  @state() private refusal: Refusal | null = null
  @query('portico-remove-role') private readonly removal!: PorticoRemoveRole
  private readonly add = createSubmission((body: NewRole, key) => this.client.addRole(this.launch, body, key))

  /** True while something typed would be lost. */
  get unsaved(): boolean {
    const { draft, words, staffRole } = this
    return draft !== null && JSON.stringify(draft) !== JSON.stringify(draftOf(words, staffRole))
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (!this.staffRole) this.draft = draftOf(this.words, null)
  }

  override render() {
    const { words, staffRole: role, draft } = this
    const title = role ? roleName(words, role.name) : words.msg('roles.new')
    return html`<section class="card role" aria-labelledby="title">
        <div class="head">
          <h3 id="title" tabindex="-1">${title}</h3>
          ${role ? html`<span class="soft small">${this.headCount(role)}</span>` : nothing}
          ${role && !draft ? this.renderChange(title) : nothing}
        </div>
        ${draft ? this.renderForm(draft) : role ? html`<p>${permissionNames(words, role.permissions)}</p>` : nothing}
      </section>
      ${
        role
          ? html`<portico-remove-role
              .client=${this.client}
              .words=${words}
              .launch=${this.launch}
              .staffRole=${role}
              .people=${this.people}
            ></portico-remove-role>`
          : nothing
      }`
  }

  private headCount({ people }: StaffRole): string {
    return people > 0 ? this.words.msg('roles.people', { count: people }) : this.words.msg('roles.nobody')
  }

  private renderChange(title: string) {
    const { words } = this
    return html`<button
      class="button quiet end"
      type="button"
      aria-label=${words.msg('roles.changeThis', { role: title })}
      @click=${this.open}
    >
      ${words.msg('roles.change')}
    </button>`
  }

  private renderForm(draft: NewRole) {
    const { words, nameFault, refusal, working } = this
    return roleForm({
      words,
      draft,
      kept: this.staffRole,
      nameFault,
      refusal,
      working,
      type: (next) => this.type(next),
      submit: (event) => void this.submit(event),
      close: () => void this.close(),
      remove: () => this.removal.show(),
    })
  }

  private readonly open = async () => {
    if (!this.staffRole) return
    this.draft = draftOf(this.words, this.staffRole)
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('#name')?.focus()
  }

  private type(draft: NewRole): void {
    this.draft = draft
    if (draft.name.trim() !== '') this.nameFault = null
  }

  private async close(): Promise<void> {
    this.refusal = null
    this.nameFault = null
    if (!this.staffRole) this.tell('portico-new-role-closed')
    this.draft = null
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('#title')?.focus()
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const { draft } = this
    if (!draft || this.working) return
    if (draft.name.trim() === '') return this.faultName('missing')
    this.working = true
    try {
      const view = await this.save({ ...draft, name: draft.name.trim() })
      this.tell('portico-roles-changed', {
        view,
        said: this.words.msg('roles.saved', { role: draft.name.trim() }),
      })
      await this.close()
    } catch (error) {
      await this.refuse(error)
    } finally {
      this.working = false
    }
  }

  private save(draft: NewRole): Promise<PeopleView> {
    const { staffRole: role } = this
    if (!role) return this.add(draft)
    // A preset whose name nobody changed goes on being said in everybody's own language.
    const name = draft.name === roleName(this.words, role.name) ? role.name : draft.name
    return this.client.saveRole(this.launch, role.id, { ...draft, name, version: role.version })
  }

  private async faultName(fault: 'missing' | 'taken'): Promise<void> {
    this.nameFault = fault
    this.refusal = null
    await this.updateComplete
    focusFirstError(this.renderRoot)
  }

  private async refuse(error: unknown): Promise<void> {
    if (error instanceof Refusal && error.names('/name')) return this.faultName('taken')
    this.refusal = toRefusal(error)
    if (['conflict', 'not-found', 'not-permitted'].includes(this.refusal.code))
      this.tell('portico-people-stale')
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  private tell(what: string, detail?: RolesChanged): void {
    this.dispatchEvent(new CustomEvent(what, { detail, bubbles: true, composed: true }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-role': PorticoRole
  }
}
