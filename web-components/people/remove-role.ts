import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { StaffRole } from '../../src/staff/schema.ts'
import { type Client, type Refusal, toRefusal } from '../client.ts'
import { typedRefusal } from '../i18n/admin-refusals.ts'
import { roleName } from '../i18n/role-words.ts'
import type { AdminWords } from '../i18n/words.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import type { RolesChanged } from './role-card.ts'
import { roleSheets } from './sheets.ts'

/**
 * Asks before a role is deleted; one that somebody has says who, and stays.
 *
 * @fires portico-roles-changed - `detail` is RolesChanged.
 * @fires portico-people-stale - somebody else changed something: read again.
 */
@customElement('portico-remove-role')
export class PorticoRemoveRole extends LitElement {
  static override styles = roleSheets

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''
  @property({ attribute: false }) staffRole!: StaffRole
  /** Who has it. */
  @property({ attribute: false }) people: readonly string[] = []

  @state() private working = false
  @state() private refusal: Refusal | null = null
  @query('dialog') private readonly dialog!: HTMLDialogElement

  /** Opens the question. Focus goes to the least harmful button. */
  show(): void {
    this.refusal = null
    this.dialog.showModal()
  }

  override render() {
    const { words, people, staffRole: role } = this
    const isHeld = people.length > 0
    const title = words.msg('roles.removeTitle', { role: roleName(words, role.name) })
    return html`<dialog class="dialog" aria-labelledby="question">
      <div class="stack">
        <h2 id="question">${title}</h2>
        ${this.refusal ? this.renderRefusal(this.refusal) : nothing}
        <p>${isHeld ? this.renderHolders() : words.msg('roles.removeText')}</p>
      </div>
      <div class="actions">
        <button class="button quiet" type="button" @click=${() => this.dialog.close()}>
          ${words.msg(isHeld ? 'admin.close' : 'admin.cancel')}
        </button>
        ${
          isHeld
            ? nothing
            : html`<button
                class="button danger primary end"
                type="button"
                aria-busy=${this.working}
                @click=${this.confirm}
              >
                ${words.msg('roles.remove')}
              </button>`
        }
      </div>
    </dialog>`
  }

  private renderHolders() {
    const { words, people } = this
    const names = new Intl.ListFormat(words.language, { type: 'conjunction' }).format(people)
    return html`<strong>${words.msg('roles.inUse', { count: people.length, names })}</strong>
      ${words.msg('roles.inUseText')}`
  }

  private renderRefusal(refusal: Refusal) {
    // Who has it is said below, as soon as the people were read again.
    if (refusal.code === 'role-in-use') return nothing
    return notice({ mood: 'warn', ...typedRefusal(this.words, refusal, this.words.msg('roles.remove')) })
  }

  private readonly confirm = async () => {
    if (this.working) return
    this.working = true
    try {
      const view = await this.client.removeRole(this.launch, this.staffRole.id)
      const said = this.words.msg('roles.removed', { role: roleName(this.words, this.staffRole.name) })
      this.dialog.close()
      this.tell('portico-roles-changed', { view, said })
    } catch (error) {
      this.refusal = toRefusal(error)
      if (['role-in-use', 'not-found', 'not-permitted'].includes(this.refusal.code))
        this.tell('portico-people-stale')
      await this.updateComplete
      focusNotice(this.renderRoot)
    } finally {
      this.working = false
    }
  }

  private tell(what: string, detail?: RolesChanged): void {
    this.dispatchEvent(new CustomEvent(what, { detail, bubbles: true, composed: true }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-remove-role': PorticoRemoveRole
  }
}
