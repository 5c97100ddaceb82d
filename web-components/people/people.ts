import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { PeopleView, StaffPerson, StaffRole } from '../../src/staff/schema.ts'
import { type Client, Refusal, toRefusal } from '../client.ts'
import { adminRefusal } from '../i18n/admin-refusals.ts'
import { endsTheTab } from '../i18n/refusal-kinds.ts'
import type { AdminWords } from '../i18n/words.ts'
import { askBeforeUnload } from '../ui/before-unload.ts'
import { ghostCard } from '../ui/list-parts.ts'
import { focusNotice, notice } from '../ui/notice.ts'
import { givenInWords, isWaiting, neighbourOf } from './giving.ts'
import './hosts.ts'
import { newcomers } from './newcomers.ts'
import { peopleList, rolesList } from './people-lists.ts'
import type { PorticoPerson, RoleChoice } from './person-row.ts'
import type { PorticoRole, RolesChanged } from './role-card.ts'
import { peopleSheets } from './sheets.ts'
import { passingOnWords, stoppedInWords } from './stopping.ts'
import { undoNotice } from './undo-notice.ts'

/**
 * People and rights: who waits for a role, who has which, what each role allows, and which pages show Portico.
 *
 * @fires portico-rights-changed - what the reader may do can be another thing now.
 */
@customElement('portico-people')
export class PorticoPeople extends LitElement {
  static override styles = peopleSheets

  @property({ attribute: false }) client!: Client
  @property({ attribute: false }) words!: AdminWords
  @property({ attribute: false }) launch = ''
  /** The reader, as the EMR names them. */
  @property({ attribute: false }) me = ''

  @state() private view: PeopleView | null = null
  @state() private refusal: Refusal | null = null
  @state() private busy: string | null = null
  /** Takes back what was done just now. */
  @state() private undo: (() => void) | null = null
  @state() private adding = false
  @state() private said = ''
  private gone = new AbortController()

  override connectedCallback(): void {
    super.connectedCallback()
    this.gone = new AbortController()
    askBeforeUnload(() => this.unsaved > 0, this.gone.signal)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.gone.abort()
  }

  /** How many forms hold something that would be lost by leaving. */
  get unsaved(): number {
    return [...this.renderRoot.querySelectorAll('portico-role')].filter(({ unsaved }) => unsaved).length
  }

  override render() {
    const { words, refusal, view } = this
    const ended = refusal !== null && endsTheTab(refusal)
    return html`<div
      class="column"
      @portico-roles-changed=${this.follow}
      @portico-people-stale=${() => void this.load()}
    >
      <header>
        <h1 tabindex="-1">${words.msg('people.title')}</h1>
        <p class="soft lead">${words.msg('people.lead')}</p>
      </header>
      ${refusal ? this.renderRefusal(refusal, ended) : nothing} ${undoNotice(words, this.said, this.undo)}
      ${ended ? nothing : view ? this.renderView(view) : refusal ? nothing : ghostCard(words.msg('app.loading'))}
      <p class="hidden-visually" role="status">${this.said}</p>
    </div>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('launch')) void this.load()
  }

  private renderRefusal(refusal: Refusal, ended: boolean) {
    const actions = html`<button class="button" type="button" @click=${() => void this.load()}>
      ${this.words.msg('app.tryAgain')}
    </button>`
    return notice({
      mood: 'warn',
      ...adminRefusal(this.words, refusal, passingOnWords(refusal)),
      actions: ended || this.view ? nothing : actions,
    })
  }

  private renderView({ people, roles }: PeopleView) {
    const { words, client, launch, me, busy } = this
    const now = client.now()
    const waiting = people.filter(isWaiting)
    const give = (person: StaffPerson, role: StaffRole) => void this.give(person, role.id)
    const stop = (person: StaffPerson, stopped: boolean) => void this.stop(person, stopped)
    const others = people.filter((person) => !isWaiting(person))
    const choose = (event: CustomEvent<RoleChoice>) => void this.choose(event)
    return html`${waiting.length > 0 ? newcomers({ words, people: waiting, roles, now, busy, give, stop }) : nothing}
      ${peopleList({ words, people: others, roles, now, me, busy, choose, stop })}
      ${rolesList({
        words,
        client,
        launch,
        people,
        roles,
        adding: this.adding,
        onAdd: () => void this.add(),
        onAdded: () => (this.adding = false),
      })} <portico-hosts .client=${client} .words=${words} .launch=${launch}></portico-hosts>`
  }

  private readonly load = async () => {
    try {
      this.view = await this.client.readPeople(this.launch)
      this.refusal = null
    } catch (error) {
      await this.refuse(error)
    }
  }

  /** What was chosen stays until it is saved. */
  private readonly choose = async (event: CustomEvent<RoleChoice>) => {
    const { person, role } = event.detail
    const row = event.target as PorticoPerson
    if (await this.give(person, role)) row.settle()
  }

  /** @returns whether it was saved */
  private give(person: StaffPerson, role: string | null, mayUndo = true): Promise<boolean> {
    const undo = mayUndo ? () => void this.give(person, person.role, false) : null
    return this.change(person, undo, async () => {
      const view = await this.client.giveRole(this.launch, person.id, { role })
      const given = view.roles.find(({ id }) => id === role)
      return { view, said: givenInWords(this.words, person, given) }
    })
  }

  private stop(person: StaffPerson, stopped: boolean, mayUndo = true): Promise<boolean> {
    const undo = mayUndo ? () => void this.stop(person, !stopped, false) : null
    return this.change(person, undo, async () => {
      const view = await this.client.stopPerson(this.launch, person.id, { stopped })
      return { view, said: stoppedInWords(this.words, person, stopped) }
    })
  }

  private async change(
    person: StaffPerson,
    undo: (() => void) | null,
    save: () => Promise<RolesChanged>,
  ): Promise<boolean> {
    if (this.busy !== null) return false
    this.busy = person.id
    try {
      const next = neighbourOf(person, this.view)
      const { view, said } = await save()
      this.view = view
      this.refusal = null
      this.said = said
      this.undo = undo
      this.tellRights()
      await this.updateComplete
      this.renderRoot.querySelector<HTMLElement>(next)?.focus()
      return true
    } catch (error) {
      await this.refuse(error)
      return false
    } finally {
      this.busy = null
    }
  }

  private readonly follow = ({ detail }: CustomEvent<RolesChanged>) => {
    this.view = detail.view
    this.said = detail.said
    this.undo = null
    this.tellRights()
  }

  private async add(): Promise<void> {
    this.adding = true
    await this.updateComplete
    const card = this.renderRoot.querySelector<PorticoRole>('#new-role')
    await card?.updateComplete
    card?.shadowRoot?.querySelector<HTMLElement>('#name')?.focus()
  }

  private async refuse(error: unknown): Promise<void> {
    const said = toRefusal(error)
    // The role that was chosen is not there any more.
    const refusal = said.names('/role') ? new Refusal('not-found') : said
    if (refusal.code === 'not-permitted') this.tellRights()
    if (['not-found', 'conflict', 'locked-by-file'].includes(refusal.code)) this.view = await this.readAgain()
    this.refusal = refusal
    await this.updateComplete
    focusNotice(this.renderRoot)
  }

  /** What is shown stays where the people cannot be read. */
  private async readAgain(): Promise<PeopleView | null> {
    try {
      return await this.client.readPeople(this.launch)
    } catch {
      return this.view
    }
  }

  private tellRights(): void {
    this.dispatchEvent(new CustomEvent('portico-rights-changed', { bubbles: true, composed: true }))
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-people': PorticoPeople
  }
}
