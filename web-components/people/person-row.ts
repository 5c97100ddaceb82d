import { html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { StaffPerson, StaffRole } from '../../src/staff/schema.ts'
import { roleName } from '../i18n/role-words.ts'
import type { AdminWords } from '../i18n/words.ts'
import { option } from '../ui/option.ts'
import { lockIcon } from '../ui/lock-icon.ts'
import { PERMISSIONS } from '../i18n/permission-words.ts'
import { personName } from './giving.ts'
import { personSheets } from './sheets.ts'
import { stoppedPill, stopPersonButton } from './stopping.ts'

/** `role` null takes the role away. */
export type RoleChoice = { person: StaffPerson; role: string | null }

/**
 * One person and their role. Choosing another one says what it would mean and asks; nothing happens before that.
 * Whoever is not the reader can be stopped, save by the file's administrators, and let back in.
 *
 * @fires portico-role-chosen - `detail` is the RoleChoice.
 * @fires portico-stop-chosen - `detail` is true to stop, false to let back in.
 */
@customElement('portico-person')
export class PorticoPerson extends LitElement {
  static override styles = personSheets

  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) person!: StaffPerson
  @property({ attribute: false }) roles: readonly StaffRole[] = []
  @property({ attribute: false }) now = 0
  @property({ type: Boolean, attribute: 'is-me' }) isMe = false
  @property({ type: Boolean }) busy = false
  /** What is chosen but not confirmed; '' = no role, null = nothing. */
  @state() private chosen: string | null = null

  override render() {
    const { words, person } = this
    const name = personName(person)
    return html`<div class="person">
        <p>
          <strong>${this.isMe ? words.msg('people.you', { name }) : name}</strong>
          ${person.stoppedAt === null ? nothing : stoppedPill(words)}
          <span class="soft small">
            ${words.msg('people.lastSeen', { when: words.moment(person.lastSeenAt, this.now) })}
          </span>
        </p>
        ${
          person.locked
            ? html`<p class="lock small soft">${lockIcon()}${words.msg('people.locked')}</p>`
            : this.renderSelect(name)
        }
        ${this.mayStop() ? stopPersonButton(words, person, { busy: this.busy }) : nothing}
      </div>
      ${this.chosen === null || this.chosen === (person.role ?? '') ? nothing : this.renderQuestion(name)}`
  }

  /** Lets go of a choice that was not confirmed. */
  settle(): void {
    this.chosen = null
  }

  /** Whoever is stopped can be let in, whatever the file has made of them since. */
  private mayStop(): boolean {
    const { locked, stoppedAt } = this.person
    return !this.isMe && (!locked || stoppedAt !== null)
  }

  private renderSelect(name: string) {
    const { words, roles } = this
    const current = this.chosen ?? this.person.role ?? ''
    return html`<select
      class="input"
      aria-label=${words.msg('people.roleFor', { name })}
      @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value)}
    >
      ${roles.map((role) => option(role.id, roleName(words, role.name), current))}
      ${option('', words.msg('people.noRole'), current)}
    </select>`
  }

  private renderQuestion(name: string) {
    const { words, chosen } = this
    const role = this.roles.find(({ id }) => id === chosen)
    const ask = role
      ? words.msg('people.asksGive', { name, role: roleName(words, role.name) })
      : words.msg('people.asksTake', { name })
    const locksOut = this.isMe && !role?.permissions.includes('staff.manage')
    return html`<div class="question" role="group" aria-label=${words.msg('people.roleFor', { name })}>
      <p>${ask}</p>
      ${
        role
          ? html`<ul class="can">
              ${role.permissions.map((one) => html`<li>${words.msg(PERMISSIONS[one][1])}</li>`)}
            </ul>`
          : nothing
      }
      ${locksOut ? html`<p class="warn">${words.msg('people.self')}</p>` : nothing}
      <div class="actions">
        <button class="button" type="button" aria-busy=${this.busy} @click=${this.confirm}>
          ${words.msg(role ? 'people.give' : 'people.take')}
        </button>
        <button class="button quiet" type="button" @click=${() => this.settle()}>
          ${words.msg('people.keep')}
        </button>
      </div>
    </div>`
  }

  private readonly confirm = () => {
    const detail: RoleChoice = { person: this.person, role: this.chosen === '' ? null : this.chosen }
    this.dispatchEvent(new CustomEvent('portico-role-chosen', { detail }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-person': PorticoPerson
  }
}
