import { html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Permission } from '../../src/staff/schema.ts'
import type { AdminWords } from '../i18n/words.ts'
import base from '../ui/base.css?inline'
import { sheets } from '../ui/sheets.ts'
import navCss from './staff-nav.css?inline'
import { PAGE_NAMES } from './staff-page-parts.ts'
import { ADMIN_PAGES, mayOpen, type StaffPage } from './staff-route.ts'

/** The pages that a reader may open, beside the patient's card; nothing where that is the card alone. */
@customElement('portico-staff-nav')
export class PorticoStaffNav extends LitElement {
  static override styles = sheets(base, navCss)

  @property({ attribute: false }) words!: AdminWords
  /** Where the app of this launch lives. */
  @property({ attribute: false }) base = ''
  @property({ attribute: false }) permissions: readonly Permission[] = []
  /** How many patients there is something to type into the EMR for; null = this EMR leaves nothing to do. */
  @property({ attribute: false }) toDos: number | null = null
  @property({ attribute: false }) current: StaffPage = 'patient'

  override render() {
    const { words, base } = this
    const pages = ADMIN_PAGES.filter((page) => mayOpen(page, this.permissions) && !this.isIdle(page))
    if (pages.length === 0) return nothing
    return html`<nav class="tabs" aria-label=${words.msg('nav.label')}>
      ${(['patient', ...pages] as const).map(
        (page) =>
          html`<a
            href=${page === 'patient' ? base : base + page}
            aria-current=${page === this.current ? 'page' : nothing}
            >${words.msg(PAGE_NAMES[page])}${page === 'todos' ? this.renderBadge() : nothing}</a
          >`,
      )}
    </nav>`
  }

  /** An EMR that Portico writes to leaves nothing to do: then there is no page for it. */
  private isIdle(page: StaffPage): boolean {
    return page === 'todos' && this.toDos === null && this.current !== page
  }

  private renderBadge() {
    const { toDos, words } = this
    if (!toDos) return nothing
    return html`<span class="badge num" aria-hidden="true">${toDos > 99 ? '99+' : toDos}</span
      ><span class="hidden-visually"> ${words.msg('nav.toDosWaiting', { count: toDos })}</span>`
  }

  /** On a phone the row may be longer than the screen: the page that is open is in sight. */
  protected override updated(): void {
    this.renderRoot.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'portico-staff-nav': PorticoStaffNav
  }
}
